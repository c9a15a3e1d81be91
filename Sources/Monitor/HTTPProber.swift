import Civil
import Transfer

/// Makes one HTTP request and judges the answer.
///
/// It never asks for compression: what is measured is what the server does for anybody, and a body that was compressed
/// unasked is named as such where its content matters.
struct HTTPProber {
    /// As much of a body as conditions look at.
    private static let bodyLimit = 1 << 20

    let loop: TransferLoop

    func look(_ target: HTTPTarget, _ probe: Probe, at begun: Instant) async -> Sample {
        let outcome = await loop.run(transfer(for: target, probe))
        return Sample(
            at: begun, failure: failure(of: outcome, at: target), status: outcome.status == 0 ? nil : outcome.status,
            phases: Phases(outcome), certificateExpiresAt: outcome.certificateExpiresAt)
    }

    func transfer(for target: HTTPTarget, _ probe: Probe) -> Transfer {
        var transfer = Transfer(url: target.url)
        transfer.method = target.method.rawValue
        transfer.headers = target.headers.map { "\($0.name): \($0.value)" }
        transfer.followsRedirects = target.followsRedirects
        transfer.verifiesTLS = target.verifiesTLS
        transfer.bodyLimit = target.sizeLimit ?? (target.looksAtBody ? Self.bodyLimit : 0)
        transfer.keepsHeaders = target.looksAtBody || !target.headerConditions.isEmpty
        transfer.timeout = probe.timeout
        transfer.family = probe.family.ofTransfer
        return transfer
    }

    func failure(of outcome: Outcome, at target: HTTPTarget) -> Failure? {
        if let failure = Failure(outcome) { return failure }
        guard target.acceptedStatuses.contains(outcome.status) else { return Failure(.status, "\(outcome.status)") }
        for condition in target.headerConditions {
            if let objection = condition.objection(to: outcome.headers) { return Failure(.answer, objection) }
        }
        if let limit = target.sizeLimit, outcome.isCut { return Failure(.size, "quá \(limit / 1024) KB") }
        guard target.looksAtBody else { return nil }
        let coding = HeaderCondition.values(of: "Content-Encoding", in: outcome.headers).first { $0 != "identity" }
        if let coding { return Failure(.keyword, "nội dung nén (\(coding.prefix(20))) dù không được yêu cầu") }
        if let objection = objection(to: outcome, target.keyword) { return Failure(.keyword, objection) }
        guard !target.jsonConditions.isEmpty else { return nil }
        if outcome.isCut { return Failure(.size, "JSON lớn hơn 1 MB") }
        guard let root = JSONValue(outcome.body) else { return Failure(.keyword, "không phải JSON") }
        return target.jsonConditions.lazy.compactMap { $0.objection(to: root) }.first.map { Failure(.keyword, $0) }
    }

    private func objection(to outcome: Outcome, _ keyword: HTTPTarget.Keyword?) -> String? {
        guard let keyword else { return nil }
        let isThere = String(decoding: outcome.body, as: UTF8.self).contains(keyword.text)
        if isThere == keyword.isExpected { return nil }
        return keyword.isExpected ? "không thấy “\(keyword.text)”" : "có “\(keyword.text)”"
    }
}

extension HTTPTarget {
    fileprivate var looksAtBody: Bool { keyword != nil || !jsonConditions.isEmpty }
}
