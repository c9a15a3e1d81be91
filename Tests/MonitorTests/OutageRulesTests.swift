import Civil
import Testing

@testable import Monitor

/// What a monitor's probes mean. Each row is a story: when which probe was made (seconds), and what was written down.
struct OutageRulesTests {
    enum Look: Sendable {
        case good(Double)
        case bad(Double)
        /// A good answer that took three seconds; the limit is two.
        case slow(Double)
        /// A failure while what the target hangs on did not answer either; and since when it had not.
        case orphaned(Double, since: Double)
        /// A failure while the reference address did not answer either; and since when it had not.
        case blind(Double, since: Double)

        static func good(_ second: Int) -> Look { .good(Double(second)) }
        static func bad(_ second: Int) -> Look { .bad(Double(second)) }
    }

    struct Story: Sendable, CustomTestStringConvertible {
        let name: String
        var isNew = false
        let looks: [Look]
        let written: [String]
        let end: String
        var testDescription: String { name }
    }

    static let stories: [Story] = [
        Story(
            name: "Điểm mới: lần đo đầu kết thúc khoảng chưa đo", isNew: true,
            looks: [.good(7)], written: ["hết khoảng không đo lúc 7"], end: "up từ 7"),
        Story(
            name: "Điểm mới mà lỗi ngay: gián đoạn từ lần đo đầu", isNew: true,
            looks: [.bad(5), .bad(25), .bad(45)],
            written: ["hết khoảng không đo lúc 5", "gián đoạn từ 5, xác nhận 45"], end: "down từ 5"),
        Story(
            name: "Hoạt động đều: không ghi gì",
            looks: [.good(60), .good(120), .good(180)], written: [], end: "up từ 0"),
        Story(
            name: "Một lần lỗi rồi tốt: không phải gián đoạn",
            looks: [.good(60), .bad(120), .good(140)], written: [], end: "up từ 0"),
        Story(
            name: "Hai lần lỗi, một lần tốt, hai lần lỗi: chưa đủ ba lần liên tiếp",
            looks: [.bad(60), .bad(80), .good(100), .bad(160), .bad(180)], written: [], end: "up từ 0"),
        Story(
            name: "Ba lần lỗi liên tiếp: gián đoạn từ lần lỗi đầu, không từ lúc xác nhận",
            looks: [.good(60), .bad(120), .bad(140), .bad(160)],
            written: ["gián đoạn từ 120, xác nhận 160"], end: "down từ 120"),
        Story(
            name: "Lỗi tiếp sau khi xác nhận: vẫn một gián đoạn",
            looks: [.bad(60), .bad(80), .bad(100), .bad(120), .bad(140), .bad(160), .bad(180)],
            written: ["gián đoạn từ 60, xác nhận 100"], end: "down từ 60"),
        Story(
            name: "Hai lần tốt: phục hồi từ lần tốt đầu",
            looks: [.bad(60), .bad(80), .bad(100), .good(120), .good(140)],
            written: ["gián đoạn từ 60, xác nhận 100", "hết gián đoạn lúc 120"], end: "up từ 120"),
        Story(
            name: "Tốt rồi lại lỗi: chưa phục hồi, gián đoạn kéo dài",
            looks: [.bad(60), .bad(80), .bad(100), .good(120), .bad(140), .good(160), .good(180)],
            written: ["gián đoạn từ 60, xác nhận 100", "hết gián đoạn lúc 160"], end: "up từ 160"),
        Story(
            name: "Giây lẻ: bắt đầu làm tròn xuống, kết thúc làm tròn lên",
            looks: [.bad(60.7), .bad(80.7), .bad(100.7), .good(120.2), .good(140.2)],
            written: ["gián đoạn từ 60, xác nhận 100.7", "hết gián đoạn lúc 121"], end: "up từ 121"),
        Story(
            name: "Lỗi lại ngay trong giây vừa phục hồi: hai gián đoạn không chồng nhau",
            looks: [.bad(60), .bad(80), .bad(100), .good(120.2), .good(120.4), .bad(120.6), .bad(140), .bad(160)],
            written: ["gián đoạn từ 60, xác nhận 100", "hết gián đoạn lúc 121", "gián đoạn từ 121, xác nhận 160"],
            end: "down từ 121"),
        Story(
            name: "Hai lần lỗi, bộ đo dừng hai giờ, một lần lỗi: không phải ba lần liên tiếp",
            looks: [.bad(60), .bad(80), .bad(7280), .bad(7300), .bad(7320)],
            written: ["không đo từ 140 đến 7280 (Bộ giám sát không chạy)", "gián đoạn từ 7280, xác nhận 7320"], end: "down từ 7280"),
        Story(
            name: "Bộ đo mất mạng: không kết luận, chờ lần đo tốt",
            looks: [.good(60), .blind(120, since: 130), .blind(140, since: 130), .blind(160, since: 130), .good(180)],
            written: ["không đo từ 120 (Bộ giám sát mất mạng)", "hết khoảng không đo lúc 180"], end: "up từ 0"),
        Story(
            name: "Bộ đo mất mạng trước lần đo này: không đo từ khi mất mạng",
            looks: [.good(60), .blind(120, since: 90), .good(180)],
            written: ["không đo từ 90 (Bộ giám sát mất mạng)", "hết khoảng không đo lúc 180"], end: "up từ 0"),
        Story(
            name: "Mất mạng từ trước lần đo tốt cuối: lần đo tốt vẫn được tính",
            looks: [.good(60), .blind(120, since: 30), .good(180)],
            written: ["không đo từ 60 (Bộ giám sát mất mạng)", "hết khoảng không đo lúc 180"], end: "up từ 0"),
        Story(
            name: "Lỗi, mất mạng, lại lỗi: lần lỗi khi mất mạng không tính, chuỗi lỗi vẫn tiếp",
            looks: [.bad(60), .bad(80), .blind(100, since: 100), .bad(120)],
            written: [
                "không đo từ 100 (Bộ giám sát mất mạng)", "hết khoảng không đo lúc 120", "gián đoạn từ 60, xác nhận 120",
            ], end: "down từ 60"),
        Story(
            name: "Mất mạng trong lúc gián đoạn: gián đoạn vẫn mở",
            looks: [.bad(60), .bad(80), .bad(100), .blind(120, since: 120), .bad(180), .good(200), .good(220)],
            written: [
                "gián đoạn từ 60, xác nhận 100", "không đo từ 120 (Bộ giám sát mất mạng)",
                "hết khoảng không đo lúc 180", "hết gián đoạn lúc 200",
            ], end: "up từ 200"),
        Story(
            name: "Lần đo đến quá muộn: từ lúc lẽ ra phải đo là không đo",
            looks: [.good(60), .good(600)],
            written: ["không đo từ 120 đến 600 (Bộ giám sát không chạy)"], end: "up từ 0"),
        Story(
            name: "Đến muộn rồi lỗi: khoảng không đo trước, gián đoạn sau",
            looks: [.good(60), .bad(600), .bad(620), .bad(640)],
            written: ["không đo từ 120 đến 600 (Bộ giám sát không chạy)", "gián đoạn từ 600, xác nhận 640"],
            end: "down từ 600"),
        Story(
            name: "Máy thức dậy khi chưa có mạng: lúc ngủ cũng là không đo",
            looks: [.good(60), .blind(600, since: 600)],
            written: ["không đo từ 120 (Bộ giám sát mất mạng)"], end: "up từ 0"),
        Story(
            name: "Chậm vài giây thì vẫn là đo đều",
            looks: [.good(60), .good(125), .good(190)], written: [], end: "up từ 0"),
        Story(
            name: "Đồng hồ lùi: thời gian không chạy ngược",
            looks: [.good(60), .bad(120), .bad(118), .bad(119)],
            written: ["gián đoạn từ 120, xác nhận 120"], end: "down từ 120"),
        Story(
            name: "Đồng hồ lùi khi phục hồi: gián đoạn vẫn dài ít nhất một giây",
            looks: [.bad(60), .bad(60), .bad(60), .good(30), .good(31)],
            written: ["gián đoạn từ 60, xác nhận 60", "hết gián đoạn lúc 61"], end: "up từ 61"),
        Story(
            name: "Chậm hai lần rồi nhanh: chưa suy giảm",
            looks: [.slow(60), .slow(120), .good(180), .slow(240)], written: [], end: "up từ 0"),
        Story(
            name: "Chậm ba lần liên tiếp: suy giảm từ lần chậm đầu, hết từ lần nhanh đầu",
            looks: [.slow(60), .slow(120), .slow(180), .good(240), .slow(300), .good(360), .good(420), .good(480)],
            written: ["suy giảm từ 60", "hết suy giảm lúc 360"], end: "up từ 0"),
        Story(
            name: "Lỗi một lần giữa hai lần chậm: không phải liên tiếp",
            looks: [.slow(60), .slow(120), .bad(180), .slow(200), .slow(260)], written: [], end: "up từ 0"),
        Story(
            name: "Đang suy giảm thì gián đoạn: suy giảm kết thúc nơi gián đoạn bắt đầu",
            looks: [.slow(60), .slow(120), .slow(180), .bad(240), .bad(260), .bad(280)],
            written: ["suy giảm từ 60", "hết suy giảm lúc 240", "gián đoạn từ 240, xác nhận 280"], end: "down từ 240"),
        Story(
            name: "Phục hồi mà chậm: suy giảm không bắt đầu trước khi hết gián đoạn",
            looks: [.bad(60), .bad(80), .bad(100), .slow(120), .slow(140), .slow(160), .slow(220)],
            written: ["gián đoạn từ 60, xác nhận 100", "hết gián đoạn lúc 120", "suy giảm từ 140"], end: "up từ 120"),
        Story(
            name: "Điểm mà nó phụ thuộc không trả lời: không kết luận, không đo từ khi điểm kia lỗi",
            looks: [.good(60), .orphaned(120, since: 100), .orphaned(140, since: 100), .good(180)],
            written: ["không đo từ 100 (Điểm mà nó phụ thuộc không trả lời)", "hết khoảng không đo lúc 180"], end: "up từ 0"),
    ]

