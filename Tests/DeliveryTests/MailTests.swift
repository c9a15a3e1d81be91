import Civil
import Foundation
import Testing

@testable import Delivery

/// The letter itself: RFC 5322, RFC 2047.
struct MailTests {
    private static let written = Instant(seconds: 1_795_485_600)

    private func mail(
        from: String = "trucban@ninhbinh.example", name: String = "Nguyễn Văn Bình",
        address: String = "xayenkhanh@example.vn", subject: String = "[TB-2026-0001] Nâng cấp máy chủ",
        body: String = "Kính gửi", key: String = "notice:TB-2026-0001:published:1", date: Instant = written
    ) -> Mail {
        Mail(from: from, toName: name, toAddress: address, subject: subject, body: body, key: key, date: date)
    }

    /// Lines of the head as they are sent.
    private func head(_ mail: Mail) -> [String] {
        let text = String(decoding: mail.message, as: UTF8.self)
        return text.components(separatedBy: "\r\n\r\n")[0].components(separatedBy: "\r\n")
    }

    /// One field, unfolded and decoded.
    private func field(_ name: String, of mail: Mail) -> String? {
        var value: String?
        for line in head(mail) {
            if line.hasPrefix("\(name): ") {
                value = String(line.dropFirst(name.count + 2))
            } else if let begun = value {
                guard line.hasPrefix(" ") else { break }
                value = begun + line
            }
        }
        // Blanks between two encoded words are not part of the text (RFC 2047 §6.2).
        return value?.replacing(/\?= +=\?/, with: "?==?").replacing(/=\?utf-8\?B\?([^?]+)\?=/) { match in
            String(decoding: Data(base64Encoded: String(match.1)) ?? Data(), as: UTF8.self)
        }
    }

    private func body(_ mail: Mail) throws -> String {
        let text = String(decoding: mail.message, as: UTF8.self)
        // The header of the letter, the header of its first part, that part.
        let part = text.components(separatedBy: "\r\n\r\n")[2]
        let encoded = part.components(separatedBy: "\r\n--")[0].replacing("\r\n", with: "")
        return String(decoding: try #require(Data(base64Encoded: encoded)), as: UTF8.self)
    }

    @Test func aLetterSaysWhoWhomAndWhen() throws {
        let mail = mail(body: "Kính gửi UBND xã Yên Khánh,\n.\n..hai chấm\nHết.")
        #expect(field("From", of: mail) == "Trực Ban <trucban@ninhbinh.example>")
        #expect(field("To", of: mail) == "Nguyễn Văn Bình <xayenkhanh@example.vn>")
        #expect(field("Subject", of: mail) == "[TB-2026-0001] Nâng cấp máy chủ")
        #expect(field("Date", of: mail) == "Tue, 24 Nov 2026 09:00:00 +0700")
        #expect(field("Content-Type", of: mail)?.hasPrefix("multipart/alternative; boundary=") == true)
        #expect(field("Auto-Submitted", of: mail) == "auto-generated")
        #expect(try body(mail) == "Kính gửi UBND xã Yên Khánh,\r\n.\r\n..hai chấm\r\nHết.")
    }

    @Test(arguments: [
        (1_795_485_599, "Tue, 24 Nov 2026 08:59:59 +0700"), (1_798_736_399, "Thu, 31 Dec 2026 23:59:59 +0700"),
        (1_798_736_400, "Fri, 1 Jan 2027 00:00:00 +0700"), (1_835_341_447, "Mon, 28 Feb 2028 16:04:07 +0700"),
    ])
    func dates(seconds: Int64, expected: String) {
        #expect(Mail.date(Instant(seconds: seconds)) == expected)
    }

    @Test func bothNormalFormsMakeTheSameLetter() throws {
        let text = "Nâng cấp phần mềm Trực Ban, đường dây nóng"
        let composed = text.precomposedStringWithCanonicalMapping
        let decomposed = text.decomposedStringWithCanonicalMapping
        #expect(Array(composed.utf8) != Array(decomposed.utf8))
        let letters = [composed, decomposed].map { mail(name: $0, subject: $0, body: $0) }
        #expect(letters[0].message == letters[1].message)
        #expect(Array(try #require(field("Subject", of: letters[1])).utf8) == Array(composed.utf8))
    }

    @Test(arguments: [1, 39, 40, 41, 80, 300])
    func aLongSubjectIsFolded(length: Int) throws {
        let subject = String(String(repeating: "Nghị định về đường dây nóng ", count: 12).prefix(length))
        let mail = mail(name: subject, subject: subject)
        #expect(field("Subject", of: mail) == subject)
        #expect(field("To", of: mail) == "\(subject) <xayenkhanh@example.vn>")
        for line in head(mail) where line.contains("=?") { #expect(line.utf8.count <= 76, "\(line)") }
    }

    @Test func oneLetterLongerThanALineIsFoldedToo() throws {
        let stack = "e" + String(repeating: "\u{301}", count: 60)
        let mail = mail(subject: stack)
        #expect(field("Subject", of: mail) == stack)
        for line in head(mail) where line.contains("=?") { #expect(line.utf8.count <= 76, "\(line)") }
    }

    @Test(arguments: ["\r\nBcc: x@y.example", "\nBcc: x@y.example", "\rBcc: x@y.example", "\u{0}\r\n\r\nBcc: x@y.example"])
    func nothingSmugglesAHeaderIn(poison: String) {
        let mail = mail(
            from: "trucban@ninhbinh.example" + poison, name: "Bình" + poison, address: "binh@example.vn" + poison,
            subject: "Thư" + poison, key: "k" + poison)
        let lines = head(mail)
        #expect(!lines.contains { $0.hasPrefix("Bcc") })
        // Every line is one of ours, or goes on with one of ours.
        let names = [
            "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
        ]
        #expect(lines.filter { !$0.hasPrefix(" ") }.map { String($0.prefix { $0 != ":" }) } == names)
        #expect(String(decoding: mail.message, as: UTF8.self).unicodeScalars.filter { $0 == "\r" || $0 == "\n" }.count % 2 == 0)
    }

    @Test func whereNobodyIsNamedTheAddressStandsAlone() {
        #expect(field("To", of: mail(name: "")) == "<xayenkhanh@example.vn>")
    }

    @Test func theMessageIDFollowsFromTheLetterAlone() {
        let first = mail()
        #expect(first.messageID == mail(name: "Người khác", subject: "Khác", body: "Khác").messageID)
        #expect(first.messageID != mail(key: "notice:TB-2026-0001:published:2").messageID)
        // The same code in another installation, or another year's demonstration.
        #expect(first.messageID != mail(date: Self.written + .seconds(1)).messageID)
        #expect(first.messageID.wholeMatch(of: /<[0-9a-f]{32}@ninhbinh\.example>/) != nil)
    }

    @Test(arguments: [
        ("trucban@skhcn.example", "thu@skhcn.example", "trucban@skhcn.example"),
        ("", "thu@skhcn.example", "thu@skhcn.example"), ("", "trucban", "trucban@ninhbinh.gov.vn"),
        ("", nil, "trucban@ninhbinh.gov.vn"), ("", "", "trucban@ninhbinh.gov.vn"),
    ] as [(String, String?, String)])
    func whoSends(setting: String, user: String?, expected: String) {
        #expect(Mail.sender(setting: setting, user: user) == expected)
    }
}
