import Crypto
import CryptoExtras
import Foundation

/// Passwords are kept as scrypt hashes (RFC 7914) with the parameters beside them, so that stronger parameters apply
/// from each person's next sign-in on.
package struct Password: Sendable {
    /// Cost of one hash. Memory is 128 × `rounds` × `blockSize` bytes.
    package struct Cost: Hashable, Sendable {
        /// Scrypt's N: a power of two.
        package let rounds: Int
        package let blockSize: Int
        package let parallelism: Int

        package init(rounds: Int, blockSize: Int = 8, parallelism: Int) {
            self.rounds = rounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// 32 MiB a hash, three passes: the third of OWASP's equivalent recommendations (2024).
        package static let standard = Cost(rounds: 1 << 15, parallelism: 3)
    }

    /// What was wrong with a chosen password, in the reader's words; nil when nothing was.
    package static func problem(with password: String, of username: String) -> Refusal.Problem? {
        if password.unicodeScalars.count < 12 {
            return .init(field: "password", text: "Mật khẩu cần ít nhất 12 ký tự.")
        }
        if password.utf8.count > 1024 {
            return .init(field: "password", text: "Mật khẩu quá dài (tối đa 1.024 byte).")
        }
        if password.lowercased() == username.lowercased() {
            return .init(field: "password", text: "Mật khẩu không được trùng tên đăng nhập.")
        }
        return nil
    }

    /// `scrypt$rounds$blockSize$parallelism$salt$hash`, the last two in base64.
    static func hash(_ password: String, cost: Cost, salt: [UInt8]) throws -> String {
        let key = try derive(password, cost: cost, salt: salt)
        let fields = [
            "scrypt", String(cost.rounds), String(cost.blockSize), String(cost.parallelism),
            Data(salt).base64EncodedString(), Data(key).base64EncodedString(),
        ]
        return fields.joined(separator: "$")
    }

    /// Whether `password` made `stored`, compared in constant time, and with what cost.
    static func verify(_ password: String, against stored: String) throws -> (matches: Bool, cost: Cost)? {
        let fields = stored.split(separator: "$")
        guard fields.count == 6, fields[0] == "scrypt",
            let rounds = Int(fields[1]), let blockSize = Int(fields[2]), let parallelism = Int(fields[3]),
            let salt = Data(base64Encoded: String(fields[4])), let expected = Data(base64Encoded: String(fields[5]))
        else { return nil }
        let cost = Cost(rounds: rounds, blockSize: blockSize, parallelism: parallelism)
        let actual = try derive(password, cost: cost, salt: Array(salt))
        return (constantTimeEqual(actual, Array(expected)), cost)
    }

    private static func derive(_ password: String, cost: Cost, salt: [UInt8]) throws -> [UInt8] {
        // One normal form, so that the same Vietnamese letters typed on another keyboard are the same password.
        let bytes = Array(password.precomposedStringWithCanonicalMapping.utf8)
        let key = try KDF.Scrypt.deriveKey(
            from: bytes, salt: salt, outputByteCount: 32, rounds: cost.rounds, blockSize: cost.blockSize,
            parallelism: cost.parallelism)
        return key.withUnsafeBytes { Array($0) }
    }

    private static func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
