package import Civil
import Crypto
import Foundation

/// A letter as it leaves the console: plain text in Vietnamese, one recipient.
package struct Mail: Hashable, Sendable {
    package let from: String
    package let toName: String
    package let toAddress: String
    package let subject: String
    package let body: String
    /// What makes it the same letter when it is sent again after a crash: its Message-ID follows from this.
    package let key: String
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

    /// `<hex@domain>`: the same for the same key, whoever sends it.
    package var messageID: String {
        let digest = SHA256.hash(data: Array(key.utf8)).prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        let domain = from.split(separator: "@").last.map(String.init) ?? "localhost"
        return "<\(digest.joined())@\(domain)>"
    }

    /// The message of RFC 5322, header and body, lines ended by CRLF. Every header value that people wrote is an encoded
    /// word (RFC 2047), in which there is no line end to smuggle another header in. `Auto-Submitted` (RFC 3834) keeps
    /// answering machines from answering.
    package var message: [UInt8] {
        let headers = [
            "Date: \(Mail.date(date))",
            "From: \(Mail.encodedWord("Trực Ban")) <\(Mail.singleLine(from))>",
            "To: \(Mail.encodedWord(toName)) <\(Mail.singleLine(toAddress))>",
            "Subject: \(Mail.encodedWord(subject))",
            "Message-ID: \(messageID)",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",
        ]
        let encoded = Data(body.replacing("\n", with: "\r\n").utf8).base64EncodedString()
        let lines = stride(from: 0, to: encoded.utf8.count, by: 76).map { start in
            String(decoding: Array(encoded.utf8)[start..<min(start + 76, encoded.utf8.count)], as: UTF8.self)
        }
        return Array((headers + [""] + lines + [""]).joined(separator: "\r\n").utf8)
    }

    /// Encoded words of at most 75 characters, cut between letters, folded over several lines (RFC 2047 §2).
    static func encodedWord(_ text: String) -> String {
        var words: [String] = []
        var chunk = ""
        for character in singleLine(text) {
            if chunk.utf8.count + String(character).utf8.count > 42 {
                words.append(chunk)
                chunk = ""
            }
            chunk.append(character)
        }
        words.append(chunk)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    static func singleLine(_ text: String) -> String {
        String(text.unicodeScalars.filter { $0.properties.generalCategory != .control }.map(Character.init))
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