    @Test(arguments: stories)
    func whatIsWritten(_ story: Story) {
        var state = MonitorState(createdAt: moment(0))
        if !story.isNew {
            state.condition = .up
            state.isGapOpen = false
            state.lastSampleAt = moment(0)
        }
        var rules = OutageRules(
            confirmAfter: 3, recoverAfter: 2, interval: .seconds(60), timeout: .seconds(10),
            slowness: Slowness(threshold: .seconds(2), after: 3), state: state)
        var written: [String] = []
        for look in story.looks {
            written += observe(look, by: &rules).map(text)
        }
        #expect(written == story.written)
        #expect("\(rules.state.condition) từ \(seconds(rules.state.since))" == story.end)
    }

    private func observe(_ look: Look, by rules: inout OutageRules) -> [OutageRules.Action] {
        switch look {
        case .good(let second): rules.observe(Sample(at: moment(second)))
        case .bad(let second): rules.observe(Sample(at: moment(second), failure: Failure(.connect)))
        case .slow(let second): rules.observe(Sample(at: moment(second), phases: Phases(total: .seconds(3))))
        case .orphaned(let second, let since):
            rules.observeNothing(at: moment(second), offlineSince: moment(since), reason: .parentDown)
        case .blind(let second, let since): rules.observeNothing(at: moment(second), offlineSince: moment(since))
        }
    }

