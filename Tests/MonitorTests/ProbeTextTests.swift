import Civil
import Database
import Foundation
import Organization
import Testing
import Transfer
import Web

@testable import Monitor

struct FailureTests {
    @Test(arguments: [
        ("220 chào", "220 chào"), ("a\0b\r\n\tc", "a b   c"), ("\u{1b}[31mđỏ\u{7f}\u{9b}", " [31mđỏ  "),
        (String(repeating: "ẵ", count: 600), String(repeating: "ẵ", count: 500)), ("", ""),
    ])
    func whatAStrangerSaidIsMadeReadable(said: String, shown: String) {
        #expect(Failure(.answer, said).detail == shown)
    }
}

struct StatusRangesTests {
    @Test(arguments: [
        ("200", [200], [199, 201]), ("200-299", [200, 299], [199, 300]), ("200–299, 401", [204, 401], [400, 402]),
        (" 200 - 204 ,500", [200, 204, 500], [205, 501]),
    ])
    func whatIsWrittenIsRead(text: String, inside: [Int], outside: [Int]) throws {
        let ranges = try #require(StatusRanges(text))
        #expect(inside.allSatisfy(ranges.contains))
        #expect(!outside.contains(where: ranges.contains))
        #expect(StatusRanges(ranges.text) == ranges)
    }

    @Test(arguments: ["", "abc", "99", "600", "300-200", "200,", "200-", "2xx"])
    func whatIsNoStatusIsRefused(text: String) {
        #expect(StatusRanges(text) == nil)
    }
}

struct ProbeReportTests {
    private let sample = Sample(
        at: Instant(seconds: 1_795_485_600), status: 200,
        phases: Phases(
            resolve: .microseconds(1234), connect: .milliseconds(2), tls: .milliseconds(30), firstByte: .milliseconds(12),
            total: .microseconds(48_005)),
        certificateExpiresAt: Instant(seconds: 1_795_485_600 + 45 * 86_400 + 10))
    private let probe = Probe("https://qlvb.example.vn/", Probe.Options())

    @Test func theTableSaysItInVietnamese() throws {
        let table = ProbeReport(probe: try #require(probe), sample: sample).table
        #expect(table.contains("Kết quả") && table.contains("Hoạt động"))
        #expect(table.contains("1,234 ms") && table.contains("48,005 ms") && table.contains("còn 45 ngày"))
        // Every value stands in one column.
        let columns = table.split(separator: "\n").map { line in
            line.firstRange(of: /\s{2,}/).map { line.distance(from: line.startIndex, to: $0.upperBound) }
        }
        #expect(Set(columns).count == 1)
    }

    @Test func theDocumentIsForMachines() throws {
        let report = ProbeReport(probe: try #require(probe), sample: sample)
        let parsed = try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any]
        let document = try #require(parsed)
        #expect(document["ok"] as? Bool == true && document["status"] as? Int == 200)
        #expect(document["at"] as? String == "2026-11-24T02:00:00Z")
        #expect((document["phases_ms"] as? [String: Double])?["total"] == 48.005)
        #expect(document["certificate_days"] as? Int == 45)
    }

    @Test func aFailureIsNamed() throws {
        let failed = Sample(at: sample.at, failure: Failure(.connect, "Connection refused"))
        let report = ProbeReport(probe: try #require(probe), sample: failed)
        #expect(!report.isGood)
        #expect(report.table.contains("Không kết nối được: Connection refused"))
        #expect(report.json.contains("\"failure\" : \"connect\""))
    }

    @Test func addressesOfAllKindsAreRead() {
        #expect(Probe("tcp://127.0.0.1:5432", .init())?.target == .tcp(TCPTarget(host: "127.0.0.1", port: 5432)))
        #expect(Probe("tcp://[::1]:25", .init())?.target == .tcp(TCPTarget(host: "::1", port: 25)))
        #expect(Probe("HTTPS://a.vn", .init())?.target.isEncrypted == true)
        #expect(Probe("ftp://a.vn", .init()) == nil)
        #expect(Probe("a.vn", .init()) == nil)
    }
}

struct MonitorDraftTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let name: String
        let field: String
        let change: @Sendable (inout MonitorDraft) -> Void
        var testDescription: String { name }
    }

