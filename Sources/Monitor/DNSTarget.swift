import Database
import Organization
import Web

/// A question to a DNS server and the answer that it must give.
package struct DNSTarget: Hashable, Sendable, Codable {
    package enum Record: String, CaseIterable, Sendable, Codable {
        case a = "A"
        case aaaa = "AAAA"
        case mx = "MX"
        case txt = "TXT"
        case cname = "CNAME"
    }

    package var name: String
    package var record: Record
    /// `host` or `host:port`; empty for the server that this machine itself asks.
    package var server: String
    /// Each must stand among the answers; with none, any answer is good.
    package var expected: [String]

    package init(name: String, record: Record = .a, server: String = "", expected: [String] = []) {
        (self.name, self.record, self.server, self.expected) = (name, record, server, expected)
    }

    /// Where the question goes, when a server was chosen.
    var place: (host: String, port: Int)? {
        guard let match = server.wholeMatch(of: /\[([0-9A-Fa-f:.]+)\](?::(\d{1,5}))?|([^:\s]+)(?::(\d{1,5}))?|([0-9A-Fa-f:.]+)/)
        else { return nil }
        let host = String(match.1 ?? match.3 ?? match.5 ?? "")
        let port = (match.2 ?? match.4).map { Int($0) ?? 0 } ?? 53
        return isHostName(host) && (1...65535).contains(port) ? (host, port) : nil
    }
}

extension DNSTarget: TargetKind {
    static let label = "Tên miền (DNS)"
    static let about = "Hỏi một máy chủ tên miền. Tốt khi có trả lời và mọi giá trị đang chờ đều nằm trong trả lời."
    static let proposed = DNSTarget(name: "")

    static func fieldsets(_ form: Form) -> [TargetFieldset] {
        [
            TargetFieldset(
                legend: "Tên miền (DNS)", about: about,
                fields: [
                    TargetField(
                        name: "dns_name", label: "Tên miền", help: "Ví dụ qlvb.ninhbinh.gov.vn.", isRequired: true),
                    TargetField(
                        name: "record", label: "Loại bản ghi",
                        control: .choice(Record.allCases.map { ($0.rawValue, $0.rawValue) })),
                    TargetField(
                        name: "server", label: "Máy chủ được hỏi",
                        help: "Ví dụ 8.8.8.8 hoặc 10.0.0.2:5353. Để trống: máy chủ mà hệ điều hành này dùng."),
                    TargetField(
                        name: "expected", label: "Giá trị phải có",
                        help: "Mỗi dòng một giá trị, như 10.0.0.5 hoặc “10 mail.vn” cho MX. Để trống: có trả lời là tốt.",
                        control: .lines(3)),
                ])
        ]
    }

    var target: Target { .dns(self) }
    var address: String { "\(name) \(record.rawValue)" + (server.isEmpty ? "" : " @\(server)") }

    var problems: [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        if DNSMessage.encoded(name: name) == nil || name.contains(":") {
            problems.append(.init(field: "dns_name", text: "Tên miền: cần một tên như qlvb.ninhbinh.gov.vn."))
        }
        if !server.isEmpty, place == nil {
            problems.append(.init(field: "server", text: "Máy chủ được hỏi: cần viết dạng 8.8.8.8 hoặc máy:cổng."))
        }
        if expected.count > 20 || expected.contains(where: { $0.unicodeScalars.count > 500 }) {
            problems.append(.init(field: "expected", text: "Giá trị phải có: tối đa 20 dòng, mỗi dòng 500 ký tự."))
        }
        return problems
    }

    init?(_ form: inout Form) {
        let record = form.choice("record", "Loại bản ghi", Record.self)
        let name = form.required("dns_name", "Tên miền", maximum: 253)
        guard let record, let expected = lines(&form, "expected", "Giá trị phải có", { $0 }) else { return nil }
        self.init(name: name, record: record, server: form["server"].trimmingSpaces, expected: expected)
    }

    var typed: [String: String] {
        ["dns_name": name, "record": record.rawValue, "server": server, "expected": expected.joined(separator: "\n")]
    }
    var audited: [String: String?] {
        ["expected": expected.isEmpty ? nil : expected.joined(separator: "\n")]
    }

    init(stored: StoredTarget) throws {
        self = try stored.spec.decode()
    }

    func stored() throws -> StoredTarget {
        var stored = try StoredTarget(self)
        stored.host = name
        return stored
    }
}
