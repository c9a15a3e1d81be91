import Civil
import Database
import Testing
import TestKit

@testable import Monitor

/// Availability against stories that a domain expert can check, and against a slow reference that counts seconds.
struct AvailabilityTests {
    /// Seconds of a window of 1,000.
    struct Timeline: Sendable, CustomTestStringConvertible {
        let name: String
        var created = -5000
        var deleted: Int?
        var outages: [Range<Int>] = []
        /// An outage that goes on.
        var openOutage: Int?
        var gaps: [Range<Int>] = []
        var openGap: Int?
        var planned: [Range<Int>] = []
        var asOf = 1000
        var lastBeat: Int?
        /// window, planned, not measured, down, outages, longest
        let expected: [Int]
        var testDescription: String { name }
    }

    static let timelines: [Timeline] = [
        Timeline(name: "luôn hoạt động", expected: [1000, 0, 0, 0, 0, 0]),
        Timeline(name: "một gián đoạn", outages: [100..<160], expected: [1000, 0, 0, 60, 1, 60]),
        Timeline(name: "hai gián đoạn", outages: [100..<160, 200..<230], expected: [1000, 0, 0, 90, 2, 60]),
        Timeline(name: "gián đoạn chưa dứt", openOutage: 900, expected: [1000, 0, 0, 100, 1, 100]),
        Timeline(name: "gián đoạn từ trước khoảng xét", outages: [-50..<30], expected: [1000, 0, 0, 30, 1, 30]),
        Timeline(name: "gián đoạn qua cuối khoảng xét", outages: [980..<1100], expected: [1000, 0, 0, 20, 1, 20]),
        Timeline(name: "gián đoạn chạm khoảng xét mà không ở trong", outages: [-50..<0, 1000..<1010], expected: [1000, 0, 0, 0, 0, 0]),
        Timeline(name: "không đo không tính là hoạt động", gaps: [100..<300], expected: [1000, 0, 200, 0, 0, 0]),
        Timeline(name: "hai lý do không đo chồng nhau tính một lần", gaps: [100..<300, 200..<400], expected: [1000, 0, 300, 0, 0, 0]),
        Timeline(name: "khoảng không đo còn mở", openGap: 900, expected: [1000, 0, 100, 0, 0, 0]),
        Timeline(name: "gián đoạn nằm trong khoảng không đo: không tính", outages: [150..<200], gaps: [100..<300], expected: [1000, 0, 200, 0, 0, 0]),
        Timeline(name: "gián đoạn kéo qua khoảng không đo: chỉ phần đo được", outages: [50..<350], gaps: [100..<300], expected: [1000, 0, 200, 100, 1, 100]),
        Timeline(name: "bảo trì đã báo: trừ khỏi mẫu số", planned: [400..<500], expected: [1000, 100, 0, 0, 0, 0]),
        Timeline(name: "gián đoạn trong bảo trì: không tính", outages: [420..<480], planned: [400..<500], expected: [1000, 100, 0, 0, 0, 0]),
        Timeline(name: "bảo trì quá giờ: phần quá là gián đoạn", outages: [400..<560], planned: [400..<500], expected: [1000, 100, 0, 60, 1, 60]),
        Timeline(name: "không đo trong bảo trì: tính là bảo trì", gaps: [450..<550], planned: [400..<500], expected: [1000, 100, 50, 0, 0, 0]),
        Timeline(name: "tạo giữa khoảng xét: trước đó không đo", created: 600, outages: [700..<710], expected: [1000, 0, 600, 10, 1, 10]),
        Timeline(name: "xóa giữa khoảng xét: sau đó không đo", deleted: 600, outages: [500..<600], expected: [1000, 0, 400, 100, 1, 100]),
        Timeline(name: "hỏi giữa chừng: tương lai không tính", openOutage: 490, planned: [450..<480, 600..<700], asOf: 500, expected: [500, 30, 0, 10, 1, 10]),
        Timeline(name: "bộ đo im lặng quá 30 giây: không đo từ nhịp cuối", lastBeat: 900, expected: [1000, 0, 100, 0, 0, 0]),
        Timeline(name: "bộ đo im lặng trong lúc gián đoạn", openOutage: 800, lastBeat: 900, expected: [1000, 0, 100, 100, 1, 100]),
        Timeline(name: "nhịp cuối cách 30 giây vẫn là đang đo", lastBeat: 970, expected: [1000, 0, 0, 0, 0, 0]),
        Timeline(name: "chẳng đo được gì", gaps: [-10..<2000], expected: [1000, 0, 1000, 0, 0, 0]),
    ]

