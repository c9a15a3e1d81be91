import Civil
import Transfer

/// Shakes hands with a server and looks at the certificates that it shows.
struct TLSProber {
    let loop: TransferLoop

    func look(_ target: TLSTarget, _ probe: Probe, at begun: Instant) async -> Sample {
        let outcome = await loop.run(handshake(target, probe, timeout: probe.timeout))
        let failure = Failure(outcome) ?? shortness(of: outcome, target, at: begun)
        var end = outcome.chainExpiresAt
        // What is not trusted libcurl does not show. Whoever is told of it wants to know when it ends all the same.
        if failure?.kind == .certificate, end == nil {
            var unverified = handshake(target, probe, timeout: max(.seconds(1), probe.timeout - outcome.total))
            unverified.verifiesTLS = false
            end = await loop.run(unverified).chainExpiresAt
        }
        return Sample(at: begun, failure: failure, phases: Phases(outcome), certificateExpiresAt: end)
    }

    private func handshake(_ target: TLSTarget, _ probe: Probe, timeout: Duration) -> Transfer {
        var transfer = Transfer(url: "https://\(target.address)/")
        transfer.connectsOnly = true
        transfer.timeout = timeout
        transfer.family = probe.family.ofTransfer
        return transfer
    }

    private func shortness(of outcome: Outcome, _ target: TLSTarget, at now: Instant) -> Failure? {
        guard let end = outcome.chainExpiresAt else { return Failure(.certificate, "máy chủ không đưa ra chứng thư số") }
        let days = end.wholeDays(from: now)
        guard days < target.minimumDays else { return nil }
        let which = end == outcome.certificateExpiresAt ? "" : ", là của tổ chức cấp trong chuỗi"
        return Failure(.certificate, "còn \(days) ngày, cần ít nhất \(target.minimumDays)\(which)")
    }
}
