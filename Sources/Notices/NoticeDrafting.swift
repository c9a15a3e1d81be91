package import Civil
import Database
package import Organization

/// From the draft to the approval.
extension NoticeStore {
    /// - Returns: The notice's code.
    package func add(
        _ draft: NoticeDraft, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws -> String {
        try draft.check(at: now)
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/notices")
            let code = try await tx.nextCode(.notice, at: now)
            tx.settle(form, location: "/notices/\(code)")
            try await tx.run(
                """
                INSERT INTO notices (code, kind, title, impact, during, components, short_lead_reason, created_by, created_at)
                VALUES (\(code), \(draft.kind), \(draft.title), \(draft.impact), \(draft.during), \(draft.components),
                        \(draft.shortLeadReason), \(person.id), \(now))
                """)
            tx.record(
                "notice.drafted", code, by: .person(person, address: address), after: draft.audited, at: now)
            return code
        }
    }

    /// Changes a draft. Saving what is stored already changes nothing. What was submitted or approved becomes a draft
    /// again: nobody approved what it says now.
    ///
    /// - Parameter version: The version that the editor began from.
    /// - Returns: Whether it was taken back from review.
    /// - Throws: `Refusal`; `ChangedMeanwhile` when somebody else has changed it since.
    @discardableResult
    package func change(
        _ code: String, to draft: NoticeDraft, version: Int, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws -> Bool {
        try draft.check(at: now)
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let notice = try await tx.locked(code, scope: person.scope)
            try NoticeStep.change.check(notice, in: notice.state(at: now))
            if notice.draft == draft { return false }
            guard notice.version == version else {
                throw ChangedMeanwhile(
                    "Dự thảo này", try await tx.lastEdit(of: notice), typed: draft.fields, stored: notice.draft.fields)
            }
            try await tx.run(
                """
                UPDATE notices SET kind = \(draft.kind), title = \(draft.title), impact = \(draft.impact),
                    during = \(draft.during), components = \(draft.components),
                    short_lead_reason = \(draft.shortLeadReason), version = version + 1, updated_by = \(person.id),
                    updated_at = \(now), \(sql: Self.backToDraft)
                WHERE id = \(notice.id)
                """)
            tx.record(
                "notice.changed", code, by: .person(person, address: address), before: notice.draft.audited,
                after: draft.audited.merging(["state": Notice.State.draft.rawValue]) { $1 }, at: now)
            return notice.submittedAt != nil
        }
    }

    static let backToDraft: SQL = "submitted_at = NULL, submitted_by = NULL, approved_at = NULL, approved_by = NULL"

