package import Civil
package import Database
package import Organization
import Transfer

/// Channels: setting them up, trying them out, and giving them up.
package struct ChannelStore: Sendable {
    private static let page = "/settings/channels"

    let database: Database

    package init(database: Database) {
        self.database = database
    }

    // MARK: Questions

    /// All that were not given up, in the order of their names.
    package func list() async throws -> [Channel] {
        try await database.all(
            """
            SELECT \(columns: Channel.self) FROM channels c WHERE c.removed_at IS NULL
            ORDER BY c.name COLLATE "vi-x-icu", c.id
            """)
    }

    package func find(_ id: Channel.ID) async throws -> Channel? {
        try await database.first(
            "SELECT \(columns: Channel.self) FROM channels c WHERE c.id = \(id) AND c.removed_at IS NULL")
    }

    /// What went over it last, newest first.
    package func deliveries(over id: Channel.ID) async throws -> [Delivery] {
        try await database.all(
            "SELECT \(columns: Delivery.self) FROM deliveries WHERE channel_id = \(id) ORDER BY id DESC LIMIT 25")
    }

    // MARK: Commands

    /// - Returns: The channel's number, and a webhook's secret, which nobody can be told a second time.
    /// - Throws: `Refusal`
    package func add(
        _ draft: ChannelDraft, by actor: Actor, form: FormKey? = nil, at now: Instant
    ) async throws -> (id: Channel.ID, secret: WebhookSecret?) {
        try draft.check()
        let secret = draft.gateway == nil ? WebhookSecret() : nil
        let id = try await database.transaction { tx in
            try await tx.claim(form, location: Self.page)
            let gateway = draft.gateway
            let id = try await tx.value(
                """
                INSERT INTO channels (kind, name, url, events, per_minute, secret, method, headers, content_type, template,
                                      accepted_statuses, accepted_text, recipients, created_at)
                VALUES (\(gateway == nil ? Channel.Kind.webhook : .http), \(draft.name), \(draft.url), \(draft.events),
                        \(draft.perMinute), \(secret?.text), \(gateway?.method), \(gateway?.headers), \(gateway?.contentType),
                        \(gateway?.template), \(gateway?.acceptedStatuses.text), \(gateway?.acceptedText),
                        \(gateway?.recipients), \(now))
                RETURNING id
                """, as: Channel.ID.self)
            try await tx.run("INSERT INTO delivery_paces (channel_id) VALUES (\(id))")
            tx.settle(form, location: "\(Self.page)/\(id.rawValue)")
            tx.record("channel.added", draft.name, by: actor, after: draft.audited, at: now)
            return id
        }
        return (id, secret)
    }

    /// - Parameter version: The version that the editor began from.
    /// - Throws: `Refusal`; `ChangedMeanwhile` when somebody else has changed it since.
    package func change(
        _ id: Channel.ID, to draft: ChannelDraft, version: Int, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try draft.check()
        try await database.transaction { tx in
            try await tx.claim(form, location: "\(Self.page)/\(id.rawValue)")
            let channel = try await tx.locked(id)
            let stored = ChannelDraft(channel)
            if stored == draft { return }
            guard channel.version == version else {
                let edit: LastEdit = try await tx.one(
                    "SELECT \(columns: LastEdit.self) FROM channels r LEFT JOIN users u ON u.id = r.updated_by WHERE r.id = \(id)")
                throw ChangedMeanwhile("Kênh này", edit, typed: draft.fields, stored: stored.fields)
            }
            let gateway = draft.gateway
            try await tx.run(
                """
                UPDATE channels SET name = \(draft.name), url = \(draft.url), events = \(draft.events),
                    per_minute = \(draft.perMinute), method = \(gateway?.method), headers = \(gateway?.headers),
                    content_type = \(gateway?.contentType), template = \(gateway?.template),
                    accepted_statuses = \(gateway?.acceptedStatuses.text), accepted_text = \(gateway?.acceptedText),
                    recipients = \(gateway?.recipients), version = version + 1, updated_by = \(person.id), updated_at = \(now)
                WHERE id = \(id)
                """)
            tx.record(
                "channel.changed", channel.name, by: .person(person, address: address), before: stored.audited,
                after: draft.audited, at: now)
        }
    }

    /// A new secret in the place of the old one, which is of no use from now on.
    /// - Throws: `Refusal` for a channel that signs nothing.
    package func renewSecret(
        _ id: Channel.ID, by actor: Actor, form: FormKey? = nil, at now: Instant
    ) async throws -> WebhookSecret {
        let secret = WebhookSecret()
        try await database.transaction { tx in
            try await tx.claim(form, location: "\(Self.page)/\(id.rawValue)")
            let channel = try await tx.locked(id)
            if channel.gateway != nil { throw Refusal(field: "", "Kênh này không ký gì.") }
            try await tx.run("UPDATE channels SET secret = \(secret.text), version = version + 1 WHERE id = \(id)")
            tx.record(
                "channel.secret_renewed", channel.name, by: actor, before: ["secret": redacted],
                after: ["secret": redacted], at: now)
        }
        return secret
    }

    /// Sends something that is about nothing; what becomes of it stands on the channel's page.
    package func tryOut(_ id: Channel.ID, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "\(Self.page)/\(id.rawValue)")
            let channel = try await tx.locked(id)
            if channel.suspendedAt != nil { throw Refusal(field: "", "Kênh đang tắt; bật lại rồi gửi thử.") }
            let text = "Gửi thử từ Trực Ban qua kênh “\(channel.name)”. Không cần làm gì."
            try await tx.run(
                "SELECT announce('test', \("channel:\(id.rawValue)"), \(text), \("\(Self.page)/\(id.rawValue)"), \(now), \(id))")
            tx.record("channel.tried", channel.name, by: actor, at: now)
        }
    }

    /// Nothing goes there until it is resumed; what waits is withdrawn, because it would be old news then.
    package func suspend(_ id: Channel.ID, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "\(Self.page)/\(id.rawValue)")
            let channel = try await tx.locked(id)
            if channel.suspendedAt != nil { throw Refusal(field: "", "Kênh đã tắt.") }
            try await tx.run("UPDATE channels SET suspended_at = \(now) WHERE id = \(id)")
            try await tx.withdraw(over: id, at: now)
            tx.record("channel.suspended", channel.name, by: actor, at: now)
        }
    }

    package func resume(_ id: Channel.ID, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "\(Self.page)/\(id.rawValue)")
            let channel = try await tx.locked(id)
            if channel.suspendedAt == nil { throw Refusal(field: "", "Kênh đang bật.") }
            try await tx.run("UPDATE channels SET suspended_at = NULL WHERE id = \(id)")
            tx.record("channel.resumed", channel.name, by: actor, at: now)
        }
    }

    /// Gives it up. What went over it stays on the pages of what it was about.
    package func remove(_ id: Channel.ID, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: Self.page)
            let channel = try await tx.locked(id)
            try await tx.run("UPDATE channels SET removed_at = \(now) WHERE id = \(id)")
            try await tx.withdraw(over: id, at: now)
            tx.record(
                "channel.removed", channel.name, by: actor, before: ChannelDraft(channel).audited, at: now)
        }
    }
}

extension Transaction {
    /// - Throws: `Refusal` when there is none (any more).
    fileprivate func locked(_ id: Channel.ID) async throws -> Channel {
        let channel: Channel? = try await first(
            """
            SELECT \(columns: Channel.self) FROM channels c WHERE c.id = \(id) AND c.removed_at IS NULL FOR NO KEY UPDATE
            """)
        guard let channel else { throw Refusal(field: "", "Không có kênh này, hoặc kênh đã bỏ.") }
        return channel
    }

    /// Whoever no longer hears of anything needs no letter again either: one that failed is no longer missed.
    fileprivate func withdraw(over id: Channel.ID, at now: Instant) async throws {
        try await run(
            """
            UPDATE deliveries
            SET    withdrawn_at = \(now), state = CASE state WHEN 'ready' THEN 'withdrawn' ELSE state END,
                   finished_at = CASE state WHEN 'ready' THEN \(now) ELSE finished_at END
            WHERE  channel_id = \(id) AND state IN ('ready', 'running', 'failed') AND withdrawn_at IS NULL
            """)
    }
}

extension ChannelDraft {
    fileprivate func check() throws(Refusal) {
        let problems = problems
        if !problems.isEmpty { throw Refusal(problems) }
    }
}
