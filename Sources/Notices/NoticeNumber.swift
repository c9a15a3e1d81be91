package import Civil
import Database
package import Organization

/// The number and the date that the document system gave the written notice of a revision.
package struct NoticeNumber: Hashable, Sendable {
    /// With its symbol: `05/TB-SKHCN`.
    package var number: String
    package var issuedOn: CivilDate

    package init(number: String, issuedOn: CivilDate) {
        self.number = number
        self.issuedOn = issuedOn
    }

    /// - Throws: `Refusal` with everything that is wrong.
    package func check(at now: Instant) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        if number.wholeMatch(of: /[0-9]{1,6}\/[\p{L}0-9\-]{2,40}/) == nil {
            problems.append(.init(field: "number", text: "Số, ký hiệu: cần dạng 05/TB-SKHCN."))
        }
        if issuedOn > CivilDate(inVietnam: now) {
            problems.append(.init(field: "issued_on", text: "Ngày văn bản không ở tương lai."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }

    fileprivate var audited: [String: String?] { ["number": number, "issued_on": VietnameseFormat.date(issuedOn)] }

    fileprivate var fields: [TypedField] {
        [TypedField("number", "Số, ký hiệu", number), TypedField("issued_on", "Ngày văn bản", VietnameseFormat.date(issuedOn))]
    }
}

/// A number as it is stored, with the version that an edit begins from.
package struct StoredNumber: Hashable, Sendable {
    package let number: NoticeNumber
    package let version: Int

    static let columns = "number.number, number.issued_on, number.version"

    /// - Returns: nil where there is none: every column is NULL.
    init?(row: inout RowReader) throws {
        let (text, day) = (try row.read(String?.self), try row.read(CivilDate?.self))
        let version = try row.read(Int?.self)
        guard let text, let day, let version else { return nil }
        number = NoticeNumber(number: text, issuedOn: day)
        self.version = version
    }
}

extension NoticeStore {
    /// Enters the number and date of the written notice of what is announced now, or corrects them.
    ///
    /// - Parameter revision: Whose number was typed: what was announced anew since is another document.
    /// - Parameter version: The version that the editor began from; 0 for the first.
    /// - Throws: `Refusal`; `ChangedMeanwhile` when somebody else has entered one since.
    package func keep(
        _ number: NoticeNumber, of code: String, revision: Int?, version: Int, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try number.check(at: now)
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let notice = try await tx.locked(code, scope: person.scope)
            try NoticeStep.number.check(notice, in: notice.state(at: now))
            guard revision == notice.revision else {
                throw Refusal(
                    field: "number",
                    "Thông báo nay là bản \(notice.revision): đó là văn bản khác, hãy ghi số và ngày của văn bản ấy.")
            }
            let stored = notice.number
            if stored?.number == number { return }
            guard (stored?.version ?? 0) == version else {
                let edit = try await tx.one(
                    """
                    SELECT \(columns: LastEdit.self) FROM notice_numbers r LEFT JOIN users u ON u.id = r.updated_by
                    WHERE  r.notice_id = \(notice.id) AND r.revision = \(notice.revision)::bigint
                    """, as: LastEdit.self)
                throw ChangedMeanwhile(
                    "Số, ngày văn bản này", edit, typed: number.fields, stored: stored?.number.fields ?? [])
            }
            try await tx.run(
                """
                INSERT INTO notice_numbers (notice_id, revision, number, issued_on, updated_by, updated_at)
                VALUES (\(notice.id), \(notice.revision)::bigint, \(number.number), \(number.issuedOn), \(person.id), \(now))
                ON CONFLICT (notice_id, revision) DO UPDATE
                SET number = excluded.number, issued_on = excluded.issued_on, version = notice_numbers.version + 1,
                    updated_by = excluded.updated_by, updated_at = excluded.updated_at
                """)
            tx.record(
                "notice.numbered", code, by: .person(person, address: address), before: stored?.number.audited,
                after: number.audited.merging(["revision": String(notice.revision)]) { $1 }, at: now)
        }
    }
}
