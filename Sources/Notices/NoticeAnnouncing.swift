package import Civil
import Database
package import Delivery
package import Organization

/// From the publication to the end of the work.
extension NoticeStore {
    /// Freezes the recipients and the monitors that it concerns, writes a letter to each recipient that has an address,
    /// and makes the window count as planned.
    ///
    /// An attempt to announce an upgrade that was not tested (Điều 21.6) is refused and put on record, in a transaction of
    /// its own that outlives the refusal.
    package func publish(
        _ code: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        do {
            try await database.transaction { tx in
                try await tx.claim(form, location: "/notices/\(code)")
                try await tx.publish(try await tx.locked(code, scope: person.scope), from: self, by: person, address, at: now)
            }
        } catch let refusal as Refusal {
            if let gate = refusal.problems.first(where: { $0.field == UpgradeTest.gateField }) {
                try await database.transaction { tx in
                    tx.record(
                        "notice.publication_refused", code, by: .person(person, address: address),
                        after: ["reason": gate.text], at: now)
                }
            }
            throw refusal
        }
    }

    /// Announces something else in the place of what was announced: it is delivered again to the frozen recipients, and
    /// what they acknowledged was the revision before. Letters of that which have not arrived are withdrawn.
    ///
    /// - Parameter version: The version that the editor began from.
    /// - Throws: `Refusal`; `ChangedMeanwhile` when somebody else has changed it since.
    package func revise(
        _ code: String, to draft: NoticeRevisionDraft, version: Int, by person: Person, address: String,
        form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let old = try await tx.locked(code, scope: person.scope)
            guard old.version == version else {
                throw ChangedMeanwhile(
                    "Thông báo này", try await tx.lastEdit(of: old), typed: draft.fields,
                    stored: old.revisionDraft(because: draft.reason).fields)
            }
            try draft.check(old, at: now)
            // The lead is that of the start that people now know of.
            let isMoved = draft.begins != old.begins
            let lead = isMoved ? leadDays(from: now, to: draft.begins) : old.leadDays ?? 0
            let settings = try await tx.settings()
            let isShort = settings.number(.noticeLeadDays) > lead
            let shortLeadReason = isMoved ? isShort ? draft.reason : nil : old.shortLeadReason
            try await tx.run(
                """
                UPDATE notices SET title = \(draft.title), impact = \(draft.impact), during = \(draft.during),
                    revision = revision + 1, revised_at = \(now), revised_by = \(person.id),
                    revised_reason = \(draft.reason), lead_days = \(lead)::bigint,
                    short_lead_reason = \(shortLeadReason),
                    version = version + 1, updated_by = \(person.id), updated_at = \(now)
                WHERE id = \(old.id)
                """)
            try await tx.run("UPDATE notice_recipients SET acknowledged_at = NULL WHERE notice_id = \(old.id)")
            let told = try await tx.withdrawLetters(about: code, at: now)
            let notice = try await tx.locked(code, scope: person.scope)
            let sender = Mail.sender(setting: settings[.deliverySender], user: mailUser)
            let changed = NoticeLetters.revision(of: notice, draft.changes(from: old), links: links, organizer: sender)
            // Who has heard nothing yet reads it as it is.
            let fresh = NoticeLetters.publication(of: notice, links: links, organizer: sender)
            let recipients = try await tx.addressees(of: notice)
            tx.enqueue(recipients.map { (told.contains($0.mark) ? changed : fresh).letter(to: $0) }, at: now)
            tx.record(
                "notice.revised", code, by: .person(person, address: address),
                before: old.revisionDraft(because: old.revisedReason ?? "").audited,
                after: draft.audited.merging([
                    "revision": String(notice.revision), "lead_days": String(lead), "letters": String(recipients.count),
                    "acknowledgements_reset": String(old.acknowledged),
                ]) { $1 }, at: now)
        }
    }

    /// Calls it off. Letters that have not arrived are withdrawn. Whom nobody has tried to write to hears nothing of it at
    /// all; everybody else is told of this too, those too whose letter is under way at this moment.
    package func cancel(
        _ code: String, reason: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            try await tx.locked(code, scope: person.scope).checkCancelling(reason: reason, at: now)
            try await tx.run(
                "UPDATE notices SET cancelled_at = \(now), cancelled_reason = \(reason) WHERE code = \(code)")
            let notice = try await tx.locked(code, scope: person.scope)
            var recipients: [Addressee] = []
            if notice.publishedAt != nil {
                let told = try await tx.withdrawLetters(about: code, at: now)
                recipients = try await tx.addressees(of: notice).filter { told.contains($0.mark) }
                let sender = Mail.sender(setting: try await tx.settings()[.deliverySender], user: mailUser)
                let letters = NoticeLetters.cancellation(of: notice, reason: reason, links: links, organizer: sender)
                tx.enqueue(letters.letters(to: recipients), at: now)
            }
            tx.record(
                "notice.cancelled", code, by: .person(person, address: address),
                after: ["reason": reason, "letters": String(recipients.count)], at: now)
        }
    }

    /// The work is done. When it really went on stands on the page and in the report, and nothing outside it is excused.
    package func complete(
        _ code: String, from began: Instant, to ended: Instant, by person: Person, address: String,
        form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/\(code)")
            let notice = try await tx.locked(code, scope: person.scope)
            try notice.checkCompleting(from: began, to: ended, at: now)
            try await tx.run(
                """
                UPDATE notices SET completed_at = \(now), completed_by = \(person.id), worked = \(TimeRange(from: began, to: ended))
                WHERE id = \(notice.id)
                """)
            tx.record(
                "notice.completed", code, by: .person(person, address: address),
                after: ["began": VietnameseFormat.moment(began), "ended": VietnameseFormat.moment(ended)], at: now)
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
            let notice = try await tx.locked(code, scope: person.scope)
            let sent = try await tx.sendAgain(letter, about: code, at: now)
            // One that was delivered and came back later may say what is no longer so.
            let isCurrent =
                notice.cancelledAt != nil
                ? sent.key.hasPrefix("notice:\(code):\(NoticeLetters.Stage.cancelled.name):")
                : sent.key.hasPrefix("notice:\(code):\(NoticeLetters.Stage.announced(notice.revision).name):")
                    || sent.key.hasPrefix("notice:\(code):reminder-") && sent.key.contains("-\(notice.revision):")
            guard isCurrent else {
                throw Refusal(field: "", "Thư này báo điều nay không còn như vậy nên không gửi lại.")
            }
            try await tx.run(
                """
                UPDATE notice_recipients SET contact_email = \(sent.recipientAddress)
                WHERE  notice_id = \(notice.id) AND agency_id = \(sent.agency)
                """)
            tx.record(
                "notice.sent_again", code, by: .person(person, address: address),
                after: ["recipient": sent.recipientName, "address": sent.recipientAddress], at: now)
        }
    }
}

