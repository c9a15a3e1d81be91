import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Console

/// What the first page says of notices that wait for somebody.
@Suite struct HomeNoticeTests {
    /// 05/12/2026 03:00, an hour after `TB-2026-0003` should have been over.
    private static let later = Instant(seconds: 1_796_414_400)

    /// `TB-2026-0001` waits for approval, the others are published; `TB-2026-0003` comes first.
    private static func makeNotices(_ town: Town) async throws {
        let linh = town.browser(.linh)
        for number in 1...3 {
            let day = number == 3 ? 4 : 10
            let made = try await linh.post("/notices", [
                "kind": "maintenance", "title": "Bảo trì <\(number)>", "impact": "Chậm", "begins": "2026-12-\(day == 4 ? "04" : "10")T22:00",
                "ends": "2026-12-\(day == 4 ? "05" : "11")T02:00", "scope": "system",
            ])
            let path = try #require(made.location)
            #expect(try await linh.post("\(path)/review").status == .seeOther)
            if number == 1 { continue }
            #expect(try await town.browser(.an).post("\(path)/approval").status == .seeOther)
            #expect(try await linh.post("\(path)/publication").status == .seeOther)
        }
    }

    struct Reader: Sendable, CustomTestStringConvertible {
        let name: TownPerson
        /// In the order of the page.
        let codes: [String]
        /// The most urgent thing.
        let next: String?
        var testDescription: String { "\(name)" }
    }

    static let readers = [
        Reader(
            name: .linh, codes: ["TB-2026-0003", "TB-2026-0001", "TB-2026-0002"],
            next: "TB-2026-0003 đã quá giờ dự kiến: ghi thời gian thực hiện, hoặc báo lùi giờ (Điều 21.7)."),
        Reader(name: .an, codes: ["TB-2026-0003", "TB-2026-0001", "TB-2026-0002"], next: "TB-2026-0001 chờ duyệt."),
        Reader(name: .tam, codes: ["TB-2026-0003", "TB-2026-0001", "TB-2026-0002"], next: nil),
        Reader(name: .binh, codes: ["TB-2026-0002"], next: "Thông báo TB-2026-0002 chờ cơ quan xác nhận đã nhận."),
    ]

    @Test(arguments: readers) func everybodyIsToldWhatWaitsForThem(_ reader: Reader) async throws {
        try await WholeHouse.with { town, _ in
            try await Self.makeNotices(town)
            let person = town.person(reader.name)
            let waiting = try await HomeStore(database: town.database).notices(for: person, at: Self.later)
            #expect(waiting.map(\.code) == reader.codes)
            #expect(waiting.lazy.compactMap { $0.step(for: person) }.first?.text == reader.next)
        }
    }

    @Test func whatIsCompletedWaitsForNobody() async throws {
        try await WholeHouse.with { town, _ in
            try await Self.makeNotices(town)
            try await town.database.run(
                """
                UPDATE notices SET completed_at = \(Self.later), completed_by = (SELECT min(id) FROM users), worked = during
                WHERE  code = 'TB-2026-0003'
                """)
            let waiting = try await HomeStore(database: town.database).notices(for: town.person(.linh), at: Self.later)
            #expect(waiting.map(\.code) == ["TB-2026-0001", "TB-2026-0002"])
        }
    }

    @Test func thePageSaysWhatEachWaitsFor() async throws {
        try await WholeHouse.with { town, _ in
            try await Self.makeNotices(town)
            let page = try await town.browser(.an).get("/")
            try page.checkedXML()
            #expect(page.body.contains("Bảo trì &lt;1&gt;") && page.body.contains("Chờ duyệt</span>"))
            #expect(page.body.contains("đã xác nhận 0/2 nơi nhận") && !page.body.contains("Quá giờ dự kiến"))
        }
    }
}
