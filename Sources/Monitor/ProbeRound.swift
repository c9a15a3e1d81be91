package import Civil

/// A watch together with what it looks with: makes probes and takes in what they saw.
package struct ProbeRound: Sendable {
    package let watch: Watch
    let prober: any Prober
    let reference: ReferenceCheck
    let figures: ProbeFigures

    package init(watch: Watch, prober: any Prober, clock: WallClock, figures: ProbeFigures = ProbeFigures()) {
        self.watch = watch
        self.prober = prober
        reference = ReferenceCheck(prober: prober, clock: clock)
        self.figures = figures
    }

    /// Makes one probe. A failure counts only when the prober itself can reach something.
    func look(_ order: Watch.Order) async {
        let sample = await prober.look(order.probe)
        // A probe that was broken off, because the process stops or its leases are no longer certain, says nothing.
        guard !Task.isCancelled else { return await watch.abandon(order) }
        figures.count(sample, due: order.due)
        if sample.failure != nil {
            await reference.use(watch.referenceAddress)
            if let since = await reference.offlineSince(whenFailedAt: sample.concludedAt) {
                await watch.concludeNothing(order, at: sample.at, offlineSince: since)
                return
            }
        }
        await watch.conclude(order, sample)
    }

    /// Makes every probe that is due at `now`, and stores what they saw: a tick of the runner without its waiting.
    package func step(at now: Instant) async throws {
        await withDiscardingTaskGroup { group in
            for order in await watch.orders(at: now) {
                group.addTask { await look(order) }
            }
        }
        try await watch.save()
        try await watch.renew(at: now)
    }
}
