import Database
import Organization
import Transfer
import Web

/// What a monitor looks at. Each kind is a file of its own (`HTTPTarget`, `DNSTarget`, …) that says all of it: its
/// value, its checks, its fields in the form, how it is stored; its prober stands beside it.
package enum Target: Hashable, Sendable {
    case http(HTTPTarget)
    case tcp(TCPTarget)
    case tls(TLSTarget)
    case dns(DNSTarget)
    case smtp(SMTPTarget)
    case postgres(PostgresTarget)
    case icmp(ICMPTarget)
    case journey(JourneyTarget)

    package enum Kind: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case http, tcp, tls, dns, smtp, postgres, icmp, journey

        var type: any TargetKind.Type {
            switch self {
            case .http: HTTPTarget.self
            case .tcp: TCPTarget.self
            case .tls: TLSTarget.self
            case .dns: DNSTarget.self
            case .smtp: SMTPTarget.self
            case .postgres: PostgresTarget.self
            case .icmp: ICMPTarget.self
            case .journey: JourneyTarget.self
            }
        }

        package var label: String { type.label }
    }

    package var kind: Kind {
        switch self {
        case .http: .http
        case .tcp: .tcp
        case .tls: .tls
        case .dns: .dns
        case .smtp: .smtp
        case .postgres: .postgres
        case .icmp: .icmp
        case .journey: .journey
        }
    }

    var particulars: any TargetKind {
        switch self {
        case .http(let target): target
        case .tcp(let target): target
        case .tls(let target): target
        case .dns(let target): target
        case .smtp(let target): target
        case .postgres(let target): target
        case .icmp(let target): target
        case .journey(let target): target
        }
    }

    /// The address as people write it: a URL, `host:port`, a name.
    package var address: String { particulars.address }

    /// Whether the target speaks TLS, so that its certificate can be watched.
    package var isEncrypted: Bool {
        switch self {
        case .http(let target): target.url.lowercased().hasPrefix("https:")
        case .tls: true
        case .smtp(let target): target.encryption != .none
        case .journey(let target): target.steps.contains { $0.url.lowercased().hasPrefix("https:") }
        case .tcp, .dns, .postgres, .icmp: false
        }
    }
}

/// What a kind of target says of itself.
protocol TargetKind: Hashable, Sendable {
    static var label: String { get }
    /// One sentence above the fields: what is looked at, and when that is good.
    static var about: String { get }
    /// The target as it is proposed to who makes a new monitor of this kind.
    static var proposed: Self { get }
    /// - Parameter form: What was typed so far; some kinds ask for more the more there is.
    static func fieldsets(_ form: Form) -> [TargetFieldset]

    var target: Target { get }
    var address: String { get }
    /// What is not fit, named after the fields.
    var problems: [Refusal.Problem] { get }
    /// Notes in `form` what cannot be read.
    init?(_ form: inout Form)
    /// What the fields show; secrets excepted where a page must not hold them.
    var typed: [String: String] { get }
    /// Fields of which no page shows what they hold.
    var secrets: [String: String] { get }
    /// What the audit trail keeps; secrets redacted.
    var audited: [String: String?] { get }
    init(stored: StoredTarget) throws
    func stored() throws -> StoredTarget
    /// The target with the secrets that the form did not show, and that were left as they were.
    func keepingSecrets(of before: Target) -> Self
}

extension TargetKind {
    var secrets: [String: String] { [:] }
    func keepingSecrets(of before: Target) -> Self { self }
}

/// A target as the table `monitors` holds it: `kind` to `spec` of `Monitor.columns`. What has no column of its own
/// stands in `spec`.
struct StoredTarget: Sendable {
    var url: String?
    var host: String?
    var port: Int?
    var method = HTTPTarget.Method.get
    var headers: [HTTPTarget.Header] = []
    var acceptedStatuses = StatusRanges.standard
    var keyword: HTTPTarget.Keyword?
    var followsRedirects = true
    var verifiesTLS = true
    var spec: JSONText

    init(spec: JSONText) {
        self.spec = spec
    }

    /// - Parameter particulars: What has no column.
    init(_ particulars: some Encodable) throws {
        spec = try JSONText(encoding: particulars)
    }
}

extension Target {
    init(row: inout RowReader) throws {
        let kind = try row.read(Kind.self)
        let (url, host, port) = (try row.read(String?.self), try row.read(String?.self), try row.read(Int?.self))
        let (method, headers) = (try row.read(HTTPTarget.Method.self), try row.read(JSONText.self))
        let statuses = StatusRanges(try row.read(String.self)) ?? .standard
        let (keyword, isExpected) = (try row.read(String?.self), try row.read(Bool.self))
        let (follows, verifies) = (try row.read(Bool.self), try row.read(Bool.self))
        var stored = StoredTarget(spec: try row.read())
        (stored.url, stored.host, stored.port) = (url, host, port)
        (stored.method, stored.headers) = (method, try headers.decode([HTTPTarget.Header].self))
        (stored.acceptedStatuses, stored.followsRedirects, stored.verifiesTLS) = (statuses, follows, verifies)
        stored.keyword = keyword.map { HTTPTarget.Keyword(text: $0, isExpected: isExpected) }
        self = try kind.type.init(stored: stored).target
    }
}

/// A name or an address as DNS (RFC 1123) and IPv4/IPv6 write them; whether it exists is for the probe to find out.
func isHostName(_ text: String) -> Bool {
    text.count <= 253
        && (text.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9_.\-]*[A-Za-z0-9])?/) != nil
            || text.wholeMatch(of: /[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/) != nil)
}

/// A host and a port as people write them together.
func hostAndPort(_ host: String, _ port: Int) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
}

/// The two fields that most kinds have.
func hostProblems(_ host: String, port: Int? = nil) -> [Refusal.Problem] {
    var problems: [Refusal.Problem] = []
    if !isHostName(host) {
        problems.append(.init(field: "host", text: "Máy: cần một tên miền hoặc địa chỉ IP, ví dụ qlvb.ninhbinh.gov.vn."))
    }
    if let port, !(1...65535).contains(port) {
        problems.append(.init(field: "port", text: "Cổng: cần một số nguyên từ 1 đến 65535."))
    }
    return problems
}
