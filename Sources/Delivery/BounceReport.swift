import Foundation

/// What a mail server reports of a letter that it took and could not deliver (RFC 3464). Nothing else is one: an answering
/// machine's letter, somebody's reply, a receipt have no such report in them, and change nothing.
package struct BounceReport: Hashable, Sendable {
    package enum Action: String, Sendable {
        /// It will not be delivered.
        case failed
        /// It is still being tried.
        case delayed
    }

    package let action: Action
    /// Addresses of whom it concerns, in lower case: as the letter had it, and as it was in the end.
    package let recipients: [String]
    /// What the server says: its status (RFC 3463) and the other server's words.
    package let diagnostic: String
    /// What stands before the @ of the letter's own Message-ID; nil: nothing of it was returned.
    package let digest: String?
    /// Where the report was sent to: perhaps the address that the letter named for it.
    package let addressees: [String]

    /// More than anybody reads.
    private static let longest = 1000

    /// - Parameters:
    ///   - bytes: A whole message, or the body of a `multipart/report`.
    ///   - type: The `Content-Type` of that body; nil for a whole message.
    /// - Returns: nil for everything that is no such report, or reports only of what went well.
    package init?(_ bytes: [UInt8], type: String? = nil) {
        let message = ReceivedMessage(bytes, type: type)
        guard message.type == "multipart/report" else { return nil }
        let parts = message.parts
        guard let status = parts.first(where: { $0.type.wholeMatch(of: /message\/(global-)?delivery-status/) != nil }) else { return nil }
        // The first block is about the message; the others are about one recipient each, and a letter of ours has one.
        let concerned = status.blocks.dropFirst().lazy.compactMap { fields -> (Action, Fields)? in
            let fields = Fields(fields)
            return Action(rawValue: (fields["action"] ?? "").lowercased()).map { ($0, fields) }
        }
        guard let (action, fields) = concerned.first(where: { $0.0 == .failed }) ?? concerned.first else { return nil }
        self.action = action
        recipients = ["original-recipient", "final-recipient"].compactMap { fields[$0].map(Self.address) }
        let words = [fields["status"], fields["diagnostic-code"].map(Self.behindType)].compactMap(\.self)
        diagnostic = String(Mail.singleLine(words.joined(separator: " ")).precomposedStringWithCanonicalMapping.prefix(Self.longest))
        digest = parts.dropFirst().lazy.filter { $0.type.hasSuffix("rfc822") || $0.type.hasSuffix("rfc822-headers") }
            .compactMap { $0.blocks.first.flatMap { Fields($0)["message-id"] } }
            .compactMap { $0.firstMatch(of: /<([0-9a-f]{32})@/).map { String($0.1) } }.first
        addressees = message.fields.filter { ["to", "delivered-to", "x-original-to"].contains($0.name) }.flatMap { field in
            field.value.matches(of: /[^\s<>,;:"]+@[^\s<>,;:"]+/).map { String($0.0) }
        }
    }

    private struct Fields {
        let fields: [(name: String, value: String)]

        init(_ fields: [(name: String, value: String)]) {
            self.fields = fields
        }

        subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    }

    /// `rfc822; binh@yenkhanh.example`
    private static func address(_ value: String) -> String {
        behindType(value).trimmingCharacters(in: CharacterSet(charactersIn: "<> ")).lowercased()
    }

    /// What follows the type of a value, as in `smtp; 550 5.1.1 unknown`.
    private static func behindType(_ value: String) -> String {
        let sides = value.split(separator: ";", maxSplits: 1)
        return (sides.count == 2 ? String(sides[1]) : value).trimmingCharacters(in: .whitespaces)
    }
}
