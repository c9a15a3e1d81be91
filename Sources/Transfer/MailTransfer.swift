/// A letter on its way to a mail server (RFC 5321).
package struct MailTransfer: Hashable, Sendable {
    package let server: MailServer
    /// The envelope's addresses: where bounces go, and who gets it.
    package let from: String
    package let to: [String]
    /// Header and body (RFC 5322), every line ended by CRLF. Lines that begin with a dot are taken care of here.
    package let message: [UInt8]
    /// From the beginning to the server's last word.
    package var timeout = Duration.seconds(60)

    package init(server: MailServer, from: String, to: [String], message: [UInt8]) {
        self.server = server
        self.from = from
        self.to = to
        self.message = message
    }
}
