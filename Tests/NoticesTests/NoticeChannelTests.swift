import Civil
import Database
import Delivery
import Organization
import TestKit
import Testing

@testable import Notices

/// What goes over channels of a notice: each time that it was announced, whichever command did it.
@Suite struct NoticeChannelTests {
    @Test func everythingThatPeopleAreToldGoesOverChannelsToo() async throws {
        try await Board.with { board in
            let events = ["notice.published", "notice.revised", "notice.cancelled"]
            try await board.town.database.run(
                """
                INSERT INTO channels (kind, name, url, events, secret, created_at)
                VALUES ('webhook', 'Bảng điều hành', 'https://nhan.example/', \(events), 'whsec_x', \(now))
                """)
            let code = try await board.publish()
            try await board.revise(code)
            // Who has acknowledged is nobody else's news.
            try await board.town.database.run("UPDATE notice_recipients SET acknowledged_at = \(now)")
            try await board.store.cancel(code, reason: "Hoãn", by: board.town.person(.linh), address: "", at: now + .seconds(60))
            let told = try await board.town.database.values(
                "SELECT body::jsonb->>'type' FROM deliveries WHERE channel_id IS NOT NULL ORDER BY id", as: String.self)
            #expect(told == events)
            let about = try await board.town.database.values(
                "SELECT DISTINCT body::jsonb->'data'->>'path' FROM deliveries WHERE channel_id IS NOT NULL", as: String.self)
            #expect(about == ["/notices/\(code)"])
        }
    }
}
