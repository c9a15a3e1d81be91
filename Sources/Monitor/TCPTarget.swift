import Database
import Organization
import Web

/// A TCP connection. Without words it is opened and closed again; with words, something is sent and something must come.
package struct TCPTarget: Hashable, Sendable {
    package var host: String
    package var port: Int
    /// What is sent once the connection stands, `\r`, `\n`, `\t` and `\\` as they are written here.
    package var send: String
    /// What must stand in the first 64 KB that come; empty when nothing is waited for.
    package var expect: String

    package init(host: String, port: Int, send: String = "", expect: String = "") {
        (self.host, self.port, self.send, self.expect) = (host, port, send, expect)
    }

    /// The bytes that `send` means.
    var sent: [UInt8] { Self.bytes(send) }
    /// The bytes that `expect` means.
    var expected: [UInt8] { Self.bytes(expect) }

    private static func bytes(_ text: String) -> [UInt8] {
        let signs: [Character: String] = ["r": "\r", "n": "\n", "t": "\t", "\\": "\\"]
        var (result, isEscaped) = ("", false)
        // A form sends its line breaks as CR LF or LF, and both are one character here.
        for character in text {
            if isEscaped {
                result += signs[character] ?? "\\\(character)"
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
            }
        }
        return Array((isEscaped ? result + "\\" : result).utf8)
    }
}

extension TCPTarget: TargetKind {
    static let label = "Kết nối TCP"
    static let about = "Mở một kết nối TCP. Tốt khi kết nối được và, nếu có ghi, khi máy chủ trả lời đúng chữ đang chờ."
    static let proposed = TCPTarget(host: "", port: 443)

    static func fieldsets(_ form: Form) -> [TargetFieldset] {
        [
            TargetFieldset(
                legend: "Kết nối TCP", about: about,
                fields: [
                    .host, .port,
                    TargetField(
                        name: "send", label: "Gửi", help: "Để trống khi không gửi gì. Xuống dòng viết là \\r\\n."),
                    TargetField(
                        name: "expect", label: "Chờ nhận", help: "Chữ phải có trong trả lời, ví dụ 220 hoặc +PONG. Để trống khi không chờ."),
                ])
        ]
    }

    var target: Target { .tcp(self) }
    var address: String { hostAndPort(host, port) }

    var problems: [Refusal.Problem] {
        var problems = hostProblems(host, port: port)
        problems += [
            Refusal.tooLong("send", "Gửi", send, maximum: 1000), Refusal.tooLong("expect", "Chờ nhận", expect, maximum: 1000),
        ].compactMap { $0 }
        return problems
    }

    init?(_ form: inout Form) {
        guard let port = form.integer("port", "Cổng", 1...65535) else { return nil }
        self.init(host: form["host"], port: port, send: form["send"], expect: form["expect"])
    }

    var typed: [String: String] { ["host": host, "port": "\(port)", "send": send, "expect": expect] }

    /// What is sent may be a password.
    var audited: [String: String?] {
        ["send": send.isEmpty ? nil : redacted, "expect": expect.isEmpty ? nil : expect]
    }

    private struct Spec: Codable {
        var send: String?
        var expect: String?
    }

    init(stored: StoredTarget) throws {
        let spec = try stored.spec.decode(Spec.self)
        self.init(host: stored.host ?? "", port: stored.port ?? 0, send: spec.send ?? "", expect: spec.expect ?? "")
    }

    func stored() throws -> StoredTarget {
        var stored = try StoredTarget(Spec(send: send.isEmpty ? nil : send, expect: expect.isEmpty ? nil : expect))
        (stored.host, stored.port) = (host, port)
        return stored
    }
}
