import Database
import Organization
import Web

/// A mail server that greets, says what it can (EHLO) and, where asked, goes over to TLS. No letter is handed in.
package struct SMTPTarget: Hashable, Sendable, Codable {
    package enum Encryption: String, CaseIterable, Sendable, Codable {
        case startTLS = "starttls"
        case implicit = "tls"
        case none = "none"

        var label: String {
            switch self {
            case .startTLS: "STARTTLS (bắt buộc)"
            case .implicit: "TLS từ đầu (cổng 465)"
            case .none: "Không mã hóa"
            }
        }
    }

    package var host: String
    package var port: Int
    package var encryption: Encryption
    package var verifiesTLS: Bool

    package init(host: String, port: Int = 587, encryption: Encryption = .startTLS, verifiesTLS: Bool = true) {
        (self.host, self.port, self.encryption, self.verifiesTLS) = (host, port, encryption, verifiesTLS)
    }
}

extension SMTPTarget: TargetKind {
    static let label = "Máy chủ thư (SMTP)"
    static let about = "Chào máy chủ thư (EHLO, STARTTLS) rồi từ biệt (QUIT); không gửi thư nào."
    static let proposed = SMTPTarget(host: "")

    static func fieldsets(_ form: Form) -> [TargetFieldset] {
        [
            TargetFieldset(
                legend: "Máy chủ thư (SMTP)", about: about,
                fields: [
                    .host, .port,
                    TargetField(
                        name: "encryption", label: "Mã hóa",
                        control: .choice(Encryption.allCases.map { ($0.rawValue, $0.label) })),
                    .verifyTLS,
                ])
        ]
    }

    var target: Target { .smtp(self) }
    var address: String { hostAndPort(host, port) }
    var problems: [Refusal.Problem] { hostProblems(host, port: port) }

    init?(_ form: inout Form) {
        let encryption = form.choice("encryption", "Mã hóa", Encryption.self)
        guard let port = form.integer("port", "Cổng", 1...65535), let encryption else { return nil }
        self.init(host: form["host"], port: port, encryption: encryption, verifiesTLS: !form["verify_tls"].isEmpty)
    }

    var typed: [String: String] {
        [
            "host": host, "port": "\(port)", "encryption": encryption.rawValue, "verify_tls": verifiesTLS ? "yes" : "",
        ]
    }
    var audited: [String: String?] { ["encryption": encryption.rawValue, "verify_tls": "\(verifiesTLS)"] }

    init(stored: StoredTarget) throws {
        self = try stored.spec.decode()
    }

    func stored() throws -> StoredTarget {
        var stored = try StoredTarget(self)
        (stored.host, stored.port) = (host, port)
        return stored
    }
}
