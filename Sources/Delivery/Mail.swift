package import Civil
import Crypto
import Foundation
import Organization

/// A letter as it leaves the console: plain text in Vietnamese, in NFC (TCVN 6909:2001), one recipient.
package struct Mail: Hashable, Sendable {
    package let from: String
    package let toName: String
    package let toAddress: String
    package let subject: String
    package let body: String
    /// What makes it the same letter when it is sent again after a crash: its Message-ID follows from this and the date.
    package let key: String
    /// When it was written, however late it is sent.
    package let date: Instant

    package init(
        from: String, toName: String, toAddress: String, subject: String, body: String, key: String, date: Instant
    ) {
        self.from = from
        self.toName = toName
        self.toAddress = toAddress
        self.subject = subject
        self.body = body
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
    package var messageID: String {
        let digest = hexadecimal(Array(SHA256.hash(data: Array("\(key) \(date.microseconds)".utf8)).prefix(16)))
        let domain = Mail.singleLine(from).split(separator: "@").last.map(String.init) ?? "localhost"
        return "<\(digest)@\(domain)>"
    }

    /// The message of RFC 5322, header and body, lines ended by CRLF. Every header value that people wrote is an encoded
    /// word (RFC 2047), in which there is no line end to smuggle another header in. `Auto-Submitted` (RFC 3834) keeps
    /// answering machines from answering.
    package var message: [UInt8] {
        let headers = [
            "Date: \(Mail.date(date))",
            "From: \(Mail.mailbox(name: "Trực Ban", address: from))",
            "To: \(Mail.mailbox(name: toName, address: toAddress))",
            "Subject: \(Mail.encodedWords(subject))",
            "Message-ID: \(messageID)",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",
        ]
        let text = body.precomposedStringWithCanonicalMapping.replacing("\n", with: "\r\n")
        let encoded = Array(Data(text.utf8).base64EncodedString().utf8)
        let lines = stride(from: 0, to: encoded.count, by: 76).map { start in
            String(decoding: encoded[start..<min(start + 76, encoded.count)], as: UTF8.self)
        }
        return Array((headers + [""] + lines + [""]).joined(separator: "\r\n").utf8)
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
