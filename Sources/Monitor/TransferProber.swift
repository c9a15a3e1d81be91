package import Civil
package import Transfer

/// Looks at targets through libcurl. This is the only place that knows how a probe becomes a transfer, and how what
/// libcurl says becomes a verdict.
package struct TransferProber: Prober {
    /// As much of a body as a keyword is looked for in.
    private static let bodyLimit = 1 << 20

    private let loop: TransferLoop
    private let clock: WallClock

    package init(loop: TransferLoop, clock: WallClock = .system) {
        self.loop = loop
        self.clock = clock
    }

    package func look(_ probe: Probe) async -> Sample {
        let begun = clock.now
        let outcome = await loop.run(transfer(for: probe))
        var target: HTTPTarget?
        if case .http(let http) = probe.target { target = http }
        return Sample(
            at: begun, failure: failure(of: outcome, at: target), status: outcome.status == 0 ? nil : outcome.status,
            phases: phases(of: outcome), certificateExpiresAt: outcome.certificateExpiresAt)
    }

    private func transfer(for probe: Probe) -> Transfer {
        var transfer: Transfer
        switch probe.target {
        case .http(let target):
            transfer = Transfer(url: target.url)
            transfer.method = target.method.rawValue
            transfer.headers = target.headers.map { "\($0.name): \($0.value)" }
            transfer.followsRedirects = target.followsRedirects
            transfer.verifiesTLS = target.verifiesTLS
            transfer.bodyLimit = target.keyword == nil ? 0 : Self.bodyLimit
        case .tcp:
            // libcurl opens a bare connection for a scheme without TLS and sends nothing.
            transfer = Transfer(url: "http://\(probe.target.address)/")
            transfer.connectsOnly = true
        }
        transfer.timeout = probe.timeout
        switch probe.family {
        case .any: transfer.family = .any
        case .v4: transfer.family = .v4
        case .v6: transfer.family = .v6
        }
        return transfer
    }

    private func failure(of outcome: Outcome, at target: HTTPTarget?) -> Failure? {
        if let kind = Failure.Kind(curl: outcome.code) { return Failure(kind, outcome.message) }
        guard let target else { return nil }
        guard target.acceptedStatuses.contains(outcome.status) else { return Failure(.status, "\(outcome.status)") }
        guard let keyword = target.keyword else { return nil }
        let isThere = String(decoding: outcome.body, as: UTF8.self).contains(keyword.text)
        if isThere == keyword.isExpected { return nil }
        return Failure(.keyword, keyword.isExpected ? "không thấy “\(keyword.text)”" : "có “\(keyword.text)”")
    }

    /// libcurl counts each phase from the start; here they follow each other. What was not reached is zero.
    private func phases(of outcome: Outcome) -> Phases {
        let reached = max(outcome.secured, outcome.connected)
        return Phases(
            resolve: outcome.resolved, connect: max(.zero, outcome.connected - outcome.resolved),
            tls: max(.zero, outcome.secured - outcome.connected), firstByte: max(.zero, outcome.firstByte - reached),
            total: outcome.total)
    }
}

extension Failure.Kind {
    /// - Parameter code: A `CURLcode` (libcurl, `curl/curl.h`).
    /// - Returns: nil for `CURLE_OK`.
    fileprivate init?(curl code: Int32) {
        switch code {
        case 0: return nil
        case 5, 6: self = .resolve
        case 7: self = .connect
        case 28: self = .timeout
        case 35, 53, 54, 59, 64, 66: self = .tls
        case 51, 58, 60, 77, 82, 83, 90, 91: self = .certificate
        case 47: self = .redirects
        default: self = .transfer
        }
    }
}
