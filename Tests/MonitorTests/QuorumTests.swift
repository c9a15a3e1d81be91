import Civil
import Database
import Testing

@testable import Monitor

/// What follows from what several places see.
struct QuorumTests {
    struct Count: CustomTestStringConvertible, Sendable {
        let name: String
        let needed: Int
        let of: Int
        let failing: Int
        let good: Int
        let verdict: Quorum.Verdict
        var testDescription: String { name }
    }

    @Test(arguments: [
        Count(name: "one place, answered", needed: 1, of: 1, failing: 0, good: 1, verdict: .up),
        Count(name: "one place, failed", needed: 1, of: 1, failing: 1, good: 0, verdict: .down),
        Count(name: "two wanted where there is one: it decides", needed: 2, of: 1, failing: 1, good: 0, verdict: .down),
        Count(name: "2 of 3 say down", needed: 2, of: 3, failing: 2, good: 1, verdict: .down),
        Count(name: "all say down", needed: 2, of: 3, failing: 3, good: 0, verdict: .down),
        Count(name: "1 of 3 says down: its own line", needed: 2, of: 3, failing: 1, good: 2, verdict: .up),
        Count(name: "1 of 3 down, one silent: could be two", needed: 2, of: 3, failing: 1, good: 1, verdict: .undecided),
        Count(name: "2 of 3 up, one silent: could not be two", needed: 2, of: 3, failing: 0, good: 2, verdict: .up),
        Count(name: "1 of 3 up, two silent: could be two", needed: 2, of: 3, failing: 0, good: 1, verdict: .undecided),
        Count(name: "one is enough, one silent", needed: 1, of: 2, failing: 0, good: 1, verdict: .undecided),
        Count(name: "one is enough, one failed", needed: 1, of: 2, failing: 1, good: 1, verdict: .down),
        Count(name: "both wanted, one up, one silent", needed: 2, of: 2, failing: 0, good: 1, verdict: .up),
        Count(name: "both wanted, one down, one silent", needed: 2, of: 2, failing: 1, good: 0, verdict: .undecided),
        Count(name: "nobody says anything", needed: 2, of: 3, failing: 0, good: 0, verdict: .undecided),
    ])
    func whatSoManyAgreeOn(_ count: Count) {
        let quorum = Quorum(wanted: count.needed, of: count.of)
        #expect(quorum.verdict(failing: count.failing, good: count.good) == count.verdict)
    }

    private static func moment(_ second: Int) -> Instant { Instant(seconds: 1_795_485_600) + .seconds(second) }

    /// What another place saw: `g` answered, `f` failed, at a second; of failures also since when.
    struct Seen: Sendable {
        let place: Int64
        let at: Int
        var failing: Int?

        var vote: Vote {
            Vote(
                monitor: .init(rawValue: 1), location: .init(rawValue: place), at: moment(at),
                failingSince: failing.map(moment), failure: failing == nil ? nil : Failure(.timeout), status: nil,
                total: .milliseconds(30))
        }
    }

    struct Round: CustomTestStringConvertible, Sendable {
        let name: String
        var needed = 2
        let others: [Seen]
        /// This place looks at second 100.
        let isGood: Bool
        var isLast = false
        /// "up", "down since 90", "undecided", "open".
        let outcome: String
        var testDescription: String { name }
    }

