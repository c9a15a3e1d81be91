import Civil
import Organization
import Testing

@testable import Monitor
@testable import Status

/// What the public is told, as decisions.
@Suite struct StatusRulesTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let watched: [(state: MonitorSummary.State, isPlanned: Bool)]
        let told: PublicComponent.State
    }

    static let cases: [Case] = [
        Case(testDescription: "nothing is watched of it", watched: [], told: .unknown),
        Case(testDescription: "all is well", watched: [(.up, false), (.up, false)], told: .up),
        Case(testDescription: "slow is not interrupted", watched: [(.degraded, false), (.up, false)], told: .degraded),
        Case(testDescription: "all there is, is down", watched: [(.down, false), (.down, false)], told: .down),
        Case(testDescription: "one of two is down", watched: [(.up, false), (.down, false)], told: .partial),
        Case(testDescription: "one is down, one is slow", watched: [(.degraded, false), (.down, false)], told: .partial),
        Case(testDescription: "one of two is not measured", watched: [(.up, false), (.unknown, false)], told: .unknown),
        Case(testDescription: "slow or not is not known of all", watched: [(.degraded, false), (.unknown, false)], told: .unknown),
        Case(testDescription: "down, and of the other nothing is known", watched: [(.unknown, false), (.down, false)], told: .down),
        Case(testDescription: "down during announced maintenance", watched: [(.down, true)], told: .maintenance),
        Case(testDescription: "down beside what is maintained", watched: [(.up, true), (.down, false)], told: .partial),
        Case(testDescription: "up, and maintenance goes on", watched: [(.up, true), (.unknown, false)], told: .maintenance),
        Case(testDescription: "what is paused says nothing", watched: [(.paused, false), (.up, false)], told: .up),
        Case(testDescription: "down beside what is paused", watched: [(.paused, false), (.down, false)], told: .down),
        Case(testDescription: "everything is paused", watched: [(.paused, false), (.paused, true)], told: .unknown),
    ]

    @Test(arguments: cases)
    func aComponentStandsAsItsWorst(row: Case) {
        #expect(StatusRules.state(of: row.watched) == row.told)
    }

    @Test(arguments: [
        ([PublicComponent.State.up, .down, .partial], "Đang gián đoạn 2 trong 3 thành phần"),
        ([.up, .partial, .maintenance], "Đang gián đoạn một phần ở 1 trong 3 thành phần"),
        ([.up, .maintenance, .unknown], "Đang bảo trì 1 trong 3 thành phần, theo kế hoạch đã thông báo"),
        ([.degraded, .unknown], "Hiện chưa đo đủ 1 trong 2 thành phần"),
        ([], "Chưa có thành phần nào được công khai"),
        ([.up, .degraded], "Mọi thành phần đang hoạt động, 1 trong 2 thành phần chậm hơn mức cho phép"),
        ([.up, .up], "Mọi thành phần đang hoạt động"),
    ])
    func oneSentenceSaysItAll(states: [PublicComponent.State], text: String) {
        #expect(StatusRules.summary(of: states) == text)
    }

    @Test func titlesAreThereAndEachOnceAndPlacesAreNumbers() throws {
        let choices = [
            ComponentChoice(name: "a", isPublic: true, title: "", position: "1"),
            ComponentChoice(name: "b", isPublic: true, title: "Cổng", position: "999"),
            ComponentChoice(name: "c", isPublic: true, title: "CỔNG", position: "3"),
            ComponentChoice(name: "d", isPublic: true, title: String(repeating: "x", count: 101), position: "4"),
            ComponentChoice(name: "e", isPublic: false, title: "", position: "mười"),
            ComponentChoice(name: "f", isPublic: true, title: "Ký số", position: "0"),
            ComponentChoice(name: "g", isPublic: true, title: "Lưu trữ", position: "1000"),
            ComponentChoice(name: "h", isPublic: true, title: "Thư", position: "mười"),
        ]
        let refusal = #expect(throws: Refusal.self) { try StatusDraft(isOn: true, choices: choices).check() }
        #expect(
            refusal?.problems.map(\.field) == ["title-0", "title-2", "title-3", "position-5", "position-6", "position-7"])
        try StatusDraft(isOn: true, choices: [choices[1], choices[4]]).check()
    }

    @Test(arguments: [
        (nil, false), ("", false), ("\"other\"", false), ("TAG", true), ("W/TAG", true), ("\"other\", TAG", true), ("*", true),
    ] as [(String?, Bool)])
    func whoHasItAlreadyIsToldSo(header: String?, isKnown: Bool) {
        let document = StatusEdition.Document("thử", type: "text/plain")
        #expect(document.isKnown(to: header?.replacing("TAG", with: document.tag)) == isKnown)
    }

    @Test func howeverManyAskTheEditionIsMadeOnce() async throws {
        let made = Counter()
        let cache = StatusCache { _ in
            await made.add()
            return nil
        }
        let now = Instant(seconds: 1_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await cache.edition(at: now) } }
            try await group.waitForAll()
        }
        #expect(await made.count == 1)
        _ = try await cache.edition(at: now + .seconds(4))
        #expect(await made.count == 1)
        _ = try await cache.edition(at: now + .seconds(5))
        #expect(await made.count == 2)
        await cache.forget()
        _ = try await cache.edition(at: now + .seconds(6))
        #expect(await made.count == 3)
    }

    actor Counter {
        private(set) var count = 0
        func add() { count += 1 }
    }
}
