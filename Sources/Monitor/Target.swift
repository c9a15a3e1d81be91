import Database

/// What a monitor looks at.
package enum Target: Hashable, Sendable {
    case http(HTTPTarget)
    /// A TCP connection that is opened and closed again.
    case tcp(host: String, port: Int)

    package enum Kind: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case http, tcp

        package var label: String {
            switch self {
            case .http: "HTTP(S)"
            case .tcp: "Kết nối TCP"
            }
        }
    }

    package var kind: Kind {
        switch self {
        case .http: .http
        case .tcp: .tcp
        }
    }

    /// The address as people write it: a URL, or `host:port`.
    package var address: String {
        switch self {
        case .http(let target): target.url
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    /// Whether the target speaks TLS, so that its certificate can be watched.
    package var isEncrypted: Bool {
        if case .http(let target) = self { target.url.lowercased().hasPrefix("https:") } else { false }
    }
}

/// An HTTP(S) request and what counts as a good answer to it.
package struct HTTPTarget: Hashable, Sendable {
    package enum Method: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case options = "OPTIONS"
    }

    package struct Header: Hashable, Sendable, Codable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Text that must, or must not, stand in the first megabyte of the body.
    package struct Keyword: Hashable, Sendable {
        package let text: String
        package let isExpected: Bool

        package init(text: String, isExpected: Bool) {
            self.text = text
            self.isExpected = isExpected
        }
    }

    package var url: String
    package var method = Method.get
    package var headers: [Header] = []
    package var acceptedStatuses = StatusRanges.standard
    package var keyword: Keyword?
    package var followsRedirects = true
    package var verifiesTLS = true

    package init(url: String) {
        self.url = url
    }
}

extension Target {
    /// Reads `kind` to `verify_tls` of `Monitor.columns`.
    init(row: inout RowReader) throws {
        let kind = try row.read(Kind.self)
        let (url, host, port) = (try row.read(String?.self), try row.read(String?.self), try row.read(Int?.self))
        var http = HTTPTarget(url: url ?? "")
        http.method = try row.read()
        http.headers = try row.read(JSONText.self).decode([HTTPTarget.Header].self)
        http.acceptedStatuses = StatusRanges(try row.read(String.self)) ?? .standard
        let (keyword, isExpected) = (try row.read(String?.self), try row.read(Bool.self))
        http.keyword = keyword.map { HTTPTarget.Keyword(text: $0, isExpected: isExpected) }
        http.followsRedirects = try row.read()
        http.verifiesTLS = try row.read()
        self = kind == .http ? .http(http) : .tcp(host: host ?? "", port: port ?? 0)
    }
}
