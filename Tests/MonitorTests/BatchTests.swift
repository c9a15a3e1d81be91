import Civil
import Database
import Testing

@testable import Monitor

/// What waits to be stored, also when it must wait for long.
struct BatchTests {
    private let origin = Instant(seconds: 1_795_485_600)
    private let monitor = Monitor.ID(rawValue: 7)

    @Test func anOutageThatBeganAndEndedInOneBatchIsOneRow() {
        var batch = Batch()
        add(.openOutage(from: origin, confirmedAt: origin + .seconds(40), reason: "x"), to: &batch)
        add(.closeOutage(at: origin + .seconds(60)), to: &batch)
        #expect(batch.outages.map(\.to) == [origin + .seconds(60)])
        #expect(batch.outageEnds.isEmpty)
    }

    @Test func theEndOfAnOlderOutageComesBeforeTheNextOne() {
        var batch = Batch()
        add(.closeOutage(at: origin), to: &batch)
        add(.openOutage(from: origin + .seconds(60), confirmedAt: origin + .seconds(90), reason: "x"), to: &batch)
        #expect(batch.outageEnds == [monitor: origin])
        #expect(batch.outages.map(\.from) == [origin + .seconds(60)] && batch.outages[0].to == nil)
    }

    @Test func whatCouldNotBeStoredIsJoinedWithWhatCameAfter() {
        var first = Batch()
        add(.closeGaps(at: origin), to: &first)
        add(.openOutage(from: origin, confirmedAt: origin + .seconds(40), reason: "x"), to: &first)
        var second = Batch()
        add(.closeOutage(at: origin + .seconds(60)), to: &second)
        add(.openGap(from: origin + .seconds(70), .proberOffline), to: &second)
        let whole = first.followed(by: second)
        #expect(whole.outages.map(\.to) == [origin + .seconds(60)])
        #expect(whole.gapEnds == [monitor: origin])
        #expect(whole.gaps.map(\.to) == [nil])
        #expect(whole.samples.count == 4)
    }

    @Test func samplesHaveABoundAndFactsHaveNone() {
        var batch = Batch()
        for second in 0..<60_000 { add(nil, at: second, to: &batch) }
        add(.openOutage(from: origin, confirmedAt: origin, reason: "x"), at: 60_001, to: &batch)
        #expect(batch.samples.count == 50_000)
        #expect(batch.outages.count == 1)
        #expect(batch.standings[monitor]?.sample?.at == origin + .seconds(60_001))
    }

    @Test func aCommandMakesWhatWasConcludedBeforeItForgotten() {
        var batch = Batch()
        add(.openOutage(from: origin, confirmedAt: origin, reason: "x"), to: &batch)
        batch.forget(monitor)
        #expect(batch.isEmpty && batch.outages.isEmpty && batch.samples.isEmpty)
    }

    private func add(_ action: OutageRules.Action?, at second: Int = 0, to batch: inout Batch) {
        batch.add(
            monitor, revision: 1, sample: Sample(at: origin + .seconds(second)), state: MonitorState(createdAt: origin),
            due: origin, actions: action.map { [$0] } ?? [])
    }
}
