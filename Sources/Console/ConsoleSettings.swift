import Configuration
import Foundation
import Transfer
import Web

/// What the environment says, read once. Everything below Console takes plain values.
struct ConsoleSettings: Sendable {
    /// Nil: a private PostgreSQL cluster under `data`.
    let databaseURL: String?
    let data: String
    let host: String
    let port: Int
    /// The address that people type, without a slash at its end.
    let baseURL: String?
    /// Nil: no letters are sent; they wait in the outbox.
    let mailServer: MailServer?
    /// From where this process looks at its targets; nil: from the console's own place.
    let location: String?
    /// At least 32 characters; nil: one is made and kept under `data`.
    let secret: String?

    /// A value that the console cannot start with. The process ends with 78 (EX_CONFIG of sysexits.h).
    struct Invalid: Error, CustomStringConvertible {
        let variable: String
        let value: String
        let expected: String

        var description: String { "\(variable): giá trị “\(value)” không dùng được; cần \(expected)." }
    }

    static let variables = [
        "TRUCBAN_DATABASE_URL", "TRUCBAN_DATA", "TRUCBAN_HOST", "TRUCBAN_PORT", "TRUCBAN_BASE_URL", "TRUCBAN_SMTP_URL",
        "TRUCBAN_LOCATION", "TRUCBAN_SECRET",
    ]

    init(environment: [String: String]) throws(Invalid) {
        for name in environment.keys.sorted() where name.hasPrefix("TRUCBAN_") && !Self.variables.contains(name) {
            throw Invalid(
                variable: name, value: environment[name] ?? "",
                expected: "bỏ biến này, vì Trực Ban chỉ biết \(Self.variables.joined(separator: ", "))")
        }
        let reader = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: environment))
        func text(_ key: ConfigKey) -> String? {
            reader.string(forKey: key).flatMap { $0.isEmpty ? nil : $0 }
        }
        databaseURL = try Self.url(
            text("trucban.database.url"), "TRUCBAN_DATABASE_URL", schemes: ["postgres", "postgresql"],
            secret: true, example: "postgresql://trucban@db1,db2/trucban?target_session_attrs=read-write")
        data = text("trucban.data") ?? ".trucban"
        host = text("trucban.host") ?? "127.0.0.1"
        port = try Self.port(text("trucban.port") ?? "8080")
        let base = try Self.url(
            text("trucban.base.url"), "TRUCBAN_BASE_URL", schemes: ["http", "https"],
            example: "https://trucban.ninhbinh.gov.vn")
        baseURL = base.map { String($0.trimmingSuffix { character in character == "/" }) }
        mailServer = try Self.mailServer(text("trucban.smtp.url"))
        location = text("trucban.location").map { FormText.normalized($0) }
        secret = text("trucban.secret")
        if let secret, secret.utf8.count < 32 {
            throw Invalid(variable: "TRUCBAN_SECRET", value: "***", expected: "ít nhất 32 ký tự ngẫu nhiên")
        }
    }

    private static func port(_ text: String) throws(Invalid) -> Int {
        guard let port = Int(text), (1...65535).contains(port) else {
            throw Invalid(variable: "TRUCBAN_PORT", value: text, expected: "một số từ 1 đến 65535")
        }
        return port
    }

    private static func mailServer(_ text: String?) throws(Invalid) -> MailServer? {
        guard let text else { return nil }
        guard let server = MailServer(url: text) else {
            // The value may hold a password.
            throw Invalid(
                variable: "TRUCBAN_SMTP_URL", value: "***",
                expected: "một địa chỉ như smtp://ten:matkhau@thu.ninhbinh.gov.vn:587?starttls=required hoặc smtps://thu.ninhbinh.gov.vn")
        }
        return server
    }

    /// - Parameter secret: The value may hold a password, so a complaint does not repeat it.
    private static func url(
        _ text: String?, _ variable: String, schemes: [String], secret: Bool = false, example: String
    ) throws(Invalid) -> String? {
        guard let text else { return nil }
        // Several hosts in one URL are right for libpq and wrong for URLComponents, so only the beginning is looked at.
        let isKnown = schemes.contains { text.hasPrefix("\($0)://") && text.count > $0.count + 3 }
        guard isKnown else {
            throw Invalid(variable: variable, value: secret ? "***" : text, expected: "một địa chỉ như \(example)")
        }
        return text
    }
}

extension StringProtocol {
    /// The text without what fits at its end.
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> SubSequence {
        var end = endIndex
        while end > startIndex, predicate(self[index(before: end)]) { end = index(before: end) }
        return self[..<end]
    }
}
