import CCurl
import Civil
import Foundation

extension EasyHandle {
    /// When each certificate of the chain that the server showed expires, its own first.
    var certificateExpiries: [Instant] {
        guard let chain = easy_get_certificates(pointer) else { return [] }
        return (0..<Int(chain.pointee.num_of_certs)).compactMap { number in
            var entry = chain.pointee.certinfo[number]
            while let current = entry {
                // Most of what libcurl tells of a certificate is long, and none of it is wanted here.
                if strncmp(current.pointee.data, Self.expiry, Self.expiry.utf8.count) == 0 {
                    return Self.instant(String(cString: current.pointee.data).dropFirst(Self.expiry.count))
                }
                entry = current.pointee.next
            }
            return nil
        }
    }

    private static let expiry = "Expire date:"

    /// Reads OpenSSL's `Nov 24 02:00:00 2026 GMT`.
    private static func instant(_ text: Substring) -> Instant? {
        let seconds = curl_getdate(String(text), nil)
        return seconds < 0 ? nil : Instant(seconds: Int64(seconds))
    }
}
