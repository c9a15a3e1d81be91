import Database
import Organization
import Web

/// A machine that answers an echo request (RFC 792, RFC 4443).
package struct ICMPTarget: Hashable, Sendable, Codable {
    package var host: String

    package init(host: String) {
        self.host = host
    }
}

extension ICMPTarget: TargetKind {
    static let label = "Ping (ICMP)"
    static let about =
        "Gửi một gói ICMP echo. Tốt khi máy trả lời. Cần hệ điều hành cho phép: sysctl net.ipv4.ping_group_range."
    static let proposed = ICMPTarget(host: "")

    static func fieldsets(_ form: Form) -> [TargetFieldset] {
        [TargetFieldset(legend: "Ping (ICMP)", about: about, fields: [.host])]
    }

    var target: Target { .icmp(self) }
    var address: String { host }
    var problems: [Refusal.Problem] { hostProblems(host) }

    init?(_ form: inout Form) {
        self.init(host: form["host"])
    }

    var typed: [String: String] { ["host": host] }
    var audited: [String: String?] { [:] }

    init(stored: StoredTarget) throws {
        self = try stored.spec.decode()
    }

    func stored() throws -> StoredTarget {
        var stored = try StoredTarget(self)
        stored.host = host
        return stored
    }
}
