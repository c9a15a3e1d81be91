/// One request to a server, as a probe makes it and a webhook: on a connection of its own, with a full TLS handshake, through no proxy.
package struct Transfer: Hashable, Sendable {
    /// Which of a name's addresses are tried.
    package enum Family: Hashable, Sendable { case any, v4, v6 }

    /// `http://…` or `https://…`; redirects cannot lead to another scheme.
    package var url: String
    package var method = "GET"
    /// Lines like `Accept: text/html`, added to libcurl's own or in the place of them.
    package var headers: [String] = []
    /// From the beginning to the end of everything, redirects included; at least a millisecond.
    package var timeout = Duration.seconds(10)
    package var family = Family.any
    /// At most ten times.
    package var followsRedirects = false
    /// Whether a POST that is sent on by 301 or 302 stays one; else it becomes a GET there, as in a browser.
    package var keepsPostOnRedirect = false
    package var verifiesTLS = true
    /// Which addresses may be connected to; nil: all.
    package var addressGuard: AddressGuard?
    /// Opens a TCP connection to the URL's host and port, sends nothing, and closes it at once.
    package var connectsOnly = false
    /// How many bytes of the body are kept. Reading stops at the first byte beyond: that is no error, and the outcome says
    /// `isCut`. With 0 the transfer is over when the body begins.
    package var bodyLimit = 1 << 20
    /// What is sent with the request; nil for nothing.
    package var body: [UInt8]?
    /// Whether the outcome tells the answer's header.
    package var keepsHeaders = false
    /// Cookies to begin with, as an `Outcome` has them; nil: cookies are neither sent nor kept.
    package var cookies: [String]?

    package init(url: String) {
        self.url = url
    }
}