    @Test(arguments: timelines)
    func aTimeline(_ timeline: Timeline) async throws {
        try await withDatabase { database in
            let id = try await database.insertMonitor(createdAt: origin + .seconds(timeline.created))
            if let deleted = timeline.deleted {
                try await database.run("UPDATE monitors SET deleted_at = \(origin + .seconds(deleted)) WHERE id = \(id)")
            }
            try await database.insert(outages: timeline.outages.map { ($0.lowerBound, $0.upperBound) } + open(timeline.openOutage), of: id)
            try await database.insert(gaps: timeline.gaps.map { ($0.lowerBound, $0.upperBound) } + open(timeline.openGap), of: id)
            try await database.plan(timeline.planned.map { (id, $0) })
            if let beat = timeline.lastBeat {
                let at = origin + .seconds(beat)
                try await database.run("INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(at), \(at), 'test')")
            }
            let window = TimeRange(from: origin, to: origin + .seconds(1000))
            let rows = try await MonitorStore(database: database).availability(window: window, asOf: origin + .seconds(timeline.asOf))
            let found = try #require(rows.first).availability
            #expect(found.figures == timeline.expected + [0, 0])
        }
    }

    @Test func aMonitorOutsideTheWindowHasNoRow() async throws {
        try await withDatabase { database in
            _ = try await database.insertMonitor(createdAt: origin + .seconds(2000))
            let gone = try await database.insertMonitor(createdAt: origin - .seconds(2000))
            try await database.run("UPDATE monitors SET deleted_at = \(origin - .seconds(10)) WHERE id = \(gone)")
            let window = TimeRange(from: origin, to: origin + .seconds(1000))
            #expect(try await MonitorStore(database: database).availability(window: window, asOf: origin + .seconds(3000)).isEmpty)
        }
    }

