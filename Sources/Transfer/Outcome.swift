import CCurl
package import Civil

/// What came of a transfer. libcurl counts every time from the beginning of the transfer; a phase that was not reached is
/// zero, and after redirects each is the sum over all requests.
package struct Outcome: Sendable {
    /// A `CURLcode` of `curl/curl.h`: 0 when the conversation went as it should, whatever the status.
    package var code: Int32 = 0
    /// What went wrong, in libcurl's words; empty when nothing did.
    package var message = ""
    /// The `errno` of the last connection that could not be made; 0 for none.
    package var systemError: Int32 = 0
    /// HTTP's status; for mail the server's last reply code (RFC 5321 §4.2): 4xx may pass, 5xx will not. 0 without an answer.
    package var status = 0
    package var body: [UInt8] = []
    /// Whether the body went on beyond the limit.
    package var isCut = false
    /// Lines of the last answer's header, the status line aside, when the transfer asked for them.
    package var headers: [String] = []
    /// Whether the header was more than anybody wants (`Flight.headerLimit`); the transfer was ended there.
    package var isHeaderCut = false
    /// All cookies known at the end, each in libcurl's own writing; only for a transfer that keeps them.
    package var cookies: [String] = []
    /// A mail server's last reply as it said it, its code included; empty for HTTP.
    package var reply = ""
    /// After which time an HTTP server wants to be asked again (RFC 9110 §10.2.3); nil: it says nothing of it.
    package var retryAfter: Duration?
    /// An address that the transfer's guard did not let it connect to; another address of the same name may have done.
    package var refusedAddress: String?
    package var resolved = Duration.zero
    package var connected = Duration.zero
    /// After the TLS handshake; zero without TLS.
    package var secured = Duration.zero
    package var firstByte = Duration.zero
    package var total = Duration.zero
    /// When the server's own certificate expires. libcurl tells it once the chain was verified, or not asked for: a name
    /// that does not match still has it, a chain that is not trusted or has expired does not.
    package var certificateExpiresAt: Instant?
    /// When the first certificate of the chain that the server showed expires, its own or another.
    package var chainExpiresAt: Instant?

    package init() {}

    /// The task was cancelled or the loop stopped.
    package var isCancelled: Bool { code == Self.cancelled.code }

    static let cancelled = Outcome(CURLE_ABORTED_BY_CALLBACK, "cancelled")

    init(_ code: CURLcode, _ message: String? = nil) {
        self.code = Int32(bitPattern: code.rawValue)
        self.message = message ?? String(cString: curl_easy_strerror(code))
    }
}
