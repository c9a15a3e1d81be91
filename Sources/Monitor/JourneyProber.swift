import Civil
import Foundation
import Transfer

/// Goes through the steps of a journey, each on a connection of its own, until one fails.
struct JourneyProber {
    /// As much of an answer as values are looked for in.
    private static let bodyLimit = 1 << 20

    let loop: TransferLoop

    func look(_ target: JourneyTarget, _ probe: Probe, at begun: Instant) async -> Sample {
        var (phases, cookies, values) = (Phases(), [String](), [String: String]())
        var (status, certificate): (Int?, Instant?) = (nil, nil)
        for (index, step) in target.steps.enumerated() {
            let left = probe.timeout - phases.total
            func failed(_ failure: Failure) -> Sample {
                Sample(
                    at: begun, failure: Failure(failure.kind, "bước \(index + 1) “\(step.name)”" + (failure.detail.isEmpty ? "" : ": \(failure.detail)")),
                    status: status, phases: phases, certificateExpiresAt: certificate)
            }
            if left <= .zero { return failed(Failure(.timeout)) }
            let request = step.request(values, verifiesTLS: target.verifiesTLS)
            let prober = HTTPProber(loop: loop)
            var transfer = prober.transfer(for: request, Probe(target: .http(request), family: probe.family, timeout: left))
            transfer.cookies = cookies
            transfer.keepsHeaders = true
            transfer.bodyLimit = Self.bodyLimit
            if let body = step.body(values) {
                transfer.body = Array(body.text.utf8)
                if !step.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
                    transfer.headers.append("Content-Type: \(body.type)")
                }
            }
            let outcome = await loop.run(transfer)
            phases = phases + Phases(outcome)
            (status, cookies) = (outcome.status == 0 ? status : outcome.status, outcome.cookies)
            certificate = [certificate, outcome.certificateExpiresAt].compactMap { $0 }.min()
            if let failure = prober.failure(of: outcome, at: request) { return failed(failure) }
            for extraction in step.extractions {
                guard let value = await extraction.value(in: outcome.body, within: probe.timeout - phases.total) else {
                    return failed(Failure(.answer, "không lấy được “\(extraction.name)”"))
                }
                values[extraction.name] = value
            }
        }
        return Sample(at: begun, status: status, phases: phases, certificateExpiresAt: certificate)
    }
}

extension JourneyTarget.Step {
    fileprivate func request(_ values: [String: String], verifiesTLS: Bool) -> HTTPTarget {
        var request = HTTPTarget(url: filledURL(values))
        request.method = method
        // What a site said must not add a header of its own.
        request.headers = headers.map { header in
            .init(name: header.name, value: header.value.filled(values) { String($0.filter { !$0.isNewline }) })
        }
        request.acceptedStatuses = StatusRanges(acceptedStatuses) ?? .standard
        if !keyword.isEmpty { request.keyword = .init(text: keyword.filled(values) { $0 }, isExpected: true) }
        request.jsonConditions = jsonConditions
        request.verifiesTLS = verifiesTLS
        return request
    }

    /// A value that is a path keeps its slashes, and only what no address may hold is encoded.
    private func filledURL(_ values: [String: String]) -> String {
        var allowed = CharacterSet.alphanumerics.intersection(.init(charactersIn: "\u{0}"..."\u{7f}"))
        allowed.insert(charactersIn: "-._~:/?#[]@!$&'()*+,;=%")
        let filled = url.filled(values) { $0.addingPercentEncoding(withAllowedCharacters: allowed) ?? "" }
        // `https://host/{{path}}` with a path that begins with a slash.
        guard let match = filled.prefixMatch(of: /https?:\/\/[^\/]+\/(?=\/)/.ignoresCase()) else { return filled }
        return String(filled[..<filled.index(before: match.range.upperBound)] + filled[match.range.upperBound...])
    }

    fileprivate func body(_ values: [String: String]) -> (text: String, type: String)? {
        guard method == .post, !body.isEmpty else { return nil }
        if body.hasPrefix("{") || body.hasPrefix("[") {
            return (body.filled(values, escaping: Self.insideJSON), "application/json")
        }
        var allowed = CharacterSet.alphanumerics.intersection(.init(charactersIn: "\u{0}"..."\u{7f}"))
        allowed.insert(charactersIn: "-._~")
        let encoded = body.filled(values) { $0.addingPercentEncoding(withAllowedCharacters: allowed) ?? "" }
        return (encoded, "application/x-www-form-urlencoded")
    }

    /// As it stands between the quotes of a JSON text.
    private static func insideJSON(_ value: String) -> String {
        guard let encoded = try? JSONEncoder().encode(value) else { return "" }
        return String(String(decoding: encoded, as: UTF8.self).dropFirst().dropLast())
    }
}

extension String {
    /// With the values in the place of their names, each written as its place asks.
    fileprivate func filled(_ values: [String: String], escaping: (String) -> String) -> String {
        replacing(/\{\{([^{}]*)\}\}/) { match in values[String(match.1)].map(escaping) ?? "" }
    }
}

extension JourneyTarget.Extraction {
    /// On a thread of its own: a pattern may take long, and is given up when the time is over.
    fileprivate func value(in body: [UInt8], within time: Duration) async -> String? {
        await onOwnThread(cancelled: nil) {
            switch source {
            case .json(let path): JSONValue(body).flatMap { path.nodes(in: $0).first?.shown }
            case .pattern(let pattern): Self.firstMatch(of: pattern, in: String(decoding: body, as: UTF8.self), within: time)
            }
        }
    }

    private static func firstMatch(of pattern: String, in text: String, within time: Duration) -> String? {
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return nil }
        let end = ContinuousClock.now + time
        var found: String?
        let whole = NSRange(text.startIndex..., in: text)
        expression.enumerateMatches(in: text, options: [.reportProgress], range: whole) { match, _, stop in
            if let match, let range = Range(match.range(at: match.numberOfRanges > 1 ? 1 : 0), in: text) {
                found = String(text[range])
                stop.pointee = true
            } else if ContinuousClock.now > end {
                stop.pointee = true
            }
        }
        return found
    }
}
