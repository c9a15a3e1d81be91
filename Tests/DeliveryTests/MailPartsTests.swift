import Civil
import Foundation
import TestKit
import Testing

@testable import Delivery

/// Letters of several parts, read by another program than ours: Python's `email`.
struct MailPartsTests {
    /// A part as Python found it, outermost first, each before what is in it.
    private struct Part: Decodable {
        let type: String
        let parameters: [String: String]
        let disposition: String?
        let file: String?
        let text: String?
    }

    private struct Reading: Decodable {
        let fields: [String: String]
        let parts: [Part]
        let defects: Int
    }

    private static let script = """
        import base64, email, email.policy, json, sys
        letter = email.message_from_bytes(base64.b64decode(sys.argv[1]), policy=email.policy.default)
        print(json.dumps({
            "fields": {name: str(value) for name, value in letter.items()},
            "defects": sum(len(part.defects) for part in letter.walk()),
            "parts": [{
                "type": part.get_content_type(), "parameters": {name: value for name, value in part.get_params()[1:]},
                "disposition": part.get_content_disposition(), "file": part.get_filename(),
                "text": None if part.is_multipart() else part.get_payload(decode=True).decode()} for part in letter.walk()]}))
        """

    private static let event = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Nâng cấp\r\nEND:VCALENDAR\r\n"

    private func mail(
        body: String = "Kính gửi\nHết.", thread: String? = nil, calendar: CalendarPart? = nil, unsubscribe: String? = nil,
        key: String = "notice:TB-2026-0003:published:1"
    ) -> Mail {
        Mail(
            from: "trucban@ninhbinh.example", toName: "Nguyễn Văn Bình", toAddress: "binh@yenkhanh.example",
            subject: "[TB-2026-0003] Nâng cấp", body: body, thread: thread, calendar: calendar,
            unsubscribe: unsubscribe, key: key, date: now)
    }

    private func read(_ mail: Mail) async throws -> Reading {
        let message = Data(mail.message).base64EncodedString()
        let finished = try await Child.run("/usr/bin/python3", ["-c", Self.script, message])
        #expect(finished.status == 0, "\(String(decoding: finished.complaint, as: UTF8.self))")
        return try JSONDecoder().decode(Reading.self, from: finished.output)
    }

    @Test func whatCannotShowHTMLShowsTheText() async throws {
        let reading = try await read(mail())
        #expect(reading.parts.map(\.type) == ["multipart/alternative", "text/plain", "text/html"] && reading.defects == 0)
        #expect(reading.parts[1].text == "Kính gửi\r\nHết.")
        #expect(reading.parts[2].text?.contains("<p>Kính gửi<br>\r\nHết.</p>") == true)
        #expect(reading.parts.dropFirst().allSatisfy { $0.parameters["charset"] == "utf-8" })
        for name in ["References", "In-Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post"] {
            #expect(reading.fields[name] == nil, "\(name)")
        }
    }

    @Test(arguments: [(CalendarPart.Method.request, "REQUEST"), (.cancel, "CANCEL"), (.publish, "PUBLISH")])
    func anInvitationIsAnAlternativeAndAFile(method: CalendarPart.Method, name: String) async throws {
        let reading = try await read(
            mail(thread: "TB-2026-0003", calendar: CalendarPart(method: method, text: Self.event)))
        #expect(reading.parts.map(\.type) == [
            "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
        ])
        #expect(reading.defects == 0)
        #expect(reading.parts[4].parameters == ["charset": "utf-8", "method": name])
        #expect(reading.parts[5].disposition == "attachment" && reading.parts[5].file == "TB20260003.ics")
        #expect(reading.parts[4].text == Self.event && reading.parts[5].text == Self.event)
    }

    @Test func lettersOfOneThreadHaveOneRoot() async throws {
        let first = try await read(mail(thread: "TB-2026-0003"))
        let second = try await read(mail(thread: "TB-2026-0003", key: "notice:TB-2026-0003:cancelled:1"))
        let other = try await read(mail(thread: "TB-2026-0004"))
        #expect(first.fields["References"] == second.fields["References"])
        #expect(first.fields["References"] == first.fields["In-Reply-To"])
        #expect(first.fields["References"] != other.fields["References"])
        #expect(first.fields["Message-ID"] != second.fields["Message-ID"])
        #expect(first.fields["References"]?.wholeMatch(of: /<[0-9a-f]{32}@ninhbinh\.example>/) != nil)
    }

    @Test(arguments: [
        ("https://trucban.example/unsubscribe/x?y=1", "<https://trucban.example/unsubscribe/x?y=1>"),
        ("http://trucban.example/x", nil), ("https://trucban.example/x>\r\nBcc: y@z.example", nil), ("https://", nil),
        ("mailto:x@y.example", nil),
    ] as [(String, String?)])
    func whoMayHaveLessSaysSoInOneStep(address: String, field: String?) async throws {
        let reading = try await read(mail(unsubscribe: address))
        #expect(reading.fields["List-Unsubscribe"] == field)
        #expect(reading.fields["List-Unsubscribe-Post"] == field.map { _ in "List-Unsubscribe=One-Click" })
        #expect(reading.fields["Bcc"] == nil)
    }

    @Test func theSameLetterIsTheSameByteForByte() {
        func letter(key: String = "k") -> Mail {
            mail(thread: "TB", calendar: CalendarPart(method: .request, text: Self.event), key: key)
        }
        #expect(letter().message == letter().message)
        let boundary = /boundary="([^"]+)"/
        let boundaries = [letter(), letter(key: "l")].flatMap { mail in
            String(decoding: mail.message, as: UTF8.self).matches(of: boundary).map { String($0.1) }
        }
        #expect(Set(boundaries).count == 4, "no two parts and no two letters share a boundary")
    }

    /// Whatever stands in a part, no line of it is longer than 76 characters, and none looks like a boundary or an end.
    @Test func noLineOfAPartIsTakenForSomethingElse() async throws {
        let poison = String(repeating: "--=_x\r\n.\r\nFrom here\r\n" + String(repeating: "dài ", count: 400), count: 3)
        let letter = mail(body: poison, thread: "x\r\nBcc: a@b.example", calendar: CalendarPart(method: .request, text: poison))
        let lines = String(decoding: letter.message, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 100 && $0 != "." && !$0.hasPrefix("From ") && !$0.hasPrefix("Bcc") })
        let reading = try await read(letter)
        #expect(reading.defects == 0 && reading.fields["Bcc"] == nil)
        #expect(reading.parts.filter { $0.text == poison }.count == 3)
        #expect(reading.parts.last?.file == "xBccabexample.ics")
    }
}
