import Civil
import Testing

@testable import Demo

/// The made-up history has the shapes that the console itself would have recorded.
@Suite struct DemoHistoryTests {
    private static let end = Instant(seconds: 1_795_485_600)

    private static func history(seed: UInt64) -> DemoHistory {
        var random = DemoRandom(seed: seed)
        return DemoHistory(monitors: 300, until: end, random: &random)
    }

    @Test func theSameSeedMakesTheSameHistoryAndAnotherMakesAnother() {
        #expect(Self.history(seed: 161).outages == Self.history(seed: 161).outages)
        #expect(Self.history(seed: 161).outages != Self.history(seed: 162).outages)
    }

    @Test(arguments: [UInt64(1), 161, 2025])
    func outagesOfOneMonitorNeverTouch(seed: UInt64) {
        let byMonitor = Dictionary(grouping: Self.history(seed: seed).outages, by: \.monitor)
        for outages in byMonitor.values {
            for (earlier, later) in zip(outages, outages.dropFirst()) {
                #expect(earlier.ended.map { $0 < later.began } ?? false)
            }
        }
    }

    @Test(arguments: [UInt64(1), 161, 2025])
    func everythingLiesWithinTheHalfYear(seed: UInt64) {
        let history = Self.history(seed: seed)
        for outage in history.outages {
            #expect(outage.began > history.began && outage.confirmedAt > outage.began && outage.confirmedAt < history.ended)
            #expect(outage.ended.map { $0 <= history.ended && $0 > outage.confirmedAt } ?? true)
        }
        #expect(history.outages.filter { $0.ended == nil }.count == DemoHistory.downAtTheEnd)
        #expect(history.maintenance.count >= 5)
    }
}
