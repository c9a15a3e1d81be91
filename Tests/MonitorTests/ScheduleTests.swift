import Civil
import Database
import Testing

@testable import Monitor

struct ScheduleTests {
    private let origin = Instant(seconds: 1_795_485_600)

    @Test func theLongestOverdueComesFirstAndNobodyTwice() {
        var schedule = Schedule()
        for second in [5, 3, 9, 1, 7] { schedule.wait(id(second), until: origin + .seconds(second)) }
        let first = schedule.take(at: origin + .seconds(6), bound: 10).map(\.monitor)
        #expect(first == [id(1), id(3), id(5)])
        #expect(schedule.take(at: origin + .seconds(6), bound: 10).isEmpty)
        schedule.wait(id(1), until: origin + .seconds(6))
        #expect(schedule.take(at: origin + .seconds(6), bound: 10).map(\.monitor) == [id(1)])
    }

    @Test func noMoreThanTheBoundAreUnderWay() {
        var schedule = Schedule()
        for number in 1...5 { schedule.wait(id(number), until: origin) }
        let first = schedule.take(at: origin, bound: 2)
        #expect(first.count == 2 && schedule.underWay == 2)
        #expect(schedule.take(at: origin, bound: 2).isEmpty)
        schedule.finish(first[0].monitor)
        #expect(schedule.take(at: origin, bound: 2).count == 1)
    }

    @Test func whoIsMovedCountsOnlyAtTheLastMoment() {
        var schedule = Schedule()
        schedule.wait(id(1), until: origin + .seconds(1))
        schedule.wait(id(1), until: origin + .seconds(20))
        #expect(schedule.next == origin + .seconds(20))
        #expect(schedule.take(at: origin + .seconds(10), bound: 10).isEmpty)
    }

    @Test func whoIsRemovedIsNotTaken() {
        var schedule = Schedule()
        schedule.wait(id(1), until: origin)
        schedule.remove(id(1))
        #expect(schedule.next == nil)
        #expect(schedule.take(at: origin + .seconds(10), bound: 10).isEmpty)
    }

    @Test func theHeapHoldsItsOrder() {
        var schedule = Schedule()
        var random = SeededRandom(seed: 7)
        var dues: [Instant] = []
        for number in 1...500 {
            let due = origin + .milliseconds(Int.random(in: 0..<100_000, using: &random))
            dues.append(due)
            schedule.wait(id(number), until: due)
        }
        let taken = schedule.take(at: origin + .seconds(1000), bound: 1000).map(\.due)
        #expect(taken == dues.sorted())
    }

    @Test func theBeatIsStableAndSpread() {
        let interval = Duration.seconds(15)
        let dues = (1...1000).map { Rhythm.next(after: origin, every: interval, for: id($0)) }
        for (index, due) in dues.enumerated() {
            #expect(due > origin && due <= origin + interval)
            #expect(Rhythm.next(after: due, every: interval, for: id(index + 1)) == due + interval)
            #expect(Rhythm.next(after: due - .microseconds(1), every: interval, for: id(index + 1)) == due)
        }
        // A thousand in fifteen seconds are 67 a second; a fair spread stays near that in every second.
        let perSecond = Dictionary(grouping: dues) { ($0 - origin).inSeconds }.mapValues(\.count)
        #expect(perSecond.values.allSatisfy { (35...105).contains($0) })
    }

    struct Load: Sendable, CustomTestStringConvertible {
        let name: String
        let count: Int
        let timeout: Int
        let interval: Int
        let retry: Int
        let bound: Int
        var testDescription: String { name }
    }

    @Test(arguments: [
        Load(name: "few monitors: the floor", count: 3, timeout: 10, interval: 60, retry: 20, bound: 16),
        Load(name: "1,000 hanging 10 s each 15 s", count: 1000, timeout: 10, interval: 15, retry: 20, bound: 667),
        Load(name: "the retry interval counts where it is shorter", count: 300, timeout: 10, interval: 60, retry: 20, bound: 150),
        Load(name: "10,000 hanging 10 s each 30 s", count: 10_000, timeout: 10, interval: 30, retry: 30, bound: 3334),
        Load(name: "10,000 hanging 10 s each 15 s: the ceiling", count: 10_000, timeout: 10, interval: 15, retry: 30, bound: 4000),
    ])
    func asManyAsHangAtOnce(_ load: Load) {
        let monitors = (1...load.count).map {
            Monitor.example(
                id: $0, timeout: .seconds(load.timeout), interval: .seconds(load.interval), retry: .seconds(load.retry))
        }
        #expect(Rhythm.bound(for: monitors) == load.bound)
    }

    private func id(_ number: Int) -> Monitor.ID { Monitor.ID(rawValue: Int64(number)) }
}
