import Database

/// An entry for the recipient's calendar, as a letter carries it (iMIP, RFC 6047).
package struct CalendarPart: Hashable, Sendable {
    /// What the recipient's calendar does with it (RFC 5546).
    package enum Method: String, Sendable, PostgresEncodable, PostgresDecodable {
        /// Enters it, or changes the entry with the same UID and a lower SEQUENCE.
        case request
        /// Takes the entry out.
        case cancel
        /// Shows it to whoever wants to keep it; nobody is asked to attend.
        case publish

        /// As the METHOD property and the parameter of `text/calendar` say it; the two must agree (RFC 6047 §2.4).
        var name: String { rawValue.uppercased() }
    }

    package let method: Method
    /// A whole iCalendar object (RFC 5545), from BEGIN:VCALENDAR to END:VCALENDAR, with the same METHOD.
    package let text: String

    package init(method: Method, text: String) {
        self.method = method
        self.text = text
    }
}