extension Notice {
    /// What is announced now, as the form of a revision shows it.
    package func revisionDraft(because reason: String) -> NoticeRevisionDraft {
        NoticeRevisionDraft(title: title, impact: impact, begins: begins, ends: ends, reason: reason)
    }
}

extension Transaction {
    fileprivate func publish(
        _ draft: Notice, from store: NoticeStore, by person: Person, _ address: String, at now: Instant
    ) async throws {
        let settings = try await settings()
        let leadDays = store.leadDays(from: now, to: draft.begins)
        let monitors = try await freezeMonitors(of: draft)
        try draft.checkPublishing(
            test: try await test(of: draft), leadDays: leadDays, wantedLeadDays: settings.number(.noticeLeadDays),
            watched: Set(monitors.map(\.name)), at: now)
        later(
            """
            UPDATE notices SET published_at = \(now), published_by = \(person.id), lead_days = \(leadDays)::bigint
            WHERE id = \(draft.id)
            """)
        let notice = try await locked(draft.code, scope: person.scope)
        let agencies: [Addressee] = try await all(
            """
            SELECT nextval('notice_recipients_id_seq'), a.id, a.name, a.contact_name, a.contact_email, a.contact_phone
            FROM   agencies a WHERE a.closed_at IS NULL ORDER BY a.id
            """)
        let recipients = (try await addressees(of: notice) + agencies).filter { !$0.contactEmail.isEmpty }
        let sender = Mail.sender(setting: settings[.deliverySender], user: store.mailUser)
        // Thousands of letters are written while the server freezes whom they go to. A child of this task (`async let`) would wait
        // for the session's thread, which waits for the server.
        let letters = Task { NoticeLetters.publication(of: notice, links: store.links, organizer: sender).letters(to: recipients) }
        try await copyIn(
            "notice_recipients",
            columns: ["id", "notice_id", "agency_id", "contact_name", "contact_email", "contact_phone"],
            rows: agencies.map { [$0.id, notice.id, $0.agency, $0.contactName, $0.contactEmail, $0.contactPhone] })
        try await enqueueNew(await letters.value, at: now)
        record(
            "notice.published", notice.code, by: .person(person, address: address),
            after: [
                "lead_days": String(leadDays), "letters": String(recipients.count),
                "monitors": notice.components.map { _ in monitors.map { String($0.id) }.joined(separator: ", ") },
                "short_lead_reason": notice.shortLeadReason,
            ], at: now)
    }

    /// The recipients that can be written to, with the contact as it was frozen at publication.
    fileprivate func addressees(of notice: Notice) async throws -> [Addressee] {
        try await all(
            """
            SELECT \(columns: Addressee.self) FROM notice_recipients r LEFT JOIN agencies a ON a.id = r.agency_id
            WHERE  r.notice_id = \(notice.id) AND r.contact_email <> '' ORDER BY r.id
            """)
    }

    /// Stops the letters about a notice that still wait.
    /// - Returns: The marks of the recipients who know of it: any letter about it was tried, or they have acknowledged it.
    fileprivate func withdrawLetters(about code: String, at now: Instant) async throws -> Set<String> {
        _ = try await withdraw(about: code, at: now)
        return Set(
            try await values(
                """
                SELECT DISTINCT split_part(key, ':', 4) FROM deliveries
                WHERE  about = \(code) AND (state <> 'withdrawn' OR attempts > 0)
                UNION
                SELECT coalesce(r.agency_id::text, 'p' || r.id)
                FROM   notices n JOIN notice_recipients r ON r.notice_id = n.id
                JOIN   notice_acknowledgements k ON k.recipient_id = r.id WHERE n.code = \(code)
                """, as: String.self))
    }
}