    /// Forty monitors with random lives against a reference that looks at every second of the window.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func randomTimelinesEqualASecondCounter(seed: UInt64) async throws {
        try await withDatabase { database in
            var random = SeededRandom(seed: seed)
            let length = 2000
            var lives: [Monitor.ID: SecondCounter] = [:]
            let planned = SecondCounter.randomRanges(count: 3, within: -100..<2100, using: &random)
            var plans: [(Monitor.ID?, Range<Int>)] = planned.map { (nil, $0) }
            let today = CivilDate(inVietnam: origin)
            let weekSecond = (today.weekday - 1) * 86_400 + Int((origin - today.startInVietnam).inSeconds)
            let everyone = SecondCounter.randomHours(around: weekSecond / 60, using: &random)
            try await database.keepHours(nil, from: today, everyone)
            for _ in 0..<40 {
                var life = SecondCounter(random: &random, length: length, plannedForAll: planned)
                let id = try await database.insertMonitor(createdAt: origin + .seconds(life.created))
                if let deleted = life.deleted {
                    try await database.run("UPDATE monitors SET deleted_at = \(origin + .seconds(deleted)) WHERE id = \(id)")
                }
                let outages = try await database.insert(outages: life.outages.map { ($0.lowerBound, $0.upperBound) }, of: id)
                try await database.insert(gaps: life.gaps.map { ($0.lowerBound, $0.upperBound) }, of: id)
                plans += life.plannedForOne.map { (id, $0) }
                life.judge(using: &random)
                for (number, outage) in outages.enumerated() {
                    if let notice = life.announced[number] { try await database.judge(outage, announced: notice) }
                    if life.falseAlarms.contains(number) { try await database.judge(outage, announced: nil) }
                }
                life.weekSecond = weekSecond
                life.hours = (everyone, -86_400)
                if Bool.random(using: &random) {
                    let own = SecondCounter.randomHours(around: weekSecond / 60, using: &random)
                    try await database.keepHours(id, from: today, own)
                    life.hours = (own, -86_400)
                }
                lives[id] = life
            }
            try await database.plan(plans)
            let store = MonitorStore(database: database)
            let asOf = Int.random(in: 1500...2200, using: &random)
            let rows = try await store.availability(
                window: TimeRange(from: origin, to: origin + .seconds(length)), asOf: origin + .seconds(asOf))
            #expect(rows.count == lives.values.count { $0.exists(within: 0..<min(length, asOf)) })
            for row in rows {
                let expected = try #require(lives[row.monitor]).figures(of: 0..<min(length, asOf))
                #expect(row.availability.figures == expected, "seed \(seed), monitor \(row.monitor)")
            }
        }
    }

    @Test func daysAddUpToTheWhole() async throws {
        try await withDatabase { database in
            var random = SeededRandom(seed: 11)
            let store = MonitorStore(database: database)
            // 24/11/2026 in Vietnam begins at 17:00 UTC of the 23rd.
            let first = CivilDate(inVietnam: origin)
            let length = 3 * 86_400
            var lives: [Monitor.ID: SecondCounter] = [:]
            var plans: [(Monitor.ID?, Range<Int>)] = []
            let shift = Int((first.startInVietnam - origin).inSeconds)
            // Working hours, from the second day on.
            let hours = (0..<5).map { $0 * 1440 + 450..<$0 * 1440 + 1020 }
            try await database.keepHours(nil, from: first.adding(days: 1), hours)
            for _ in 0..<5 {
                var life = SecondCounter(random: &random, length: length, plannedForAll: [])
                life.weekSecond = (first.weekday - 1) * 86_400
                life.hours = (hours, 86_400)
                let id = try await database.insertMonitor(createdAt: origin + .seconds(life.created + shift))
                if let deleted = life.deleted {
                    try await database.run("UPDATE monitors SET deleted_at = \(origin + .seconds(deleted + shift)) WHERE id = \(id)")
                }
                try await database.insert(outages: life.outages.map { ($0.lowerBound + shift, $0.upperBound + shift) }, of: id)
                try await database.insert(gaps: life.gaps.map { ($0.lowerBound + shift, $0.upperBound + shift) }, of: id)
                plans += life.plannedForOne.map { (id, $0.lowerBound + shift..<$0.upperBound + shift) }
                lives[id] = life
            }
            try await database.plan(plans)
            let asOf = 2 * 86_400 + 40_000
            let ids = Array(lives.keys)
            let days = try await store.days(
                of: ids, from: first, count: 3, asOf: first.startInVietnam + .seconds(asOf))
            for (id, found) in zip(ids, days) {
                let life = try #require(lives[id])
                for index in 0..<3 {
                    let part = index * 86_400..<min((index + 1) * 86_400, asOf)
                    let (day, expected) = (found.availability(on: index), life.figures(of: part))
                    #expect(Array(day.figures.prefix(4)) == Array(expected.prefix(4)))
                    #expect(day.outside == .seconds(expected[6]))
                }
                let (whole, expected) = (found.whole, life.figures(of: 0..<asOf))
                #expect(Array(whole.figures.prefix(4)) == Array(expected.prefix(4)) && whole.outside == .seconds(expected[6]))
            }
        }
    }

    private func open(_ start: Int?) -> [(Int, Int?)] { start.map { [($0, nil)] } ?? [] }
}

struct AvailabilityValueTests {
    @Test func theShareIsNeverRoundedUp() {
        let almost = Availability(window: .seconds(15_811_200), planned: .zero, notMeasured: .zero, down: .seconds(1))
        #expect(almost.millionths == 999_999)
        #expect(MonitorText.percent(millionths: 999_999) == "99,9999%")
    }

    @Test func whatWasNotMeasuredIsNeverRoundedAway() {
        let dark = Availability(window: .seconds(15_811_200), planned: .zero, notMeasured: .seconds(1), down: .zero)
        #expect(dark.notMeasuredMillionths == 1)
        #expect(MonitorText.percent(millionths: 1) == "0,0001%")
    }

    @Test func nothingMeasuredIsNoShare() {
        let dark = Availability(window: .seconds(100), planned: .seconds(40), notMeasured: .seconds(60), down: .zero)
        #expect(dark.millionths == nil)
        #expect(Availability().millionths == nil && Availability().notMeasuredMillionths == nil)
    }

    @Test func togetherMeansSummedSeconds() {
        let whole = Availability.sum([
            Availability(window: .seconds(1000), planned: .zero, notMeasured: .seconds(900), down: .seconds(50), outages: 1, longestOutage: .seconds(50)),
            Availability(window: .seconds(1000), planned: .seconds(100), notMeasured: .zero, down: .zero),
        ])
        #expect(whole.measured == .seconds(1000) && whole.millionths == 950_000)
        #expect(whole.outages == 1 && whole.longestOutage == .seconds(50))
    }
}

private let origin = availabilityOrigin
