package import Organization

/// A letter to be written into the outbox.
package struct Letter: Hashable, Sendable {
    /// What makes it the same letter however often it is asked for.
    package let key: String
    /// Code of the record on whose page the result stands: `TB-2026-0003`.
    package let about: String
    /// Nil for somebody who belongs to no agency, or is written to as themselves.
    package let agency: Agency.ID?
    package let recipientName: String
    package let recipientAddress: String
    package let subject: String
    /// Plain text, which says the same as HTML too (`LetterPage`).
    package let body: String
    /// What the letters of one conversation have in common, for mail programs that show them together: the record's code.
    package var thread: String?
    /// What is put into the recipient's calendar.
    package var calendar: CalendarPart?
    /// Where the recipient says that no more of these are wanted: an `https` address whose page asks and which takes a
    /// POST without asking (RFC 2369, RFC 8058); another address is left out. Only for letters that nobody must get: what
    /// the regulation orders cannot be cancelled.
    package var unsubscribe: String?

    package init(
        key: String, about: String, agency: Agency.ID?, recipientName: String, recipientAddress: String,
        subject: String, body: String, thread: String? = nil, calendar: CalendarPart? = nil, unsubscribe: String? = nil
    ) {
        self.key = key
        self.about = about
        self.agency = agency
        self.recipientName = recipientName
        self.recipientAddress = recipientAddress
        self.subject = subject
        self.body = body
        self.thread = thread
        self.calendar = calendar
        self.unsubscribe = unsubscribe
    }
}
