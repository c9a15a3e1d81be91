package import Civil
package import Transfer

/// Looks at targets of every kind: what speaks HTTP, SMTP or TLS through libcurl's one loop, everything else on a thread
/// of its own.
package struct TargetProber: Prober {
    private let loop: TransferLoop
    private let clock: WallClock

    package init(loop: TransferLoop, clock: WallClock = .system) {
        self.loop = loop
        self.clock = clock
    }

    package func look(_ probe: Probe) async -> Sample {
        let begun = clock.now
        switch probe.target {
        case .http(let target): return await HTTPProber(loop: loop).look(target, probe, at: begun)
        case .tls(let target): return await TLSProber(loop: loop).look(target, probe, at: begun)
        case .smtp(let target): return await SMTPProber(loop: loop).look(target, probe, at: begun)
        case .journey(let target): return await JourneyProber(loop: loop).look(target, probe, at: begun)
        case .tcp(let target):
            if target.send.isEmpty, target.expect.isEmpty { return await connect(to: target, probe, at: begun) }
            return await onCourse(probe, at: begun) { course throws(Failure) in
                try TCPProber(target: target, family: probe.family).look(&course)
            }
        case .dns(let target):
            return await onCourse(probe, at: begun) { course throws(Failure) in
                try DNSProber(target: target, family: probe.family).look(&course)
            }
        case .icmp(let target):
            return await onCourse(probe, at: begun) { course throws(Failure) in
                try ICMPProber(target: target, family: probe.family).look(&course)
            }
        case .postgres(let target):
            return await onCourse(probe, at: begun) { course throws(Failure) in
                try PostgresProber(target: target, family: probe.family).look(&course)
            }
        }
    }

    /// libcurl opens a bare connection for a scheme without TLS and sends nothing.
    private func connect(to target: TCPTarget, _ probe: Probe, at begun: Instant) async -> Sample {
        var transfer = Transfer(url: "http://\(target.address)/")
        transfer.connectsOnly = true
        transfer.timeout = probe.timeout
        transfer.family = probe.family.ofTransfer
        let outcome = await loop.run(transfer)
        return Sample(at: begun, failure: Failure(outcome), phases: Phases(outcome))
    }

    private func onCourse(
        _ probe: Probe, at begun: Instant, _ look: @Sendable @escaping (inout Course) throws(Failure) -> Void
    ) async -> Sample {
        await onOwnThread(cancelled: Sample(at: begun, failure: Failure(.transfer, "bị dừng"))) {
            var course = Course(timeout: probe.timeout)
            var failure: Failure?
            do throws(Failure) {
                try look(&course)
            } catch { failure = error }
            course.finish()
            return Sample(at: begun, failure: failure, phases: course.phases)
        }
    }
}
