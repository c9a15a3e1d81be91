import Civil
import Database
import Foundation

/// One report of a job.
struct Ping: Hashable, Sendable {
    enum Kind: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case start, success, fail, log

        var label: String {
            switch self {
            case .start: "Bắt đầu"
            case .success: "Thành công"
            case .fail: "Báo lỗi"
            case .log: "Ghi chú"
            }
        }
    }

    /// So much of a body is kept.
    static let bodyLimit = 10_000

    let address: PingAddress
    /// The run that it belongs to, where the job says so.
    var rid: UUID?
    var method = "GET"
    /// Where it came from.
    var source = ""
    var userAgent = ""
    /// Nil for a ping without one.
    var body: [UInt8]?
}

/// Which heartbeat a path names, and what it says of it: the paths of Healthchecks' ping API.
struct PingAddress: Hashable, Sendable {
    enum Target: Hashable, Sendable {
        case code(UUID)
        case slug(key: String, String)

        var code: UUID? { if case .code(let code) = self { code } else { nil } }
        var key: String? { if case .slug(let key, _) = self { key } else { nil } }
        var slug: String? { if case .slug(_, let slug) = self { slug } else { nil } }
        /// By which pings are put in order.
        var name: String { code?.uuidString ?? "\(key ?? "")/\(slug ?? "")" }
    }

    /// Why a path says nothing.
    enum Mistake: Error {
        case unknown
        /// An exit status above 255.
        case exitStatus
    }

    let target: Target
    let kind: Ping.Kind
    let exitStatus: Int?

    /// - Parameter segments: What stands behind `/ping/`.
    init(_ segments: [String]) throws(Mistake) {
        var rest = segments[...]
        let first = rest.popFirst() ?? ""
        // The canonical form only; `UUID` reads nothing else.
        if let code = UUID(uuidString: first) {
            target = .code(code)
        } else {
            guard PingKey.isKey(first), let slug = rest.popFirst(), HeartbeatDraft.isSlug(slug) else { throw .unknown }
            target = .slug(key: first, slug)
        }
        guard let said = rest.popFirst() else {
            (kind, exitStatus) = (.success, nil)
            return
        }
        guard rest.isEmpty else { throw .unknown }
        switch said {
        case "start": (kind, exitStatus) = (.start, nil)
        case "fail": (kind, exitStatus) = (.fail, nil)
        case "log": (kind, exitStatus) = (.log, nil)
        default:
            guard !said.isEmpty, said.allSatisfy({ $0.isASCII && $0.isNumber }) else { throw .unknown }
            guard let status = Int(said), status <= 255 else { throw .exitStatus }
            (kind, exitStatus) = (status == 0 ? .success : .fail, status)
        }
    }
}

/// The secret of an agency's jobs, or of the whole system's: with it they may report by slug.
enum PingKey {
    static func isKey(_ text: String) -> Bool {
        text.utf8.count == 22 && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}

/// A ping as it stands in the log.
struct LoggedPing: Hashable, Sendable, PostgresRow {
    let number: Int64
    let at: Instant
    let kind: Ping.Kind
    let exitStatus: Int?
    let rid: UUID?
    let duration: Duration?
    let method: String
    let source: String
    let userAgent: String
    let body: [UInt8]?
    /// False when it came while measuring was paused.
    let isCounted: Bool

    static var columns: String {
        """
        p.number, p.at, p.kind, p.exit_status, p.rid, p.duration_us, p.method, p.address, p.user_agent, p.body, p.is_counted
        """
    }

    init(row: inout RowReader) throws {
        number = try row.read()
        at = try row.read()
        kind = try row.read()
        exitStatus = try row.read()
        rid = try row.read()
        duration = try row.read(Int64?.self).map { .microseconds($0) }
        method = try row.read()
        source = try row.read()
        userAgent = try row.read()
        body = try row.read()
        isCounted = try row.read()
    }
}
