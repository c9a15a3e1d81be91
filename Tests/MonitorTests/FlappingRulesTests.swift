import Civil
import Testing

@testable import Monitor

/// Up and down in turns: when it is said, and when no longer.
struct FlappingRulesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        /// Oldest first: T is good (tốt), L is a failure (lỗi).
        let results: String
        /// In thousandths.
        let share: Int
        let isFlapping: Bool
        var testDescription: String { name }
    }

    @Test(arguments: [
        Row(name: "Chưa đo lần nào", results: "", share: 0, isFlapping: false),
        Row(name: "Toàn tốt", results: "TTTTTTTTTTTTTTTTTTTTT", share: 0, isFlapping: false),
        Row(name: "Vừa lỗi lần đầu: đổi mới nhất nặng 1,2", results: "TTTTTTTTTTTTTTTTTTTTL", share: 60, isFlapping: false),
        Row(name: "Đổi cũ nhất nặng 0,8", results: "LTTTTTTTTTTTTTTTTTTTT", share: 40, isFlapping: false),
        Row(name: "Lỗi liền rồi thôi: hai lần đổi", results: "TTTTTTTLLLLLLLTTTTTTT", share: 100, isFlapping: false),
        Row(name: "Năm lần đổi gần đây: 28,9%", results: "TTTTTTTTTTTTTTTTLTLTL", share: 289, isFlapping: false),
        Row(name: "Sáu lần đổi gần đây: 34,4%", results: "TTTTTTTTTTTTTTTLTLTLT", share: 344, isFlapping: true),
        Row(name: "Sáu lần đổi đã lâu: 25,5%, chưa tới 30%", results: "TLTLTLTTTTTTTTTTTTTTT", share: 255, isFlapping: false),
        Row(name: "Mỗi lần mỗi khác", results: "TLTLTLTLTLTLTLTLTLTLT", share: 1000, isFlapping: true),
        Row(name: "Chỉ 21 lần gần nhất được nhớ", results: "LTLTLTLTLT" + "TTTTTTTTTTTTTTTTTTTTT", share: 0, isFlapping: false),
    ])
    func theNewerAChangeTheMoreItWeighs(_ row: Row) {
        var results = RecentResults()
        for result in row.results { results.add(isGood: result == "T") }
        #expect(results.unsteadiness == row.share)
        #expect(results.isFlapping(already: false) == row.isFlapping)
    }

    @Test func itAgreesWithTheFormulaOfNagios() {
        var random = SeededRandom(seed: 12)
        for _ in 0..<300 {
            var results = RecentResults()
            var all: [Bool] = []
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                all.append(Int.random(in: 0...3, using: &random) > 0)
                results.add(isGood: all.last!)
            }
            // Nagios, flapping.c: 21 states, weights from 0.8 to 1.2, the newest step weighs most.
            let kept = Array(all.suffix(21))
            var curved = 0.0
            for step in stride(from: 1, to: kept.count, by: 1) where kept[step] != kept[step - 1] {
                curved += Double(step - 1 + 21 - kept.count) * (1.2 - 0.8) / 19 + 0.8
            }
            #expect(abs(Double(results.unsteadiness) / 1000 - curved / 20) <= 0.001_001)
        }
    }

    @Test func itEndsOnlyWhenItIsCalmAgain() {
        var rules = Self.rules(confirmAfter: 3)
        var written: [String] = []
        var minute = 0
        for result in "LTLTLTLT" + "TTTTTTTTTTTTTTTTTTTT" {
            minute += 1
            written += rules.observe(Self.sample(minute * 60, isGood: result == "T")).map(Self.text)
        }
        // The sixth change was the seventh result. It is over when enough changes have grown old: below 25 %.
        #expect(written == ["chập chờn từ 420", "hết chập chờn lúc 1380"])
    }

    // MARK: Telling

    private static func rules(confirmAfter: Int) -> OutageRules {
        var state = MonitorState(createdAt: moment(0))
        (state.condition, state.isGapOpen, state.lastSampleAt) = (.up, false, moment(0))
        return OutageRules(
            confirmAfter: confirmAfter, recoverAfter: 2, interval: .seconds(60), timeout: .seconds(10), state: state)
    }

    private static func sample(_ second: Int, isGood: Bool) -> Sample {
        Sample(at: moment(second), failure: isGood ? nil : Failure(.connect))
    }

    private static func text(_ action: OutageRules.Action) -> String {
        switch action {
        case .openFlapping(let from): "chập chờn từ \(seconds(from))"
        case .closeFlapping(let at): "hết chập chờn lúc \(seconds(at))"
        default: "\(action)"
        }
    }
}

private func moment(_ second: Int) -> Instant { Instant(seconds: 1_795_485_600) + .seconds(second) }

private func seconds(_ instant: Instant) -> Int64 { (instant - moment(0)).inSeconds }