    static let mistakes: [Mistake] = [
        Mistake(name: "không có tên", field: "name") { $0.name = "" },
        Mistake(name: "tên quá dài", field: "name") { $0.name = String(repeating: "ê", count: 201) },
        Mistake(name: "không phải http", field: "url") { $0.target = .http(HTTPTarget(url: "file:///etc/passwd")) },
        Mistake(name: "mật khẩu trong địa chỉ", field: "url") { $0.target = .http(HTTPTarget(url: "https://a:b@c.vn/")) },
        Mistake(name: "địa chỉ có khoảng trắng", field: "url") { $0.target = .http(HTTPTarget(url: "https://a.vn/x y")) },
        Mistake(name: "tiêu đề hỏng", field: "headers") {
            var http = HTTPTarget(url: "https://a.vn/")
            http.headers = [.init(name: "X Y", value: "1")]
            $0.target = .http(http)
        },
        Mistake(name: "máy trống", field: "host") { $0.target = .tcp(TCPTarget(host: "", port: 25)) },
        Mistake(name: "cổng 0", field: "port") { $0.target = .tcp(TCPTarget(host: "a.vn", port: 0)) },
        Mistake(name: "đo quá dày", field: "interval") {
            ($0.timeout, $0.interval) = (.seconds(2), .seconds(4))
        },
        Mistake(name: "chờ lâu hơn khoảng cách", field: "timeout") {
            ($0.timeout, $0.interval) = (.seconds(30), .seconds(20))
        },
        Mistake(name: "không lần lỗi nào", field: "confirm_after") { $0.confirmAfter = 0 },
        Mistake(name: "quá nhiều lần tốt", field: "recover_after") { $0.recoverAfter = 21 },
    ]

    @Test(arguments: mistakes)
    func aMistakeIsNamedAtItsField(_ mistake: Mistake) throws {
        var draft = MonitorDraft(name: "Đăng nhập", target: .http(HTTPTarget(url: "https://qlvb.example.vn/")))
        try draft.check()
        mistake.change(&draft)
        let refusal = #expect(throws: Refusal.self) { try draft.check() }
        #expect(refusal?.problems.map(\.field) == [mistake.field])
    }

    @Test func whatTheFormShowsIsWhatItReads() throws {
        var http = HTTPTarget(url: "https://qlvb.example.vn/?a=1")
        http.method = .post
        http.headers = [.init(name: "Accept", value: "text/html"), .init(name: "X-Key", value: "a: b")]
        http.acceptedStatuses = try #require(StatusRanges("200, 401"))
        http.keyword = .init(text: "Đăng nhập", isExpected: false)
        (http.followsRedirects, http.verifiesTLS) = (false, false)
        var draft = MonitorDraft(name: "Cổng", target: .http(http))
        (draft.family, draft.timeout, draft.interval) = (.v4, .seconds(3), .seconds(30))
        (draft.retryInterval, draft.confirmAfter, draft.recoverAfter) = (.seconds(5), 2, 1)
        (draft.component, draft.agency) = ("Đăng nhập", Agency.ID(rawValue: 7))
        #expect(try MonitorDraft(draft.form) == draft)
        let tcp = MonitorDraft(name: "Thư", target: .tcp(TCPTarget(host: "mail.vn", port: 25)))
        #expect(try MonitorDraft(tcp.form) == tcp)
    }

    @Test func secretsInHeadersDoNotReachTheTrail() {
        var http = HTTPTarget(url: "https://qlvb.example.vn/")
        http.headers = [.init(name: "Authorization", value: "Bearer bí mật")]
        let told = MonitorDraft(name: "Cổng", target: .http(http)).audited["headers"] ?? nil
        #expect(told == "Authorization: ***")
    }
}

struct LatencyChartTests {
    private let start = Instant(seconds: 1_795_485_600)

    @Test func theLineStopsWhereNothingAnswered() {
        let readings = [0, 1, 3].map { reading($0, median: $0 == 1 ? 100 : 50) } + [reading(2, median: nil)]
        let chart = LatencyChart(from: start, .day, readings)
        #expect(chart.medians == ["70.8,100.0 84.3,10.0", "111.3,100.0 111.3,100.0"])
        #expect(chart.levels.map(\.duration) == [.milliseconds(100), .milliseconds(50)])
        #expect(chart.gaps.count == 45 && chart.gaps[0].x == 91.0)
    }

    @Test func nothingMeasuredIsOneLongGap() {
        let chart = LatencyChart(from: start, .day, [])
        #expect(chart.medians.isEmpty && chart.slow.isEmpty && chart.gaps.count == 48)
    }

