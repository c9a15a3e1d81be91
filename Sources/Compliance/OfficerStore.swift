package import Civil
package import Database
package import Organization

/// What to show of the agencies and who is in charge there.
package struct OfficerFilter: Hashable, Sendable {
    /// Agencies that lack somebody.
    package enum Missing: String, CaseIterable, Sendable, PostgresEncodable {
        case any
        case securityOfficer = "security_officer"
        case softwareManager = "software_manager"

        package var label: String {
            switch self {
            case .any: "Còn thiếu người phụ trách"
            case .securityOfficer: "Thiếu phụ trách an toàn thông tin"
            case .softwareManager: "Thiếu quản lý Phần mềm"
            }
        }
    }

    package var missing: Missing?
    /// Part of an agency's code or name, or of a person's name, marks and case aside.
    package var search = ""

    package init() {}
}

/// Who is in charge at the agencies (Điều 19.1, Điều 23.1 đ).
package struct OfficerStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    // MARK: Questions

    /// Agencies within the person's scope, each with who is in charge on `today`.
    package func list(
        _ filter: OfficerFilter, for person: Person, on today: CivilDate, offset: Int, limit: Int
    ) async throws -> [AgencyOfficers] {
        try await database.all(
            """
            SELECT \(columns: AgencyOfficers.self) \(sql: Self.agencies(person, today)) \(sql: Self.condition(filter))
            ORDER  BY a.code <> \(filter.search), a.kind DESC, a.name COLLATE "vi-x-icu", a.id
            OFFSET \(offset) LIMIT \(limit)
            """)
    }

    /// How many agencies there are within the person's scope, how many have whom, and how many the filter shows.
    package func counts(
        _ filter: OfficerFilter, for person: Person, on today: CivilDate
    ) async throws -> OfficerCounts {
        try await database.one(
            """
            SELECT count(*), count(s.id), count(m.id), count(*) FILTER (WHERE true \(sql: Self.condition(filter)))
            \(sql: Self.agencies(person, today))
            """)
    }

    /// Everybody who was, is or will be in charge at an agency, the newest first.
    package func history(of agency: Agency.ID, for person: Person) async throws -> [Officer] {
        try await database.all(
            """
            SELECT \(columns: Officer.self) FROM officers o JOIN agencies a ON a.id = o.agency_id
            WHERE  o.agency_id = \(agency) AND \(sql: Self.scope(person))
            ORDER  BY o.duty, lower(o.during) DESC
            """)
    }

    /// - Returns: nil for an assignment that is not there, and for one of an agency that the person may not see.
    package func find(_ id: Officer.ID, for person: Person) async throws -> Officer? {
        try await database.first(
            """
            SELECT \(columns: Officer.self) FROM officers o JOIN agencies a ON a.id = o.agency_id
            WHERE  o.id = \(id) AND \(sql: Self.scope(person))
            """)
    }

    // MARK: Commands

    /// Assigns a duty. Whoever has it without a last day hands over the day before.
    ///
    /// - Returns: The predecessor whose assignment was ended by this, if any.
    /// - Throws: `Refusal` when the draft is not fit, when the agency is not within the person's scope, or when the duty is
    ///   somebody else's on one of the days.
    @discardableResult
    package func assign(
        _ draft: OfficerDraft, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws -> Officer? {
        try draft.check()
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/officers/agencies/\(draft.agency.rawValue)")
            let agency = try await tx.code(of: draft.agency, for: person)
            let predecessor = try draft.predecessor(among: try await tx.meeting(draft))
            let actor = Actor.person(person, address: address)
            if let predecessor { try await tx.conclude(predecessor, lastDay: draft.begins.adding(days: -1)) }
            try await tx.add(draft)
            if let predecessor {
                tx.record(
                    "officer.concluded", agency, by: actor,
                    after: predecessor.audited(lastDay: draft.begins.adding(days: -1)), at: now)
            }
            tx.record("officer.assigned", agency, by: actor, after: draft.audited, at: now)
            return predecessor
        }
    }

    /// Sets the last day of an assignment.
    /// - Throws: `Refusal`.
    package func conclude(
        _ id: Officer.ID, lastDay: CivilDate, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/officers")
            let found = try await tx.first(
                """
                SELECT \(columns: Officer.self) FROM officers o JOIN agencies a ON a.id = o.agency_id
                WHERE  o.id = \(id) AND \(sql: Self.scope(person)) FOR UPDATE OF o
                """, as: Officer.self)
            guard let officer = found else { throw Refusal(field: "", "Không có phân công này.") }
            try officer.checkConcluding(lastDay)
            tx.settle(form, location: "/officers/agencies/\(officer.agency.rawValue)")
            try await tx.conclude(officer, lastDay: lastDay)
            let code = try await tx.value("SELECT code FROM agencies WHERE id = \(officer.agency)", as: String.self)
            tx.record(
                "officer.concluded", code, by: .person(person, address: address),
                after: officer.audited(lastDay: lastDay), at: now)
        }
    }

    // MARK: SQL

    private static func scope(_ person: Person) -> SQL {
        "(\(person.scope)::bigint IS NULL OR o.agency_id = \(person.scope))"
    }

    private static func agencies(_ person: Person, _ today: CivilDate) -> SQL {
        """
        FROM   agencies a
        LEFT   JOIN officers s ON s.agency_id = a.id AND s.duty = 'security_officer' AND s.during @> \(today)
        LEFT   JOIN officers m ON m.agency_id = a.id AND m.duty = 'software_manager' AND m.during @> \(today)
        WHERE  a.closed_at IS NULL AND (\(person.scope)::bigint IS NULL OR a.id = \(person.scope))
        """
    }

    private static func condition(_ filter: OfficerFilter) -> SQL {
        """
        AND (\(filter.missing)::text IS NULL
             OR (\(filter.missing) IN ('any', 'security_officer') AND s.id IS NULL)
             OR (\(filter.missing) IN ('any', 'software_manager') AND m.id IS NULL))
        AND (\(filter.search) = '' OR a.search LIKE (SELECT containing(\(filter.search)))
             OR folded(concat_ws(' ', s.full_name, m.full_name)) LIKE (SELECT containing(\(filter.search))))
        """
    }
}

