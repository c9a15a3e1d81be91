package import Civil
package import Database
package import Delivery
package import Organization
package import WorkingTime

/// Notices, their recipients, and what was sent.
package struct NoticeStore: Sendable {
    let database: Database
    /// The Department's working days, for the lead of Điều 21.7.
    let calendar: WorkingCalendar
    /// The console's address, for the link in letters.
    let baseURL: String

    package init(database: Database, calendar: WorkingCalendar, baseURL: String) {
        self.database = database
        self.calendar = calendar
        self.baseURL = baseURL
    }

    // MARK: Questions

    /// Agencies see what was published to them; who is bound to no agency sees everything, drafts too.
    package func list(for person: Person, search: String, offset: Int, limit: Int) async throws -> [Notice] {
        try await database.all(
            """
            SELECT \(columns: Notice.self) \(sql: Self.joins(for: person))
            WHERE  \(sql: Self.visible(to: person)) AND (\(search) = '' OR n.search LIKE containing(\(search)))
            ORDER  BY n.code <> upper(\(search)), n.created_at DESC, n.id DESC OFFSET \(offset) LIMIT \(limit)
            """)
    }

    package func count(for person: Person, search: String) async throws -> Int {
        try await database.value(
            """
            SELECT count(*) FROM notices n
            WHERE \(sql: Self.visible(to: person)) AND (\(search) = '' OR n.search LIKE containing(\(search)))
            """)
    }

    package func find(_ code: String, for person: Person) async throws -> Notice? {
        try await database.first(
            """
            SELECT \(columns: Notice.self) \(sql: Self.joins(for: person))
            WHERE n.code = \(code) AND \(sql: Self.visible(to: person))
            """)
    }

    /// Who was told, those first who have not acknowledged.
    package func recipients(of notice: Notice, for person: Person) async throws -> [NoticeRecipient] {
        try await database.all(
            """
            SELECT \(columns: NoticeRecipient.self)
            FROM   notice_recipients r JOIN agencies a ON a.id = r.agency_id
            LEFT JOIN users u ON u.id = r.acknowledged_by
            WHERE  r.notice_id = \(notice.id) AND (\(person.scope)::bigint IS NULL OR r.agency_id = \(person.scope))
            ORDER  BY r.acknowledged_at IS NOT NULL, a.name COLLATE "vi-x-icu"
            """)
    }

    /// Whole working days from `now` to a start: what the page shows before publication.
    /// A draft of earlier times may lie further ahead than one may now; days beyond that are not counted one by one.
    package func leadDays(from now: Instant, to begins: Instant) -> Int {
        calendar.wholeWorkingDays(from: now, to: min(begins, now + NoticeDraft.furthest))
    }

    /// Everything that a notice may concern by name, and what `draft` names though nothing watches it any more.
    package func components(with named: [String] = []) async throws -> [MonitoredComponent] {
        try await database.all(
            """
            SELECT \(columns: MonitoredComponent.self)
            FROM  (SELECT monitor_id, name FROM monitored_components
                   UNION ALL SELECT NULL, name FROM unnest(\(named)::text[]) AS name) AS c
            GROUP  BY c.name ORDER BY c.name COLLATE "vi-x-icu"
            """)
    }

    // MARK: Commands

    /// - Returns: The notice's code.
    package func add(
        _ draft: NoticeDraft, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws -> String {
        try draft.check(at: now)
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/notices")
            let code = try await tx.nextCode(.notice, at: now)
            try await tx.settle(form, location: "/notices/\(code)")
            try await tx.run(
                """
                INSERT INTO notices (code, kind, title, impact, during, components, test_record, short_lead_reason,
                                     created_by, created_at)
                VALUES (\(code), \(draft.kind), \(draft.title), \(draft.impact), \(draft.during), \(draft.components),
                        \(draft.testRecord), \(draft.shortLeadReason), \(person.id), \(now))
                """)
            try await tx.record(
                "notice.drafted", code, by: .person(person, address: address), after: draft.audited, at: now)
            return code
        }
    }

    /// Changes a draft. Saving what is stored already changes nothing.
    ///
    /// - Parameter version: The version that the editor began from.
    /// - Throws: `Refusal`; `ChangedMeanwhile` when somebody else has changed it since.
    package func change(
        _ code: String, to draft: NoticeDraft, version: Int, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try draft.check(at: now)
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let notice = try await tx.locked(code, for: person)
            try notice.checkChanging()
            if notice.draft == draft { return }
            guard notice.version == version else {
                throw ChangedMeanwhile(
                    "Dự thảo này", try await tx.lastEdit(of: notice), typed: draft.fields, stored: notice.draft.fields)
            }
            try await tx.run(
                """
                UPDATE notices SET kind = \(draft.kind), title = \(draft.title), impact = \(draft.impact),
                    during = \(draft.during), components = \(draft.components), test_record = \(draft.testRecord),
                    short_lead_reason = \(draft.shortLeadReason), version = version + 1, updated_by = \(person.id),
                    updated_at = \(now)
                WHERE id = \(notice.id)
                """)
            try await tx.record(
                "notice.changed", code, by: .person(person, address: address), before: notice.draft.audited,
                after: draft.audited, at: now)
        }
    }

    /// Freezes the recipients and the monitors that it concerns, writes a letter to each recipient that has an address,
    /// and makes the window count as planned.
    package func publish(
        _ code: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let notice = try await tx.locked(code, for: person)
            let wanted = try await tx.settings().number(.noticeLeadDays)
            let leadDays = leadDays(from: now, to: notice.begins)
            let monitors = try await tx.freezeMonitors(of: notice)
            try notice.checkPublishing(
                leadDays: leadDays, wantedLeadDays: wanted, watched: Set(monitors.map(\.name)), at: now)
            try await tx.run(
                """
                UPDATE notices SET published_at = \(now), published_by = \(person.id), lead_days = \(leadDays)
                WHERE id = \(notice.id)
                """)
            try await tx.run(
                """
                INSERT INTO notice_recipients (notice_id, agency_id, contact_name, contact_email, contact_phone)
                SELECT \(notice.id), id, contact_name, contact_email, contact_phone FROM agencies WHERE closed_at IS NULL
                """)
            let agencies = try await tx.addressees(of: notice)
            try await tx.enqueue(
                agencies.map { NoticeLetters.publication(of: notice, to: $0, link: "\(baseURL)/notices/\(code)") },
                at: now)
            try await tx.record(
                "notice.published", code, by: .person(person, address: address),
                after: [
                    "lead_days": String(leadDays), "letters": String(agencies.count),
                    "monitors": notice.components.map { _ in monitors.map { String($0.id) }.joined(separator: ", ") },
                    "short_lead_reason": notice.shortLeadReason,
                ], at: now)
        }
    }

    /// Calls it off. Letters that have not arrived are withdrawn. Whose letter nobody has tried to send hears nothing of
    /// it at all; everybody else is told of this too, those too whose letter is under way at this moment.
    package func cancel(
        _ code: String, reason: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let notice = try await tx.locked(code, for: person)
            try notice.checkCancelling(reason: reason, at: now)
            try await tx.run(
                "UPDATE notices SET cancelled_at = \(now), cancelled_reason = \(reason) WHERE id = \(notice.id)")
            let untold = try await tx.withdraw(about: code, at: now).untold
            let agencies = try await tx.addressees(of: notice).filter { !untold.contains($0.id) }
            try await tx.enqueue(
                agencies.map { NoticeLetters.cancellation(of: notice, reason: reason, to: $0) }, at: now)
            try await tx.record(
                "notice.cancelled", code, by: .person(person, address: address),
                after: ["reason": reason, "letters": String(agencies.count), "withdrawn": String(untold.count)], at: now)
        }
    }

    /// An agency says that it has read the notice. Saying so twice changes nothing: the first time counts.
    package func acknowledge(
        _ code: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let notice = try await tx.locked(code, for: person)
            try notice.checkAcknowledging()
            let changed = try await tx.run(
                """
                UPDATE notice_recipients SET acknowledged_at = \(now), acknowledged_by = \(person.id)
                WHERE  notice_id = \(notice.id) AND agency_id = \(person.agency) AND acknowledged_at IS NULL
                """)
            guard changed == 1 else { return }
            try await tx.record(
                "notice.acknowledged", code, by: .person(person, address: address),
                after: ["agency": person.agencyName], at: now)
        }
    }

    /// Sends a letter once more that could not be delivered, to the address that the agency has now. Later letters about
    /// the notice go there too. Once the notice is called off, only the letter that says so goes out again.
    package func sendAgain(
        _ letter: Delivery.ID, of code: String, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let notice = try await tx.locked(code, for: person)
            let sent = try await tx.sendAgain(letter, about: code, at: now)
            try await tx.run(
                """
                UPDATE notice_recipients SET contact_email = \(sent.recipientAddress)
                WHERE  notice_id = \(notice.id) AND agency_id = \(sent.agency)
                """)
            try await tx.record(
                "notice.sent_again", code, by: .person(person, address: address),
                after: ["recipient": sent.recipientName, "address": sent.recipientAddress], at: now)
        }
    }

    fileprivate static func visible(to person: Person) -> SQL {
        """
        (\(person.scope)::bigint IS NULL OR EXISTS (
            SELECT FROM notice_recipients v WHERE v.notice_id = n.id AND v.agency_id = \(person.scope)))
        """
    }

    fileprivate static func joins(for person: Person) -> SQL {
        """
        FROM notices n JOIN users author ON author.id = n.created_by
        CROSS JOIN LATERAL (
            SELECT count(*) AS recipients, count(r.acknowledged_at) AS acknowledged,
                   (SELECT count(*) FROM notice_monitors m WHERE m.notice_id = n.id) AS monitors
            FROM   notice_recipients r
            WHERE  r.notice_id = n.id AND (\(person.scope)::bigint IS NULL OR r.agency_id = \(person.scope))) told
        """
    }
}

