/// A conversation with a mail server in which no letter is handed in: greeting, EHLO, perhaps STARTTLS, QUIT (RFC 5321,
/// RFC 3207).
package struct MailGreeting: Hashable, Sendable {
    /// `smtp://host:port`, or `smtps://…` where TLS is spoken from the first byte.
    package var url: String
    /// Goes no further without STARTTLS.
    package var asksForTLS = true
    package var verifiesTLS = true
    package var family = Transfer.Family.any
    package var timeout = Duration.seconds(10)

    package init(url: String) {
        self.url = url
    }
}
