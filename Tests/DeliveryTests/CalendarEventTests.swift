import Civil
import Foundation
import Testing

@testable import Delivery

/// iCalendar as RFC 5545 writes it.
struct CalendarEventTests {
    private func event(
        summary: String = "[TB-2026-0003] Bảo trì", description: String = "Chậm", isCancelled: Bool = false, attendee: String? = nil
    ) -> CalendarEvent {
        CalendarEvent(
            uid: "4f0c", sequence: 2, stamp: Instant(seconds: 1_795_485_600), begins: Instant(seconds: 1_796_396_400),
            ends: Instant(seconds: 1_796_410_800), summary: summary, description: description,
            url: "http://truc.example/notices/TB-2026-0003", isCancelled: isCancelled, organizer: "trucban@example.vn", attendee: attendee)
    }

    /// Its lines as a calendar reads them.
    private func lines(_ text: String) -> [String] {
        text.replacing("\r\n ", with: "").components(separatedBy: "\r\n")
    }

    @Test func anInvitationByteForByte() {
        #expect(
            ICalendar.object([event(attendee: "vanthu@xa.example")], method: .request) == [
                "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//So KH&CN Ninh Binh//Truc Ban//VI", "CALSCALE:GREGORIAN", "METHOD:REQUEST",
                "BEGIN:VEVENT", "UID:4f0c", "SEQUENCE:2", "DTSTAMP:20261124T020000Z", "DTSTART:20261204T150000Z", "DTEND:20261204T190000Z",
                "SUMMARY:[TB-2026-0003] Bảo trì", "DESCRIPTION:Chậm", "URL:http://truc.example/notices/TB-2026-0003", "STATUS:CONFIRMED",
                "TRANSP:TRANSPARENT", "ORGANIZER;CN=\"Trực Ban\":mailto:trucban@example.vn",
                "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:vanthu@xa.example", "END:VEVENT", "END:VCALENDAR", "",
            ].joined(separator: "\r\n"))
    }

    @Test func whatWasCalledOffSaysSo() {
        let text = lines(ICalendar.object([event(isCancelled: true)], method: .cancel))
        #expect(text.contains("METHOD:CANCEL") && text.contains("STATUS:CANCELLED") && !text.contains { $0.hasPrefix("ATTENDEE") })
    }

    @Test func aCalendarToSubscribeToHasAName() {
        let text = lines(ICalendar.object([], method: .publish, name: "Bảo trì; QLVB, ĐH"))
        #expect(text.contains("NAME:Bảo trì\\; QLVB\\, ĐH") && text.contains("METHOD:PUBLISH"))
        #expect(!text.contains("BEGIN:VEVENT"))
    }

    @Test(arguments: [
        ("dấu", "a;b,c\\d", "a\\;b\\,c\\\\d"), ("xuống dòng", "a\r\nb\nc", "a\\nb\\nc"),
        ("chèn thuộc tính", "x\r\nATTACH:http://evil.example", "x\\nATTACH:http://evil.example"),
        ("ký tự điều khiển", "a\u{7}b\u{85}c\rd", "abcd"), ("tách dấu", "Nâng cấp".decomposedStringWithCanonicalMapping, "Nâng cấp"),
        ("dấu hai chấm và nháy đứng nguyên", "a: \"b\"", "a: \"b\""),
    ])
    func textIsEscaped(name: String, text: String, expected: String) {
        #expect(Array(ICalendar.text(text).utf8) == Array(expected.utf8))
    }

    @Test(arguments: [74, 75, 76, 149, 150, 400], ["a", "ễ", "🛠"])
    func noLineIsLongerThan75Octets(length: Int, letter: String) {
        let line = String(repeating: letter, count: length)
        let folded = ICalendar.folded(line)
        #expect(folded.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 75 })
        #expect(folded.replacing("\r\n ", with: "") == line)
        #expect(folded.components(separatedBy: "\r\n").dropFirst().allSatisfy { $0.hasPrefix(" ") && $0.count > 1 })
    }

    @Test func nothingEndsALineOfAnAddress() {
        var nasty = event(attendee: "a@b.vn\r\nX-EVIL:1")
        nasty.url = "http://truc.example/\nX-EVIL:2"
        #expect(!lines(ICalendar.object([nasty], method: .request)).contains { $0.hasPrefix("X-EVIL") })
    }

    @Test(arguments: [
        (0, "19700101T000000Z"), (-1, "19691231T235959Z"), (951_782_400, "20000229T000000Z"), (1_798_736_399, "20261231T165959Z"),
    ] as [(Int64, String)])
    func momentsAreInUTC(seconds: Int64, expected: String) {
        #expect(ICalendar.utc(Instant(seconds: seconds)) == expected)
    }
}