extension Transaction {
    /// - Throws: `Refusal` for a notice that the person cannot see.
    fileprivate func locked(_ code: String, for person: Person) async throws -> Notice {
        let found = try await first(
            """
            SELECT \(columns: Notice.self) \(sql: NoticeStore.joins(for: person))
            WHERE n.code = \(code) AND \(sql: NoticeStore.visible(to: person)) FOR UPDATE OF n
            """, as: Notice.self)
        guard let found else { throw Refusal(field: "", "Không có thông báo nào mang mã “\(code)”.") }
        return found
    }

    fileprivate func lastEdit(of notice: Notice) async throws -> LastEdit {
        try await one(
            """
            SELECT \(columns: LastEdit.self) FROM notices r LEFT JOIN users u ON u.id = r.updated_by
            WHERE r.id = \(notice.id)
            """)
    }

    /// The recipients that can be written to, with the contact as it was frozen at publication.
    fileprivate func addressees(of notice: Notice) async throws -> [Agency] {
        try await all(
            """
            SELECT a.id, a.code, a.identifier, a.name, a.kind, r.contact_name, r.contact_email, r.contact_phone,
                   a.closed_at, a.version
            FROM   notice_recipients r JOIN agencies a ON a.id = r.agency_id
            WHERE  r.notice_id = \(notice.id) AND r.contact_email <> '' ORDER BY a.id
            """)
    }
}
