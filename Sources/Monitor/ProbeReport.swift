import Civil
import Foundation

/// One look at one address, for `trucban probe`: a table for people, JSON for machines.
package struct ProbeReport: Sendable {
    package let probe: Probe
    package let sample: Sample

    package init(probe: Probe, sample: Sample) {
        self.probe = probe
        self.sample = sample
    }

    package var isGood: Bool { sample.failure == nil }

    private var certificateDays: Int? {
        sample.certificateExpiresAt.map { $0.wholeDays(from: sample.at) }
    }

    /// In Vietnamese, two columns.
    package var table: String {
        var lines: [(String, String)] = [
            ("Địa chỉ", probe.target.address), ("Lúc", VietnameseFormat.momentWithSeconds(sample.at)),
            ("Kết quả", sample.failure?.text ?? "Hoạt động"),
        ]
        if let status = sample.status { lines.append(("Mã trả lời", "\(status)")) }
        lines += sample.phases.named.map { ($0.name, milliseconds($0.duration).replacing(".", with: ",") + " ms") }
        if let days = certificateDays, let end = sample.certificateExpiresAt {
            lines.append(("Chứng thư số", "còn \(days) ngày, đến \(VietnameseFormat.moment(end))"))
        }
        let width = lines.map(\.0.count).max() ?? 0
        return lines.map { $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1 + "\n" }.joined()
    }

    /// One object with sorted keys; phases in milliseconds.
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Text and finite numbers always encode.
        return (try? encoder.encode(Document(self))).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? "{}\n"
    }

    private struct Document: Encodable {
        let target: String
        let at: String
        let ok: Bool
        let failure: String?
        let detail: String?
        let status: Int?
        let phases: [String: Double]
        let certificateExpiresAt: String?
        let certificateDays: Int?

        private enum CodingKeys: String, CodingKey {
            case target, at, ok, failure, detail, status
            case phases = "phases_ms"
            case certificateExpiresAt = "certificate_expires_at"
            case certificateDays = "certificate_days"
        }

        init(_ report: ProbeReport) {
            let sample = report.sample
            target = report.probe.target.address
            at = iso(sample.at)
            ok = report.isGood
            failure = sample.failure?.kind.rawValue
            detail = sample.failure?.detail
            status = sample.status
            phases = [
                "resolve": number(sample.phases.resolve), "connect": number(sample.phases.connect),
                "tls": number(sample.phases.tls), "first_byte": number(sample.phases.firstByte),
                "total": number(sample.phases.total),
            ]
            certificateExpiresAt = sample.certificateExpiresAt.map(iso)
            certificateDays = report.certificateDays
        }
    }
}

extension Probe {
    /// Looks once.
    package func report(by prober: some Prober) async -> ProbeReport {
        ProbeReport(probe: self, sample: await prober.look(self))
    }
}

private func milliseconds(_ duration: Duration) -> String {
    let micro = duration.inMicroseconds
    let fraction = String(1000 + micro % 1000).dropFirst()
    return "\(micro / 1000).\(fraction)"
}

private func number(_ duration: Duration) -> Double { Double(duration.inMicroseconds) / 1000 }

private func iso(_ instant: Instant) -> String {
    Date(timeIntervalSince1970: TimeInterval(instant.seconds)).ISO8601Format()
}
