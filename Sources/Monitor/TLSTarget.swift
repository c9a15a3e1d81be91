import Database
import Organization
import Web

/// A server's certificate, on any port that speaks TLS from the first byte: trusted, made out to this name, and far
/// enough from its end, as is every other certificate of the chain that the server shows.
package struct TLSTarget: Hashable, Sendable, Codable {
    package var host: String
    package var port: Int
    /// Fewer days left make the target fail; 0: only what has ended fails.
    package var minimumDays: Int

    package init(host: String, port: Int = 443, minimumDays: Int = 0) {
        (self.host, self.port, self.minimumDays) = (host, port, minimumDays)
    }
}

extension TLSTarget: TargetKind {
    static let label = "Chứng thư số TLS"
    static let about =
        "Xem chứng thư số mà máy chủ đưa ra: còn hạn, đúng tên, được tin cậy, cả chuỗi. Báo trước 30, 14, 7 và 1 ngày."
    static let proposed = TLSTarget(host: "")

    static func fieldsets(_ form: Form) -> [TargetFieldset] {
        [
            TargetFieldset(
                legend: "Chứng thư số TLS", about: about,
                fields: [
                    .host, .port,
                    TargetField(
                        name: "minimum_days", label: "Coi là lỗi khi còn ít hơn (ngày)",
                        help: "0: chỉ lỗi khi đã hết hạn.", control: .number, isRequired: true),
                ])
        ]
    }

    var target: Target { .tls(self) }
    var address: String { hostAndPort(host, port) }

    var problems: [Refusal.Problem] {
        hostProblems(host, port: port)
            + ((0...365).contains(minimumDays)
                ? [] : [.init(field: "minimum_days", text: "Số ngày còn lại: cần từ 0 đến 365.")])
    }

    init?(_ form: inout Form) {
        let days = form.integer("minimum_days", "Số ngày còn lại", 0...365)
        guard let port = form.integer("port", "Cổng", 1...65535), let days else { return nil }
        self.init(host: form["host"], port: port, minimumDays: days)
    }

    var typed: [String: String] { ["host": host, "port": "\(port)", "minimum_days": "\(minimumDays)"] }
    var audited: [String: String?] { ["minimum_days": "\(minimumDays)"] }

    init(stored: StoredTarget) throws {
        self = try stored.spec.decode()
    }

    func stored() throws -> StoredTarget {
        var stored = try StoredTarget(self)
        (stored.host, stored.port) = (host, port)
        return stored
    }
}
