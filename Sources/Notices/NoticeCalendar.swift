package import Civil
package import Database
package import Delivery
import Foundation
package import Organization

extension Notice {
    /// Its entry in calendars. The same UID for good; a number that grows with each revision and with its calling off, so
    /// that what was said last counts wherever it is entered.
    ///
    /// - Parameter organizer: The address that letters come from.
    package func event(organizer: String, links: NoticeLinks) -> CalendarEvent {
        CalendarEvent(
            uid: uid.uuidString.lowercased(), sequence: revision - 1 + (cancelledAt == nil ? 0 : 1),
            stamp: cancelledAt ?? announcedAt ?? createdAt, begins: begins, ends: ends, summary: "[\(code)] \(title)",
            description: """
                \(cancelledReason.map { "ĐÃ HỦY: \($0)\n" } ?? "")\(kind.label). Phạm vi: \(scopeText).
                Ảnh hưởng: \(impact)
                """,
            url: links.page(of: code), isCancelled: cancelledAt != nil, organizer: organizer)
    }
}

/// `/notices.ics`: who may read it with which secret, and what it says.
package struct NoticeCalendarStore: Sendable {
    let database: Database
    let links: NoticeLinks
    let mailUser: String?

    /// - Parameter mailUser: Under which name the console signs in to the mail server: letters may come from there.
    package init(database: Database, links: NoticeLinks, mailUser: String? = nil) {
        self.database = database
        self.links = links
        self.mailUser = mailUser
    }

    /// How far back the calendar reaches.
    private static let memory = Duration.seconds(366 * 86_400)

    /// When the person's address was made; nil while there is none.
    package func madeAt(for person: Person) async throws -> Instant? {
        try await database.values(
            "SELECT made_at FROM notice_calendars WHERE user_id = \(person.id)", as: Instant.self
        ).first
    }

    /// Makes the person's secret, and ends the one that they had.
    /// - Returns: The secret, which nobody can be told a second time.
    package func make(for person: Person, address: String, form: FormKey? = nil, at now: Instant) async throws -> Token {
        let token = Token()
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/calendar")
            try await tx.run(
                """
                INSERT INTO notice_calendars (user_id, token_hash, made_at) VALUES (\(person.id), \(token.hash), \(now))
                ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, made_at = excluded.made_at
                """)
            tx.record(
                "notice_calendar.made", person.username, by: .person(person, address: address),
                after: ["token": redacted], at: now)
        }
        return token
    }

    /// Ends the person's secret: whoever holds it reads nothing any more.
    package func end(for person: Person, address: String, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/notices/calendar")
            let ended = try await tx.run("DELETE FROM notice_calendars WHERE user_id = \(person.id)")
            if ended == 1 {
                tx.record(
                    "notice_calendar.ended", person.username, by: .person(person, address: address), at: now)
            }
        }
    }

    /// What was published to whom the secret belongs, as a calendar; nil for a secret that is nobody's (any more).
    package func calendar(for token: Token, at now: Instant) async throws -> String? {
        let reader: Person? = try await database.first(
            """
            SELECT \(columns: Person.self)
            FROM   notice_calendars k JOIN users u ON u.id = k.user_id LEFT JOIN agencies a ON a.id = u.agency_id
            WHERE  k.token_hash = \(token.hash) AND u.disabled_at IS NULL
            """)
        guard let reader else { return nil }
        let notices: [Notice] = try await database.all(
            """
            SELECT \(columns: Notice.self) \(sql: NoticeStore.joins(reader.scope))
            WHERE  n.published_at IS NOT NULL AND upper(n.during) > \(now - Self.memory) AND \(sql: NoticeStore.visible(reader.scope))
            ORDER  BY lower(n.during), n.id LIMIT 1000
            """)
        let organizer = Mail.sender(setting: try await database.settings()[.deliverySender], user: mailUser)
        return ICalendar.object(
            notices.map { $0.event(organizer: organizer, links: links) }, method: .publish,
            name: "Bảo trì Hệ thống QLVB&ĐH tỉnh Ninh Bình")
    }
}
