import Civil
import Database
import Delivery
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Notices

/// The entry of a notice in calendars: in the letters, and in one to subscribe to.
struct NoticeCalendarTests {
    /// The lines of a calendar as programs read them.
    private func lines(_ text: String) -> [String] {
        text.replacing("\r\n ", with: "").split(separator: "\r\n").map(String.init)
    }

    /// The entries that stand in the letters about a notice, the oldest first.
    private func entries(_ board: Board, to agency: Agency.ID) async throws -> [[String]] {
        let texts = try await board.town.database.values(
            "SELECT calendar FROM deliveries WHERE agency_id = \(agency) AND calendar IS NOT NULL ORDER BY id", as: String.self)
        return texts.map(lines)
    }

    @Test func aChangeMovesTheEntryAndCallingOffTakesItOut() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            try await board.answer { _ in .delivered("250") }
            try await board.revise(code, at: now + .seconds(60))
            try await board.answer({ _ in .delivered("250") }, at: now + .seconds(60))
            try await board.store.cancel(code, reason: "Hoãn", by: board.town.person(.linh), address: "", at: now + .seconds(120))
            let found = try await entries(board, to: board.town.yenKhanh)
            #expect(found.count == 3)
            #expect(Set(found.map { $0.first { $0.hasPrefix("UID:") } }).count == 1)
            for (number, words) in [
                ["METHOD:REQUEST", "SEQUENCE:0", "DTSTART:20261204T150000Z", "DTEND:20261204T190000Z", "STATUS:CONFIRMED", "DTSTAMP:20261124T020000Z"],
                ["METHOD:REQUEST", "SEQUENCE:1", "DTSTART:20261205T150000Z", "DTEND:20261205T190000Z", "STATUS:CONFIRMED", "DTSTAMP:20261124T020100Z"],
                ["METHOD:CANCEL", "SEQUENCE:2", "DTSTART:20261205T150000Z", "STATUS:CANCELLED", "DTSTAMP:20261124T020200Z"],
            ].enumerated() {
                for word in words { #expect(found[number].contains(word), "\(number): \(word)") }
                #expect(found[number].contains { $0.hasPrefix("ATTENDEE") && $0.hasSuffix("mailto:xayenkhanh@example.vn") })
                #expect(found[number].contains("SUMMARY:[TB-2026-0001] Bảo trì máy chủ cơ sở dữ liệu"))
            }
        }
    }

    @Test func whoHasTheSecretReadsWhatTheirRoleMay() async throws {
        try await Board.with { board in
            let (linh, binh, nobody) = (board.town.browser(.linh), board.town.browser(.binh), board.town.browser(nil))
            let code = try await board.publish()
            _ = try await board.draft(.example(title: "Dự thảo kín"))
            // A notice that went to others only.
            try await board.town.database.run("UPDATE agencies SET closed_at = \(now) WHERE id = \(board.town.yenKhanh)")
            let other = try await board.publish(.example(title: "Chỉ xã khác"))
            try await board.revise(code)

            func key(_ browser: Browser) async throws -> String {
                let page = try await browser.post("/notices/calendar")
                try page.checkedXML()
                return try #require(page.body.firstMatch(of: /http:\/\/truc\.example(\/notices\.ics\?key=[\w\-]+)/).map { String($0.1) })
            }
            let (wide, narrow) = (try await key(linh), try await key(binh))
            let calendar = try await nobody.get(wide)
            #expect(calendar.status == .ok && calendar.headers[.contentType] == "text/calendar; charset=utf-8")
            let all = lines(calendar.body)
            #expect(all.filter { $0 == "BEGIN:VEVENT" }.count == 2 && !calendar.body.contains("Dự thảo kín"))
            #expect(all.contains("METHOD:PUBLISH") && all.contains("SEQUENCE:1") && all.contains("DTSTART:20261205T150000Z"))
            #expect(!all.contains { $0.hasPrefix("ATTENDEE") })
            let own = lines(try await nobody.get(narrow).body)
            #expect(own.filter { $0 == "BEGIN:VEVENT" }.count == 1 && own.contains { $0.contains(code) } && !own.contains { $0.contains(other) })

            try await board.store.cancel(code, reason: "Hoãn", by: board.town.person(.linh), address: "", at: now)
            let off = lines(try await nobody.get(narrow).body)
            #expect(off.contains("STATUS:CANCELLED") && off.contains("SEQUENCE:2"))
        }
    }

    @Test func aSecretIsResetAndTakenBack() async throws {
        try await Board.with { board in
            let (linh, nobody) = (board.town.browser(.linh), board.town.browser(nil))
            func key() async throws -> String {
                let page = try await linh.post("/notices/calendar")
                return try #require(page.body.firstMatch(of: /(\/notices\.ics\?key=[\w\-]+)/).map { String($0.1) })
            }
            let first = try await key()
            let second = try await key()
            #expect(try await nobody.get(first).status == .notFound)
            #expect(try await nobody.get(second).status == .ok)
            let page = try await linh.get("/notices/calendar")
            try page.checkedXML()
            #expect(page.body.contains("lập lúc 09:00 24/11/2026") && !page.body.contains("key="))
            #expect(try await linh.post("/notices/calendar/removal").status == .seeOther)
            for path in [second, "/notices.ics", "/notices.ics?key=", "/notices.ics?key=x"] {
                #expect(try await nobody.get(path).status == .notFound, "\(path)")
            }
            #expect(try await board.audited("notice_calendar.made") == 2)
            let told = try await board.town.database.values(
                "SELECT after FROM audit_entries WHERE action = 'notice_calendar.made'", as: String?.self)
            #expect(told.allSatisfy { $0 == "{\"token\":\"***\"}" })
            // Who may not sign in any more reads nothing either.
            let third = try await key()
            try await board.town.database.run("UPDATE users SET disabled_at = \(now) WHERE username = 'linh'")
            #expect(try await nobody.get(third).status == .notFound)
        }
    }
}