    @Test func confirmationIsWhenTheLastFailureWasKnown() {
        var rules = OutageRules(
            confirmAfter: 1, recoverAfter: 1, interval: .seconds(60), timeout: .seconds(10),
            state: MonitorState(createdAt: moment(0)))
        let slow = Sample(at: moment(5), failure: Failure(.timeout), phases: Phases(total: .seconds(10)))
        #expect(rules.observe(slow).last == .openOutage(from: moment(5), confirmedAt: moment(15), reason: "Quá thời gian chờ"))
    }

    @Test func whatTheRulesKnowIsAllInTheState() {
        var whole = OutageRules(
            confirmAfter: 3, recoverAfter: 2, interval: .seconds(60), timeout: .seconds(10),
            state: MonitorState(createdAt: moment(0)))
        var restarted = whole
        for second in [60, 80, 100, 120, 140, 160] {
            let sample = Sample(at: moment(Double(second)), failure: second < 120 ? Failure(.connect) : nil)
            let expected = whole.observe(sample)
            #expect(restarted.observe(sample) == expected)
            restarted = OutageRules(
                confirmAfter: 3, recoverAfter: 2, interval: .seconds(60), timeout: .seconds(10), state: restarted.state)
        }
    }
}

private let origin = Instant(seconds: 1_795_485_600)

private func moment(_ second: Double) -> Instant { origin + .microseconds(Int64((second * 1_000_000).rounded())) }

private func seconds(_ instant: Instant) -> String {
    let micro = (instant - origin).inMicroseconds
    return micro % 1_000_000 == 0 ? "\(micro / 1_000_000)" : "\(Double(micro) / 1_000_000)"
}

private func text(_ action: OutageRules.Action) -> String {
    switch action {
    case .openOutage(let from, let confirmedAt, _): "gián đoạn từ \(seconds(from)), xác nhận \(seconds(confirmedAt))"
    case .closeOutage(let at): "hết gián đoạn lúc \(seconds(at))"
    case .openGap(let from, let reason): "không đo từ \(seconds(from)) (\(reason.label))"
    case .closeGaps(let at): "hết khoảng không đo lúc \(seconds(at))"
    case .openDegradation(let from): "suy giảm từ \(seconds(from))"
    case .closeDegradation(let at): "hết suy giảm lúc \(seconds(at))"
    case .openFlapping(let from): "chập chờn từ \(seconds(from))"
    case .closeFlapping(let at): "hết chập chờn lúc \(seconds(at))"
    case .recordGap(let from, let to, let reason): "không đo từ \(seconds(from)) đến \(seconds(to)) (\(reason.label))"
    }
}
