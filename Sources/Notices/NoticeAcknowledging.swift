package import Civil
import Database
package import Organization

/// The three ways in which a recipient says that they know: signed in, by the link in their letter, on the phone.
extension NoticeStore {
    /// An agency says that it has read what is announced now. Saying so twice changes nothing: the first time counts.
    ///
    /// - Parameter revision: Which one its page showed; nil: nobody has read a page.
    package func acknowledge(
        _ code: String, revision: Int? = nil, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let notice = try await tx.locked(code, scope: person.scope)
            try NoticeStep.acknowledge.check(notice, in: notice.state(at: now))
            if let revision, revision != notice.revision {
                throw Refusal(field: "", "\(code) nay là bản \(notice.revision); hãy đọc bản này rồi xác nhận.")
            }
            let own = try await tx.values(
                "SELECT id FROM notice_recipients WHERE notice_id = \(notice.id) AND agency_id = \(person.agency)",
                as: NoticeRecipient.ID.self)
            guard let recipient = own.first else {
                throw Refusal(field: "", "Cơ quan của bạn không có trong danh sách nhận \(code).")
            }
            let word = Word(notice, recipient, .console, by: person.name, recorder: person.id, at: now, now: now)
            guard try await tx.keep(word) else { return }
            tx.record(
                "notice.acknowledged", code, by: .person(person, address: address),
                after: ["recipient": person.agencyName, "revision": String(notice.revision), "method": word.method.rawValue],
                at: now)
        }
    }

    /// Writes down who has said on the phone that they know.
    ///
    /// - Throws: `Refusal`, also for a recipient who has acknowledged this revision already.
    package func record(
        _ id: NoticeRecipient.ID, of code: String, saidBy name: String, at moment: Instant, by person: Person,
        address: String, form: FormKey? = nil, now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let notice = try await tx.locked(code, scope: person.scope)
            try notice.checkRecording(saidBy: name, at: moment, now: now)
            guard let recipient = try await tx.recipient(id, of: notice.id, scope: person.scope) else {
                throw Refusal(field: "", "Nơi nhận này không có trong danh sách.")
            }
            let word = Word(notice, id, .phone, by: name, recorder: person.id, at: moment, now: now)
            guard try await tx.keep(word) else {
                throw Refusal(field: "", "\(recipient.name) đã xác nhận bản \(notice.revision) rồi.")
            }
            tx.record(
                "notice.acknowledged", code, by: .person(person, address: address),
                after: [
                    "recipient": recipient.name, "revision": String(notice.revision), "method": word.method.rawValue,
                    "said_by": name, "said_at": VietnameseFormat.moment(moment),
                ], at: now)
        }
    }

    /// What a signed link speaks of; nil when the recipient is gone.
    package func opened(_ claim: NoticeLinks.Claim) async throws -> (notice: Notice, recipient: NoticeRecipient)? {
        let found = try await database.first(
            """
            SELECT \(columns: Notice.self) \(sql: Self.joins(nil))
            WHERE  n.published_at IS NOT NULL AND n.id = (SELECT notice_id FROM notice_recipients WHERE id = \(claim.recipient))
            """, as: Notice.self)
        guard let notice = found,
            let recipient = try await database.recipient(claim.recipient, of: notice.id, scope: nil)
        else { return nil }
        return (notice, recipient)
    }

    /// A recipient says by the link in their letter that they know. Once counts; a link to an earlier revision says
    /// nothing about what is announced now.
    ///
    /// - Returns: False when they had said so before.
    @discardableResult
    package func acknowledge(_ claim: NoticeLinks.Claim, address: String, at now: Instant) async throws -> Bool {
        try await database.transaction { tx in
            let codes = try await tx.values(
                "SELECT n.code FROM notices n JOIN notice_recipients r ON r.notice_id = n.id WHERE r.id = \(claim.recipient)",
                as: String.self)
            guard let code = codes.first else { throw Refusal(field: "", "Liên kết không còn dùng được.") }
            let notice = try await tx.locked(code, scope: nil)
            try NoticeStep.acknowledge.check(notice, in: notice.state(at: now))
            guard notice.revision == claim.revision,
                let recipient = try await tx.recipient(claim.recipient, of: notice.id, scope: nil)
            else {
                throw Refusal(field: "", "\(code) nay là bản \(notice.revision); hãy dùng liên kết trong thư mới nhất.")
            }
            let name = recipient.contactName.isEmpty ? recipient.name : recipient.contactName
            guard try await tx.keep(Word(notice, recipient.id, .link, by: name, recorder: nil, at: now, now: now)) else {
                return false
            }
            tx.record(
                "notice.acknowledged", code, by: .system("notice link", address: address),
                after: [
                    "recipient": recipient.name, "revision": String(notice.revision),
                    "method": NoticeRecipient.Method.link.rawValue,
                ], at: now)
            return true
        }
    }
}

/// One acknowledgement to be kept.
private struct Word: Sendable {
    let recipient: NoticeRecipient.ID
    let revision: Int
    let method: NoticeRecipient.Method
    let by: String
    let recorder: User.ID?
    let at: Instant
    let recordedAt: Instant

    init(
        _ notice: Notice, _ recipient: NoticeRecipient.ID, _ method: NoticeRecipient.Method, by name: String,
        recorder: User.ID?, at moment: Instant, now: Instant
    ) {
        self.recipient = recipient
        revision = notice.revision
        self.method = method
        by = name
        self.recorder = recorder
        at = moment
        recordedAt = now
    }
}

extension Transaction {
    /// - Returns: False when the recipient had said so before.
    fileprivate func keep(_ word: Word) async throws -> Bool {
        try await run(
            """
            WITH said AS (
                INSERT INTO notice_acknowledgements (recipient_id, revision, acknowledged_at, method, said_by, recorded_by,
                                                     recorded_at)
                VALUES (\(word.recipient), \(word.revision)::bigint, \(word.at), \(word.method), \(word.by), \(word.recorder),
                        \(word.recordedAt))
                ON CONFLICT DO NOTHING RETURNING recipient_id, acknowledged_at)
            UPDATE notice_recipients r SET acknowledged_at = said.acknowledged_at FROM said WHERE r.id = said.recipient_id
            """) == 1
    }
}
