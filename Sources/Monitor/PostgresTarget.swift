import Database
import Organization
import Web

/// A PostgreSQL server that lets this user in and answers one statement, which may only read.
package struct PostgresTarget: Hashable, Sendable, Codable {
    package var host: String
    package var port: Int
    package var database: String
    package var user: String
    /// No page shows it and no trail keeps it.
    package var password: String
    package var statement: String
    /// The first column of the first row, as text; empty when any answer is good.
    package var expected: String
    /// TLS with a verified certificate.
    package var verifiesTLS: Bool

    package init(
        host: String, port: Int = 5432, database: String, user: String, password: String = "",
        statement: String = "SELECT 1", expected: String = "", verifiesTLS: Bool = false
    ) {
        (self.host, self.port, self.database, self.user) = (host, port, database, user)
        (self.password, self.statement, self.expected) = (password, statement, expected)
        self.verifiesTLS = verifiesTLS
    }

    /// Where the password would be told.
    private var recipient: [String] { [host, "\(port)", database, user] }
}

extension PostgresTarget: TargetKind {
    static let label = "PostgreSQL"
    static let about = "Đăng nhập cơ sở dữ liệu và chạy một câu lệnh chỉ đọc. Tốt khi chạy được và ra đúng giá trị."
    static let proposed = PostgresTarget(host: "", database: "", user: "")

    static func fieldsets(_ form: Form) -> [TargetFieldset] {
        [
            TargetFieldset(
                legend: "PostgreSQL", about: about,
                fields: [
                    .host, .port,
                    TargetField(name: "database", label: "Cơ sở dữ liệu", isRequired: true),
                    TargetField(
                        name: "user", label: "Tài khoản", help: "Nên là tài khoản chỉ đọc, dành riêng cho giám sát.",
                        isRequired: true),
                    TargetField(
                        name: "password", label: "Mật khẩu",
                        help:
                            "Không hiện lại, kể cả sau “Thử ngay”, và không ghi vào nhật ký. Khi sửa, để trống là giữ như cũ nếu máy và tài khoản không đổi.",
                        control: .password),
                    TargetField(name: "verify_tls", label: "Bắt buộc TLS và kiểm tra chứng thư số", control: .tick),
                    TargetField(
                        name: "statement", label: "Câu lệnh", help: "Một câu lệnh, chạy trong giao dịch chỉ đọc.",
                        control: .lines(3), isRequired: true),
                    TargetField(
                        name: "expected_value", label: "Giá trị phải ra",
                        help: "Cột đầu của dòng đầu, ví dụ t hoặc 42. Để trống: chạy được là tốt."),
                ])
        ]
    }

    var target: Target { .postgres(self) }
    var address: String { "\(hostAndPort(host, port))/\(database)" }

    var problems: [Refusal.Problem] {
        var problems = hostProblems(host, port: port)
        if database.isEmpty { problems.append(.init(field: "database", text: "Cơ sở dữ liệu: cần nhập.")) }
        if user.isEmpty { problems.append(.init(field: "user", text: "Tài khoản: cần nhập.")) }
        if statement.isEmpty { problems.append(.init(field: "statement", text: "Câu lệnh: cần nhập.")) }
        problems += [
            Refusal.tooLong("database", "Cơ sở dữ liệu", database, maximum: 63),
            Refusal.tooLong("user", "Tài khoản", user, maximum: 63),
            Refusal.tooLong("password", "Mật khẩu", password, maximum: 500),
            Refusal.tooLong("statement", "Câu lệnh", statement, maximum: 2000),
            Refusal.tooLong("expected_value", "Giá trị phải ra", expected, maximum: 500),
        ].compactMap { $0 }
        return problems
    }

    init?(_ form: inout Form) {
        let port = form.integer("port", "Cổng", 1...65535)
        guard let port else { return nil }
        self.init(
            host: form["host"], port: port, database: form["database"], user: form["user"], password: form["password"],
            statement: form["statement"], expected: form["expected_value"], verifiesTLS: !form["verify_tls"].isEmpty)
    }

    var typed: [String: String] {
        [
            "host": host, "port": "\(port)", "database": database, "user": user, "statement": statement,
            "expected_value": expected, "verify_tls": verifiesTLS ? "yes" : "",
        ]
    }

    var secrets: [String: String] { ["password": password] }

    var audited: [String: String?] {
        [
            "user": user, "password": password.isEmpty ? nil : redacted, "statement": statement,
            "expected_value": expected.isEmpty ? nil : expected, "verify_tls": "\(verifiesTLS)",
        ]
    }

    init(stored: StoredTarget) throws {
        self = try stored.spec.decode()
    }

    func stored() throws -> StoredTarget {
        var stored = try StoredTarget(self)
        (stored.host, stored.port) = (host, port)
        return stored
    }

    /// A password goes on to the same user of the same server only: who may edit must not be able to send it elsewhere.
    func keepingSecrets(of before: Target) -> Self {
        guard password.isEmpty, case .postgres(let before) = before, before.recipient == recipient,
            verifiesTLS || !before.verifiesTLS
        else { return self }
        var kept = self
        kept.password = before.password
        return kept
    }
}
