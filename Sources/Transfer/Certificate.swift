import CCurl
import Civil

extension EasyHandle {
    /// The day on which the server's own certificate, the first of its chain, expires.
    var certificateExpiresAt: Instant? {
        guard let chain = easy_get_certificates(pointer), chain.pointee.num_of_certs > 0 else { return nil }
        var entry = chain.pointee.certinfo[0]
        while let current = entry {
            let text = String(cString: current.pointee.data)
            if text.hasPrefix(Self.expiry) { return Self.instant(text.dropFirst(Self.expiry.count)) }
            entry = current.pointee.next
        }
        return nil
    }

    private static let expiry = "Expire date:"

    /// Reads OpenSSL's `Nov 24 02:00:00 2026 GMT`.
    private static func instant(_ text: Substring) -> Instant? {
        let seconds = curl_getdate(String(text), nil)
        return seconds < 0 ? nil : Instant(seconds: Int64(seconds))
    }
}