extension Transaction {
    fileprivate func code(of id: Agency.ID, for person: Person) async throws -> String {
        let codes = try await values(
            """
            SELECT code FROM agencies WHERE id = \(id) AND closed_at IS NULL
            AND (\(person.scope)::bigint IS NULL OR id = \(person.scope))
            """, as: String.self)
        guard let code = codes.first else { throw Refusal(field: "agency", "Cơ quan: cần chọn một mục trong danh sách.") }
        return code
    }

    fileprivate func meeting(_ draft: OfficerDraft) async throws -> [Officer] {
        try await all(
            """
            SELECT \(columns: Officer.self) FROM officers o JOIN agencies a ON a.id = o.agency_id
            WHERE  o.agency_id = \(draft.agency) AND o.duty = \(draft.duty)
            AND    o.during && daterange(\(draft.begins), \(draft.ends), '[]')
            ORDER  BY lower(o.during) FOR UPDATE OF o
            """)
    }

    /// Two assignments that are made at the same moment do not see each other; the constraint lets one of them in.
    fileprivate func add(_ draft: OfficerDraft) async throws {
        do {
            try await run(
                """
                INSERT INTO officers (agency_id, duty, full_name, position, phone, email, during, decision_number)
                VALUES (\(draft.agency), \(draft.duty), \(draft.fullName), \(draft.position), \(draft.phone),
                        \(draft.email), daterange(\(draft.begins), \(draft.ends), '[]'), \(draft.decisionNumber))
                """)
        } catch let error as DatabaseError where error.isUniqueViolation(of: "officers_overlap_exclude") {
            throw Refusal(field: "begins", "Trong thời gian này đã có người phụ trách; hãy tải lại trang rồi sửa ngày.")
        }
    }

    fileprivate func conclude(_ officer: Officer, lastDay: CivilDate) async throws {
        try await run(
            """
            UPDATE officers SET during = daterange(lower(during), \(lastDay), '[]') WHERE id = \(officer.id)
            """)
    }
}

extension OfficerDraft {
    fileprivate var audited: [String: String?] {
        [
            "duty": duty.rawValue, "full_name": fullName, "position": position, "phone": phone, "email": email,
            "begins": VietnameseFormat.localDate(begins), "ends": ends.map(VietnameseFormat.localDate),
            "decision_number": decisionNumber,
        ]
    }
}

extension Officer {
    fileprivate func audited(lastDay: CivilDate) -> [String: String?] {
        ["duty": duty.rawValue, "full_name": fullName, "ends": VietnameseFormat.localDate(lastDay)]
    }
}

/// One agency and who is in charge there on a day.
package struct AgencyOfficers: Hashable, Sendable, PostgresRow {
    /// Somebody in charge, as the list shows them.
    package struct Holder: Hashable, Sendable {
        package let fullName: String
        package let phone: String
        package let begins: CivilDate
        package let decisionNumber: String
    }

    package let agency: Agency.ID
    package let name: String
    /// Điều 19.1; nil for nobody.
    package let securityOfficer: Holder?
    /// Điều 23.1 đ; nil for nobody.
    package let softwareManager: Holder?

    package static var columns: String {
        """
        a.id, a.name, s.full_name, s.phone, lower(s.during), s.decision_number,
        m.full_name, m.phone, lower(m.during), m.decision_number
        """
    }

    package init(row: inout RowReader) throws {
        agency = try row.read()
        name = try row.read()
        securityOfficer = try Self.holder(&row)
        softwareManager = try Self.holder(&row)
    }

    private static func holder(_ row: inout RowReader) throws -> Holder? {
        let fullName = try row.read(String?.self)
        let phone = try row.read(String?.self)
        let begins = try row.read(CivilDate?.self)
        let decisionNumber = try row.read(String?.self)
        guard let fullName, let phone, let begins, let decisionNumber else { return nil }
        return Holder(fullName: fullName, phone: phone, begins: begins, decisionNumber: decisionNumber)
    }
}

/// How many agencies have somebody in charge.
package struct OfficerCounts: Hashable, Sendable, PostgresRow {
    package let agencies: Int
    package let withSecurityOfficer: Int
    package let withSoftwareManager: Int
    /// Agencies that the filter shows.
    package let shown: Int

    package static var columns: String { "" }

    package init(row: inout RowReader) throws {
        agencies = try row.read()
        withSecurityOfficer = try row.read()
        withSoftwareManager = try row.read()
        shown = try row.read()
    }
}
