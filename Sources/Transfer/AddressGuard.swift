package import Civil

/// Which addresses a transfer may connect to whose URL somebody else has chosen, so that nobody can have the console talk to
/// what only the console can reach. It looks at each address after the name was resolved, for every connection that libcurl
/// opens: a name that resolves otherwise the second time, and a redirect, get no further than the URL itself.
package struct AddressGuard: Hashable, Sendable {
    /// Networks that may be connected to although they are nobody's in public.
    package let allowed: [IPNetwork]

    package init(allowed: [IPNetwork]) {
        self.allowed = allowed
    }

    /// - Parameter address: 4 or 16 bytes in network order.
    package func refuses(_ address: [UInt8]) -> Bool {
        let embedded = Self.embedded(in: address)
        if allowed.contains(where: { $0.contains(address) || embedded.map($0.contains) ?? false }) { return false }
        guard address.count == 16 else { return Self.internal.contains { $0.contains(address) } }
        // A translator of the network's own stands before the address within (RFC 6052).
        if let embedded, Self.translated.contains(where: { $0.contains(address) }) { return refuses(embedded) }
        return !Self.global.contains { $0.contains(address) } || Self.special.contains { $0.contains(address) }
    }

    /// The IPv4 address within an IPv6 address that only stands for it.
    private static func embedded(in address: [UInt8]) -> [UInt8]? {
        (mapped + translated).contains { $0.contains(address) } ? Array(address.suffix(4)) : nil
    }

    private static func networks(_ texts: String...) -> [IPNetwork] { texts.compactMap { IPNetwork($0) } }

    /// What is no host on the internet (IANA's special-purpose registry, RFC 6890): this host, private, shared (CGNAT),
    /// loopback, link-local, protocols, examples, the old 6to4 relays, benchmarks, multicast, reserved.
    private static let `internal` = networks(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4")
    private static let mapped = networks("::ffff:0:0/96")
    private static let translated = networks("64:ff9b::/96")
    /// Where hosts on the internet are; loopback, link-local, unique local and multicast lie outside.
    private static let global = networks("2000::/3")
    /// Within it: protocols and tunnels (Teredo, ORCHID), examples, 6to4.
    private static let special = networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
}
