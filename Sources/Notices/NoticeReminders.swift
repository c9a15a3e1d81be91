package import Civil
import Database
import Delivery
package import Logging
import Organization
import ServiceLifecycle

/// Reminds those who have not acknowledged what is announced, some hours before the work begins: every minute it looks
/// whose hour has come. The key of each letter makes it one, whatever crashes and however many processes look.
package struct NoticeReminders: Service {
    private let store: NoticeStore
    private let clock: WallClock
    private let logger: Logger

    package init(store: NoticeStore, clock: WallClock = .system, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await store.remind(at: clock.now)
                } catch is CancellationError {
                } catch {
                    logger.warning("notices: will remind later", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(60))
            }
        }
    }
}

extension NoticeStore {
    /// Writes the reminders that are due. Of several that a console has slept through only the last is written. None is
    /// due for an hour that had passed when what it speaks of was announced: its letter has only just gone out.
    ///
    /// - Returns: How many letters were written.
    @discardableResult
    package func remind(at now: Instant) async throws -> Int {
        let settings = try await database.settings()
        let hours = Set(Setting.noticeReminders.map(settings.number)).filter { $0 > 0 }.sorted()
        guard let most = hours.last else { return 0 }
        let notices: [Notice] = try await database.all(
            """
            SELECT \(columns: Notice.self) \(sql: Self.joins(nil))
            WHERE  n.published_at IS NOT NULL AND n.cancelled_at IS NULL AND n.completed_at IS NULL
            AND    lower(n.during) > \(now) AND lower(n.during) <= \(now + .seconds(most * 3600))
            ORDER  BY lower(n.during), n.id
            """)
        var written = 0
        for notice in notices {
            guard let due = notice.reminder(of: hours, at: now) else { continue }
            written += try await remind(due, of: notice.code, at: now)
        }
        return written
    }

    private func remind(_ hours: Int, of code: String, at now: Instant) async throws -> Int {
        try await database.transaction { tx in
            // Whoever changes or calls it off at this moment comes before or after, not between.
            let notice = try await tx.locked(code, scope: nil)
            guard notice.state(at: now) == .published, notice.reminder(of: [hours], at: now) == hours else { return 0 }
            let letters = NoticeLetters.reminder(hours, of: notice, at: now, links: links)
            let silent: [Addressee] = try await tx.all(
                """
                SELECT \(columns: Addressee.self) FROM notice_recipients r LEFT JOIN agencies a ON a.id = r.agency_id
                WHERE  r.notice_id = \(notice.id) AND r.acknowledged_at IS NULL AND r.contact_email <> ''
                AND    NOT EXISTS (SELECT FROM deliveries d
                                   WHERE d.key = \(letters.keyPrefix) || coalesce(r.agency_id::text, 'p' || r.id))
                ORDER  BY r.id
                """)
            tx.enqueue(silent.map(letters.letter), at: now)
            return silent.count
        }
    }
}

extension Notice {
    /// Which reminder is due: the last whose hour has come.
    ///
    /// - Parameter hours: Before the start, the fewest first.
    package func reminder(of hours: [Int], at now: Instant) -> Int? {
        guard let announcedAt, now < begins else { return nil }
        return hours.first { hour in
            let moment = begins - .seconds(hour * 3600)
            return announcedAt < moment && moment <= now
        }
    }
}
