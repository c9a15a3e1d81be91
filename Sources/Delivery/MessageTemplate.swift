import Foundation

/// A text in which `{{to}}`, `{{text}}` and `{{code}}` stand for what is sent.
enum MessageTemplate {
    /// How a value must be written so that it stays a value where it stands.
    enum Escape: Hashable, Sendable {
        /// Within the quotes of a JSON string (RFC 8259 §7).
        case json
        /// In a URL or a form (RFC 3986).
        case percent
        case none
    }

    static let names = ["to", "text", "code"]

    /// Names in a template that stand for nothing.
    static func unknown(in template: String) -> [String] {
        template.matches(of: /\{\{([^{}]*)\}\}/).map { String($0.1) }.filter { !names.contains($0) }
    }

    /// What is put in is not looked at again: a text with `{{to}}` in it stays as it is.
    static func filled(_ template: String, _ values: [String: String], as escape: Escape) -> String {
        template.replacing(/\{\{([^{}]*)\}\}/) { match in
            values[String(match.1)].map { escaped($0, as: escape) } ?? String(match.0)
        }
    }

    private static func escaped(_ value: String, as escape: Escape) -> String {
        switch escape {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.withoutEscapingSlashes]
            // A text always encodes.
            return String(decoding: ((try? encoder.encode(value)) ?? Data("\"\"".utf8)).dropFirst().dropLast(), as: UTF8.self)
        case .percent: return value.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
        case .none: return value
        }
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
