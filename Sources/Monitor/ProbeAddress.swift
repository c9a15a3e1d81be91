import Foundation
package import Organization
package import Transfer

extension Probe {
    /// What `trucban probe` is told.
    package struct Options: Sendable {
        package var method = HTTPTarget.Method.get
        package var headers: [HTTPTarget.Header] = []
        package var acceptedStatuses = StatusRanges.standard
        package var keyword: HTTPTarget.Keyword?
        package var jsonConditions: [JSONCondition] = []
        package var headerConditions: [HeaderCondition] = []
        package var followsRedirects = true
        package var verifiesTLS = true
        package var family = AddressFamily.any
        package var timeout = Duration.seconds(10)
        /// Said to a TCP server.
        package var send = ""
        /// What a TCP server, a DNS server or a database must answer; several for DNS.
        package var expected: [String] = []
        package var statement = "SELECT 1"
        /// For PostgreSQL; not in the address, which every process on the machine can read.
        package var password = ""
        /// Fewer days left make a certificate fail.
        package var minimumDays = 0

        package init() {}
    }

    /// The forms of an address that `Probe.init` takes, for help texts.
    package static let addresses =
        "http://…, https://…, tcp://máy:cổng, tls://máy[:cổng], dns:tên?type=MX, dns://máy-chủ/tên?type=A, smtp://máy:cổng (STARTTLS), smtps://máy:cổng, postgresql://tài-khoản@máy/csdl[?sslmode=verify-full], icmp://máy, journey:tệp.json"

    /// - Returns: nil for what is no address of a target.
    package init?(_ address: String, _ options: Options) {
        guard let target = Target(address, options) else { return nil }
        self.init(target: target, family: options.family, timeout: options.timeout)
    }

    /// A journey, which is too long for an address: `{"steps": [{"name": …, "url": …}, …]}`, with the members of
    /// `JourneyTarget.Step`.
    /// - Throws: `Refusal` that says what is not fit.
    package init(journey text: [UInt8], _ options: Options) throws(Refusal) {
        var journey: JourneyTarget
        do {
            journey = try JSONDecoder().decode(JourneyTarget.self, from: Data(text))
        } catch {
            throw Refusal(field: "", "Hành trình: không đọc được (\(Self.place(of: error))).")
        }
        if !options.verifiesTLS { journey.verifiesTLS = false }
        if !journey.problems.isEmpty { throw Refusal(journey.problems) }
        self.init(target: .journey(journey), family: options.family, timeout: options.timeout)
    }

    /// Where in a text, as far as the decoder knows: `steps[1].url`.
    private static func place(of error: any Error) -> String {
        let (context, missing): (DecodingError.Context, (any CodingKey)?) = switch error {
        case DecodingError.keyNotFound(let key, let context): (context, key)
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            (context, nil)
        default: (.init(codingPath: [], debugDescription: ""), nil)
        }
        let path = (context.codingPath + [missing].compactMap { $0 }).map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }
        return path.isEmpty ? "không phải JSON" : String(path.joined().drop { $0 == "." })
    }
}

extension Target {
    fileprivate init?(_ address: String, _ options: Probe.Options) {
        guard let end = address.firstIndex(of: ":") else { return nil }
        switch address[..<end].lowercased() {
        case "http", "https":
            guard address.wholeMatch(of: /https?:\/\/\S+/.ignoresCase()) != nil else { return nil }
            var target = HTTPTarget(url: address)
            (target.method, target.headers) = (options.method, options.headers)
            (target.acceptedStatuses, target.keyword) = (options.acceptedStatuses, options.keyword)
            (target.followsRedirects, target.verifiesTLS) = (options.followsRedirects, options.verifiesTLS)
            (target.jsonConditions, target.headerConditions) = (options.jsonConditions, options.headerConditions)
            self = .http(target)
        case "tcp":
            guard let (host, port) = Self.place(address, 0), port > 0 else { return nil }
            self = .tcp(TCPTarget(host: host, port: port, send: options.send, expect: options.expected.first ?? ""))
        case "tls":
            guard let (host, port) = Self.place(address, 443) else { return nil }
            self = .tls(TLSTarget(host: host, port: port, minimumDays: options.minimumDays))
        case "smtp", "smtps":
            let isImplicit = address.lowercased().hasPrefix("smtps")
            guard let (host, port) = Self.place(address, isImplicit ? 465 : 587) else { return nil }
            self = .smtp(
                SMTPTarget(
                    host: host, port: port, encryption: isImplicit ? .implicit : .startTLS,
                    verifiesTLS: options.verifiesTLS))
        case "icmp":
            guard let (host, _) = Self.place(address, 1) else { return nil }
            self = .icmp(ICMPTarget(host: host))
        case "dns":
            // As RFC 4501 writes it.
            guard let match = address.wholeMatch(of: /dns:(?:\/\/([^\/]+)\/)?([^\/?]+)(?:\?type=([A-Za-z]+))?/.ignoresCase()),
                let record = DNSTarget.Record(rawValue: match.3?.uppercased() ?? "A")
            else { return nil }
            self = .dns(
                DNSTarget(name: String(match.2), record: record, server: String(match.1 ?? ""), expected: options.expected))
        case "postgresql", "postgres":
            guard let parts = URLComponents(string: address), let host = parts.host, let user = parts.user,
                parts.password == nil, parts.path.count > 1
            else { return nil }
            self = .postgres(
                PostgresTarget(
                    host: host, port: parts.port ?? 5432, database: String(parts.path.dropFirst()), user: user,
                    password: options.password, statement: options.statement, expected: options.expected.first ?? "",
                    verifiesTLS: parts.queryItems?.contains(.init(name: "sslmode", value: "verify-full")) ?? false))
        default: return nil
        }
        guard particulars.problems.isEmpty else { return nil }
    }

    private static func place(_ address: String, _ standard: Int) -> (host: String, port: Int)? {
        guard let match = address.wholeMatch(of: /\w+:\/\/(?:\[([^\]]+)\]|([^:\/]+))(?::(\d{1,5}))?\/?/) else { return nil }
        return (String(match.1 ?? match.2 ?? ""), match.3.flatMap { Int($0) } ?? standard)
    }
}
