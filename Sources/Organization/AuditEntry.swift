package import Civil
import Crypto
package import Database

/// One line of the audit trail, as it is stored.
package struct AuditEntry: Hashable, Sendable {
    package let seq: Int64
    package let at: Instant
    package let actor: String
    package let actorName: String
    package let address: String?
    package let action: String
    package let subject: String
    package let before: String?
    package let after: String?
    package let previousHash: [UInt8]
    package let hash: [UInt8]

    /// How long a subject may be, in bytes of UTF-8.
    package static let longestSubject = 500

    /// What the first entry is linked to.
    package static let genesis = [UInt8](repeating: 0, count: 32)

    /// SHA-256 over the canonical encoding: each field as a netstring (`length:bytes,` with the length in bytes of
    /// UTF-8; `-,` for a field that is absent) in the order of the columns, the time in microseconds since 1970, and last
    /// the hash of the entry before, in hexadecimal. The SQL function `audit_append` computes the same.
    package var expectedHash: [UInt8] {
        var encoding: [UInt8] = []
        for field in [
            String(seq), String(at.microseconds), actor, actorName, address, action, subject, before, after,
            hexadecimal(previousHash),
        ] {
            if let bytes = field.map({ Array($0.utf8) }) {
                encoding += Array("\(bytes.count):".utf8) + bytes + Array(",".utf8)
            } else {
                encoding += Array("-,".utf8)
            }
        }
        return Array(SHA256.hash(data: encoding))
    }
}

extension AuditEntry: PostgresRow {
    package static var columns: String {
        "seq, at, actor, actor_name, address, action, subject, before, after, previous_hash, hash"
    }

    package init(row: inout RowReader) throws {
        seq = try row.read()
        at = try row.read()
        actor = try row.read()
        actorName = try row.read()
        address = try row.read()
        action = try row.read()
        subject = try row.read()
        before = try row.read()
        after = try row.read()
        previousHash = try row.read()
        hash = try row.read()
    }
}

/// Lower-case hexadecimal, two digits a byte.
package func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
