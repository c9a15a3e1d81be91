import Foundation

/// A network of IP addresses as people write it: `10.0.0.0/8`, `fd00::/8`; an address alone is a network of one
/// (RFC 4632, RFC 4291).
package struct IPNetwork: Hashable, Sendable {
    /// 4 bytes of an IPv4 address or 16 of an IPv6 address, in network order.
    private let bytes: [UInt8]
    /// How many bits from the front all its addresses have in common.
    private let length: Int

    /// - Returns: nil for what is no network, and for one with bits behind its length (`10.0.0.1/8`), which somebody has
    ///   meant otherwise.
    package init?(_ text: String) {
        let sides = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Self.address(String(sides[0])) else { return nil }
        var length = bytes.count * 8
        if sides.count == 2 {
            guard sides[1].wholeMatch(of: /\d{1,3}/) != nil, let told = Int(sides[1]), told <= length else { return nil }
            length = told
        }
        let isClean = (length..<bytes.count * 8).allSatisfy { bytes[$0 / 8] & (0x80 >> UInt8($0 % 8)) == 0 }
        guard isClean else { return nil }
        self.bytes = bytes
        self.length = length
    }

    /// - Returns: The bytes of an address in network order; nil for what is none.
    package static func address(_ text: String) -> [UInt8]? {
        var (four, sixteen) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        if inet_pton(AF_INET6, text, &sixteen) == 1 { return withUnsafeBytes(of: sixteen) { Array($0) } }
        return nil
    }

    /// - Parameter address: As `address` gives it. An IPv4 address is in no IPv6 network.
    package func contains(_ address: [UInt8]) -> Bool {
        guard address.count == bytes.count else { return false }
        return (0..<length).allSatisfy { bit in
            (address[bit / 8] ^ bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }

    /// Networks in a text, between blanks or commas.
    /// - Returns: Those that are networks, and what is none.
    package static func list(_ text: String) -> (networks: [IPNetwork], unfit: [String]) {
        let words = text.split { $0.isWhitespace || $0 == "," || $0 == ";" }.map(String.init)
        return (words.compactMap { IPNetwork($0) }, words.filter { IPNetwork($0) == nil })
    }
}