    /// Writes down what was tested on an upgrade (Điều 21.6). Like any change of the draft it takes back an approval.
    ///
    /// - Parameter version: The version that the editor began from; 0 for the first.
    /// - Returns: Whether the notice was taken back from review.
    /// - Throws: `Refusal`; `ChangedMeanwhile` when somebody else has written since.
    @discardableResult
    package func keep(
        _ draft: UpgradeTestDraft, for code: String, version: Int, by person: Person, address: String,
        form: FormKey? = nil, at now: Instant
    ) async throws -> Bool {
        try draft.check()
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let notice = try await tx.locked(code, scope: person.scope)
            try NoticeStep.test.check(notice, in: notice.state(at: now))
            guard notice.kind == .upgrade else {
                throw Refusal(field: "", "\(code) không phải là nâng cấp: Điều 21.6 chỉ yêu cầu thử nghiệm bản nâng cấp.")
            }
            let stored = try await tx.test(of: notice)
            if stored?.draft == draft { return false }
            guard (stored?.version ?? 0) == version else {
                let edit = try await tx.one(
                    """
                    SELECT \(columns: LastEdit.self) FROM notice_tests r LEFT JOIN users u ON u.id = r.updated_by
                    WHERE r.notice_id = \(notice.id)
                    """, as: LastEdit.self)
                throw ChangedMeanwhile(
                    "Hồ sơ thử nghiệm này", edit, typed: draft.fields, stored: stored?.draft?.fields ?? [])
            }
            try await tx.run(
                """
                INSERT INTO notice_tests (notice_id, tested_version, changes, environment, plan, cases_passed, cases_failed,
                                          tester, approver, evidence, verdict, updated_by, updated_at)
                VALUES (\(notice.id), \(draft.version), \(draft.changes), \(draft.environment), \(draft.plan),
                        \(draft.casesPassed), \(draft.casesFailed), \(draft.tester), \(draft.approver), \(draft.evidence),
                        \(draft.verdict), \(person.id), \(now))
                ON CONFLICT (notice_id) DO UPDATE
                SET tested_version = excluded.tested_version, changes = excluded.changes,
                    environment = excluded.environment, plan = excluded.plan, cases_passed = excluded.cases_passed,
                    cases_failed = excluded.cases_failed, tester = excluded.tester, approver = excluded.approver,
                    evidence = excluded.evidence, verdict = excluded.verdict, is_legacy = false,
                    version = notice_tests.version + 1, updated_by = excluded.updated_by, updated_at = excluded.updated_at
                """)
            try await tx.run("UPDATE notices SET \(sql: Self.backToDraft) WHERE id = \(notice.id)")
            tx.record(
                "notice.tested", code, by: .person(person, address: address),
                before: stored.map { $0.draft?.audited ?? ["evidence": $0.legacyText] }, after: draft.audited, at: now)
            return notice.submittedAt != nil
        }
    }

    /// Asks somebody else to look at it.
    package func submit(
        _ code: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await step(.submit, "notice.submitted", code, by: person, address: address, form: form, at: now) { tx, notice in
            try await tx.run(
                """
                UPDATE notices SET submitted_at = \(now), submitted_by = \(person.id), returned_reason = NULL
                WHERE id = \(notice.id)
                """)
            return nil
        }
    }

    /// Sends it back to who wrote it.
    package func sendBack(
        _ code: String, reason: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await step(.sendBack, "notice.returned", code, by: person, address: address, form: form, at: now) { tx, notice in
            if reason.isEmpty { throw Refusal(field: "return_reason", "Cần ghi lý do trả lại.") }
            if let long = Refusal.tooLong("return_reason", "Lý do trả lại", reason, maximum: 1000) { throw Refusal([long]) }
            try await tx.run(
                "UPDATE notices SET \(sql: Self.backToDraft), returned_reason = \(reason) WHERE id = \(notice.id)")
            return ["reason": reason]
        }
    }

    /// Says that it may be published as it is.
    ///
    /// - Parameter seen: When what the approver has read was submitted, in microseconds; nil: nobody has read a page.
    package func approve(
        _ code: String, seen: Int64? = nil, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await step(.approve, "notice.approved", code, by: person, address: address, form: form, at: now) { tx, notice in
            let wants = try await tx.settings().number(.noticeSecondPerson) == 1
            try notice.checkApproving(by: person, wantsSecondPerson: wants, at: now)
            if let seen, notice.submittedAt?.microseconds != seen {
                throw Refusal(field: "", "\(code) đã được sửa và trình lại sau khi bạn mở trang; hãy đọc lại rồi duyệt.")
            }
            let testers = try await tx.values("SELECT updated_by FROM notice_tests WHERE notice_id = \(notice.id)", as: User.ID.self)
            if wants, testers.contains(person.id) {
                throw Refusal(field: "", "Người ghi hồ sơ thử nghiệm không tự duyệt: cần một người khác (kiểm soát nội bộ, mục tiêu nội bộ).")
            }
            try await tx.run(
                "UPDATE notices SET approved_at = \(now), approved_by = \(person.id) WHERE id = \(notice.id)")
            return ["author": notice.author.name, "second_person": wants ? "1" : "0"]
        }
    }

    // MARK: People beside the agencies

    /// Names somebody to be told beside the agencies.
    package func add(
        _ draft: PersonDraft, to code: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try draft.check()
        try await step(.address, "notice.person_added", code, by: person, address: address, form: form, at: now) { tx, notice in
            let people = try await tx.value(
                "SELECT count(*) FROM notice_recipients WHERE notice_id = \(notice.id) AND agency_id IS NULL", as: Int.self)
            if people >= Self.mostPeople {
                throw Refusal(field: "person_name", "Mỗi thông báo nêu tên tối đa \(VietnameseFormat.number(Self.mostPeople)) cá nhân.")
            }
            let added = try await tx.run(
                """
                INSERT INTO notice_recipients (notice_id, contact_name, contact_email, contact_phone)
                VALUES (\(notice.id), \(draft.name), \(draft.email), \(draft.phone)) ON CONFLICT DO NOTHING
                """)
            if added == 0 { throw Refusal(field: "person_email", "Địa chỉ này đã có trong danh sách.") }
            return ["name": draft.name, "email": draft.email, "phone": draft.phone]
        }
    }

    /// How many people one notice may name.
    static let mostPeople = 500

    /// Takes somebody off the list again.
    package func remove(
        _ id: NoticeRecipient.ID, from code: String, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try await step(.address, "notice.person_removed", code, by: person, address: address, form: form, at: now) { tx, notice in
            let names = try await tx.values(
                """
                DELETE FROM notice_recipients WHERE id = \(id) AND notice_id = \(notice.id) AND agency_id IS NULL
                RETURNING contact_name
                """, as: String.self)
            guard let name = names.first else { throw Refusal(field: "", "Người này không có trong danh sách.") }
            return ["name": name]
        }
    }

    /// One step of a notice's life: its state is checked before `body`, and what that returns is put on record.
    func step(
        _ step: NoticeStep, _ action: String, _ code: String, by person: Person, address: String, form: FormKey?,
        at now: Instant, _ body: @Sendable (Transaction, Notice) async throws -> [String: String?]?
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let notice = try await tx.locked(code, scope: person.scope)
            try step.check(notice, in: notice.state(at: now))
            let after = try await body(tx, notice)
            tx.record(action, code, by: .person(person, address: address), after: after, at: now)
        }
    }
}
