package import Civil
import Crypto
import Foundation
import Organization

/// A letter as it leaves the console: Vietnamese text in NFC (TCVN 6909:2001), plain and as HTML, perhaps an entry for a
/// calendar; one recipient. `Letter` says what each of them means.
package struct Mail: Hashable, Sendable {
    package let from: String
    package let toName: String
    package let toAddress: String
    package let subject: String
    package let body: String
    package let thread: String?
    package let calendar: CalendarPart?
    package let unsubscribe: String?
    /// What makes it the same letter when it is sent again after a crash: its Message-ID follows from this and the date.
    package let key: String
    /// When it was written, however late it is sent.
    package let date: Instant

    package init(
        from: String, toName: String, toAddress: String, subject: String, body: String,
        thread: String? = nil, calendar: CalendarPart? = nil, unsubscribe: String? = nil, key: String, date: Instant
    ) {
        self.from = from
        self.toName = toName
        self.toAddress = toAddress
        self.subject = subject
        self.body = body
        self.thread = thread
        self.calendar = calendar
        self.unsubscribe = unsubscribe
        self.key = key
        self.date = date
    }

    /// The address that letters come from: the setting; where that is empty, the name with which the console signs in
    /// to the mail server, if it is an address; else one that says what it is.
    package static func sender(setting: String, user: String?) -> String {
        if !setting.isEmpty { return setting }
        if let user, !user.isEmpty, Setting.deliverySender.problem(with: user) == nil { return user }
        return "trucban@ninhbinh.gov.vn"
    }

    /// `<hex@domain>`: the same for the same letter, whoever sends it.
    package var messageID: String { identifier(Mail.digest(of: key, date: date)) }

    private func identifier(_ digest: String) -> String {
        let domain = Mail.singleLine(from).split(separator: "@").last.map(String.init) ?? "localhost"
        return "<\(digest)@\(domain)>"
    }

    /// What a letter is known by: the first half of its Message-ID.
    static func digest(of key: String, date: Instant) -> String { digest("\(key) \(date.microseconds)") }

    private static func digest(_ text: String) -> String {
        hexadecimal(Array(SHA256.hash(data: Array(text.utf8)).prefix(16)))
    }

    /// The message of RFC 5322, header and body, lines ended by CRLF. Every header value that people wrote is an encoded
    /// word (RFC 2047), in which there is no line end to smuggle another header in. `Auto-Submitted` (RFC 3834) keeps
    /// answering machines from answering.
    package var message: [UInt8] {
        let content = content
        let headers =
            [
                "Date: \(Mail.date(date))",
                "From: \(Mail.mailbox(name: "Trực Ban", address: from))",
                "To: \(Mail.mailbox(name: toName, address: toAddress))",
                "Subject: \(Mail.encodedWords(subject))",
                "Message-ID: \(messageID)",
            ] + threadFields + ["Auto-Submitted: auto-generated"] + unsubscribeFields + ["MIME-Version: 1.0"] + content.fields
        return Array((headers + [""] + content.lines + [""]).joined(separator: "\r\n").utf8)
    }

    /// Letters of one thread answer a letter that nobody wrote: mail programs put together what has the same root, whichever
    /// of the letters somebody got (RFC 5322 §3.6.4).
    private var threadFields: [String] {
        guard let thread else { return [] }
        let root = identifier(Mail.digest("thread \(thread)"))
        return ["In-Reply-To: \(root)", "References: \(root)"]
    }

    private var unsubscribeFields: [String] {
        guard let unsubscribe, unsubscribe.wholeMatch(of: /https:\/\/[!-;=?-~]+/) != nil else { return [] }
        return ["List-Unsubscribe: <\(unsubscribe)>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
    }

    /// Programs show the last alternative that they understand (RFC 2046 §5.1.4). An entry for the calendar is there twice:
    /// as an alternative for programs that know invitations (RFC 6047), and as a file for the others.
    private var content: MailPart {
        var alternatives = [
            MailPart("text/plain; charset=utf-8", body.precomposedStringWithCanonicalMapping),
            MailPart("text/html; charset=utf-8", LetterPage(body).html),
        ]
        var parts: [MailPart] = []
        if let calendar {
            alternatives.append(MailPart("text/calendar; charset=utf-8; method=\(calendar.method.name)", calendar.text))
            parts.append(
                MailPart(
                    "application/ics; name=\"\(calendarFile)\"", calendar.text,
                    disposition: "attachment; filename=\"\(calendarFile)\""))
        }
        let boundary = Mail.digest("boundary \(messageID)")
        let text = MailPart("alternative", of: alternatives, boundary: "\(boundary)-alternative")
        return MailPart("mixed", of: [text] + parts, boundary: "\(boundary)-mixed")
    }

    /// Letters and digits only, as Điều 8.4 names files: `TB20260003.ics`.
    private var calendarFile: String {
        let name = (thread ?? "").filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return "\(name.isEmpty ? "lich" : String(name.prefix(46))).ics"
    }

    /// The address stands on a line of its own, because a line with encoded words has at most 76 characters.
    private static func mailbox(name: String, address: String) -> String {
        let words = encodedWords(name)
        return words.isEmpty ? "<\(singleLine(address))>" : "\(words)\r\n <\(singleLine(address))>"
    }

    /// Encoded words of at most 64 characters, cut between characters, folded over several lines (RFC 2047 §2): with the
    /// longest name of a header before it, no line is longer than 76. Nothing for an empty text, which no encoded word
    /// can hold.
    static func encodedWords(_ text: String) -> String {
        var words: [String] = []
        var chunk = ""
        for scalar in singleLine(text).precomposedStringWithCanonicalMapping.unicodeScalars {
            if chunk.utf8.count + UTF8.width(scalar) > 39 {
                words.append(chunk)
                chunk = ""
            }
            chunk.unicodeScalars.append(scalar)
        }
        if !chunk.isEmpty { words.append(chunk) }
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    static func singleLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    /// `Tue, 24 Nov 2026 09:00:00 +0700` (RFC 5322 §3.3), in Vietnam's time.
    static func date(_ instant: Instant) -> String {
        let day = CivilDate(inVietnam: instant)
        let second = instant.seconds - day.startInVietnam.seconds
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(weekdays[day.weekday - 1]), \(day.day) \(months[day.month - 1]) \(day.year) "
            + "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)) +0700"
    }
}