    @Test func theDayEndsWithTheHalfHourOfNow() {
        let now = start + .seconds(1000)
        let first = LatencyWindow().start(endingAt: now)
        #expect(first.seconds % 1800 == 0)
        #expect(first + .seconds(1800 * 47) <= now && now < first + .seconds(1800 * 48))
    }

    @Test func aWindowOfRollupsEndsWithTheLastOneThatThereIs() {
        var window = LatencyWindow()
        window.length = .week
        #expect(window.start(endingAt: start) == start - .seconds(168 * 3600))
        window.length = .quarter
        // 09:00 in Vietnam: the day that runs is not in it.
        #expect(window.start(endingAt: start) == CivilDate(inVietnam: start).adding(days: -90).startInVietnam)
    }

    private func reading(_ index: Int, median: Int?) -> LatencyReading {
        LatencyReading(
            begunAt: start + .seconds(1800 * index), good: median == nil ? 0 : 2, failed: median == nil ? 2 : 0,
            median: median.map { .milliseconds($0) }, slowest: median.map { .milliseconds($0 * 2) })
    }
}

struct DayStripTests {
    @Test func aRunOfDaysIsOneStroke() {
        let first = CivilDate(year: 2026, month: 8, day: 27)!
        let down = Availability(window: .seconds(86_400), planned: .zero, notMeasured: .zero, down: .seconds(1))
        let uneven = [2, 3, 89].map { (first.dayNumber + $0, down) }
        let days = DayByDay(
            first: first, count: 90, now: first.adding(days: 90).startInVietnam, uneven: Dictionary(uniqueKeysWithValues: uneven))
        let strip = DayStrip(days)
        #expect(strip.kinds.path(of: .up) == "M0 16h8M16 16h340" && strip.kinds.path(of: .down) == "M8 12h8M356 12h4")
        #expect(strip.kinds.path(of: .unknown).isEmpty && strip.kinds.count(.down) == 3)
        #expect(strip.availability.down == .seconds(3) && strip.availability.window == .seconds(90 * 86_400))
    }

    /// An even day is up as soon as a second of it has passed, as its availability says.
    @Test(arguments: [
        ("nửa đêm", Duration.zero, 1), ("0,4 giây sau nửa đêm", .milliseconds(400), 1), ("một giây sau nửa đêm", .seconds(1), 2),
        ("cuối ngày", .seconds(86_399), 2), ("ngày hôm sau", .seconds(86_401), 3),
    ])
    func aDayIsToldOnceItHasBegun(name: String, after midnight: Duration, told: Int) {
        let first = CivilDate(year: 2026, month: 8, day: 27)!
        let days = DayByDay(first: first, count: 4, now: first.adding(days: 1).startInVietnam + midnight, uneven: [:])
        #expect(DayStrip(days).kinds == (0..<4).map { $0 < told ? .up : .unknown }, "\(name)")
        #expect(DayStrip(days).kinds == (0..<4).map { DayStrip.Kind(days.availability(on: $0)) }, "\(name)")
    }

    struct Day: Sendable, CustomTestStringConvertible {
        let name: String
        let figures: [Int]
        let kind: String
        var testDescription: String { name }
    }

    @Test(arguments: [
        Day(name: "cả ngày hoạt động", figures: [86_400, 0, 0, 0], kind: "up"),
        Day(name: "một giây gián đoạn", figures: [86_400, 0, 0, 1], kind: "down"),
        Day(name: "gián đoạn trong ngày phần lớn không đo", figures: [86_400, 0, 80_000, 1], kind: "down"),
        Day(name: "có bảo trì", figures: [86_400, 3600, 0, 0], kind: "maintenance"),
        Day(name: "khởi động lại vài giây", figures: [86_400, 0, 20, 0], kind: "up"),
        Day(name: "quá một phần mười không đo", figures: [86_400, 0, 8641, 0], kind: "unknown"),
        Day(name: "đúng một phần mười không đo", figures: [86_400, 0, 8640, 0], kind: "up"),
        Day(name: "bảo trì và phần lớn không đo", figures: [86_400, 3600, 70_000, 0], kind: "unknown"),
        Day(name: "ngày chưa đến", figures: [0, 0, 0, 0], kind: "unknown"),
    ])
    func aDayIsAsBadAsItsWorstMoment(_ day: Day) {
        let availability = Availability(
            window: .seconds(day.figures[0]), planned: .seconds(day.figures[1]), notMeasured: .seconds(day.figures[2]),
            down: .seconds(day.figures[3]))
        #expect(DayStrip.Kind(availability).rawValue == day.kind)
    }
}
