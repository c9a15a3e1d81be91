/// Whether a text can stand as an address in a letter's header: one `@`, a domain of at least two parts, nothing that
/// would begin another header or another address (RFC 5321 §4.1.2, without its quoted forms). Whether somebody reads
/// what is sent there, only sending tells.
package func isEmailAddress(_ text: String) -> Bool {
    text.count <= 254 && text.wholeMatch(of: /[^@\s<>,;"]+@[A-Za-z0-9.\-]+\.[A-Za-z0-9\-]+/) != nil
}