    /// Two other places; a monitor of 60 s with a timeout of 10 s, which was up at second 40.
    @Test(arguments: [
        Round(name: "all agree that it answers", others: [.init(place: 1, at: 60), .init(place: 2, at: 80)], isGood: true, outcome: "up"),
        Round(
            name: "it fails here, and the others looked before: they are asked",
            others: [.init(place: 1, at: 60), .init(place: 2, at: 80)], isGood: false, outcome: "open"),
        Round(
            name: "it fails only here", others: [.init(place: 1, at: 100), .init(place: 2, at: 101)], isGood: false, outcome: "up"),
        Round(
            name: "one more looked and fails too", others: [.init(place: 1, at: 102, failing: 102), .init(place: 2, at: 101)],
            isGood: false, outcome: "down since 100"),
        Round(
            name: "one more fails since before: that is enough", others: [.init(place: 1, at: 90, failing: 90), .init(place: 2, at: 80)],
            isGood: false, outcome: "down since 100"),
        Round(
            name: "both others fail, here it answers: they are asked",
            others: [.init(place: 1, at: 90, failing: 70), .init(place: 2, at: 95, failing: 95)], isGood: true, outcome: "open"),
        Round(
            name: "both others still fail: down since the second of them did",
            others: [.init(place: 1, at: 101, failing: 70), .init(place: 2, at: 102, failing: 95)], isGood: true,
            outcome: "down since 95"),
        Round(
            name: "three wanted: down since the third", needed: 3,
            others: [.init(place: 1, at: 101, failing: 70), .init(place: 2, at: 102, failing: 80)], isGood: false,
            outcome: "down since 100"),
        Round(
            name: "never before what was seen together last",
            others: [.init(place: 1, at: 101, failing: 10), .init(place: 2, at: 102, failing: 20)], isGood: true,
            outcome: "down since 40"),
        Round(
            name: "the others are silent for too long: they are asked", others: [.init(place: 1, at: -40), .init(place: 2, at: -50)],
            isGood: true, outcome: "open"),
        Round(
            name: "and do not answer", others: [.init(place: 1, at: -40), .init(place: 2, at: -50)], isGood: true, isLast: true,
            outcome: "undecided"),
        Round(
            name: "one is silent, the other agrees", others: [.init(place: 1, at: 90), .init(place: 2, at: -50)], isGood: true,
            outcome: "up"),
        Round(
            name: "one is silent, the other does not agree",
            others: [.init(place: 1, at: 101), .init(place: 2, at: -50)], isGood: false, isLast: true, outcome: "undecided"),
        Round(
            name: "a place that does not count", others: [.init(place: 1, at: 90), .init(place: 2, at: 90), .init(place: 9, at: 99, failing: 99)],
            isGood: true, outcome: "up"),
    ])
    func whatOneRoundSays(_ round: Round) {
        var jury = Jury()
        jury.seat([.init(rawValue: 1), .init(rawValue: 2)], wanted: round.needed)
        _ = jury.hear(round.others.map(\.vote))
        var state = MonitorState(createdAt: Self.moment(0))
        (state.condition, state.since, state.lastSampleAt) = (.up, Self.moment(0), Self.moment(40))
        let sample = Sample(
            at: Self.moment(100), failure: round.isGood ? nil : Failure(.connect), phases: Phases(total: .seconds(1)))
        let outcome = jury.consider(sample, of: .example(id: 1), in: state, isLast: round.isLast)
        #expect(Self.words(outcome) == round.outcome)
        if case .judged(let told, let shown) = outcome {
            #expect(shown.at == sample.at && (shown.failure == nil) == (told.failure == nil))
            #expect(told.failure == nil || told.concludedAt == sample.concludedAt)
        }
    }

    private static func words(_ outcome: Jury.Outcome) -> String {
        switch outcome {
        case .undecided: "undecided"
        case .open: "open"
        case .judged(let told, _):
            told.failure == nil ? "up" : "down since \((told.at - moment(0)).inMicroseconds / 1_000_000)"
        }
    }

    @Test func onlyTheFirstFailureReachesBack() {
        var jury = Jury()
        jury.seat([.init(rawValue: 1)], wanted: 1)
        _ = jury.hear([Seen(place: 1, at: 100, failing: 70).vote])
        var state = MonitorState(createdAt: Self.moment(0))
        (state.condition, state.lastSampleAt) = (.up, Self.moment(71))
        (state.failures, state.firstFailureAt) = (1, Self.moment(70))
        let outcome = jury.consider(Sample(at: Self.moment(100)), of: .example(id: 1), in: state)
        #expect(Self.words(outcome) == "down since 100")
    }

    @Test func newsAreChangesAndWhatIsWaitedFor() {
        var jury = Jury()
        jury.seat([.init(rawValue: 1)], wanted: 1)
        let monitor = Monitor.ID(rawValue: 1)
        #expect(jury.hear([Seen(place: 1, at: 1).vote]).isEmpty)
        #expect(jury.hear([Seen(place: 1, at: 2, failing: 2).vote]) == [monitor])
        #expect(jury.hear([Seen(place: 1, at: 2, failing: 2).vote]).isEmpty)
        #expect(jury.hear([Seen(place: 1, at: 3, failing: 2).vote]).isEmpty)
        #expect(jury.hear([Seen(place: 1, at: 1).vote]).isEmpty)
        #expect(jury.hear([Seen(place: 1, at: 4).vote]) == [monitor])
        #expect(jury.hear([Seen(place: 7, at: 5, failing: 5).vote]).isEmpty)
    }
}
