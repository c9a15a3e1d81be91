package import Civil
import Foundation

/// One entry in somebody's calendar (RFC 5545, VEVENT). It is the same entry for as long as its UID is; what has the higher
/// SEQUENCE counts.
package struct CalendarEvent: Hashable, Sendable {
    /// Names it for good, in every calendar in the world.
    package var uid: String
    /// Counts its changes, from 0.
    package var sequence: Int
    /// When what it says was said.
    package var stamp: Instant
    package var begins: Instant
    package var ends: Instant
    package var summary: String
    package var description: String
    package var url: String
    /// Whether it takes place; a calendar shows what was called off as such, or takes it out.
    package var isCancelled: Bool
    /// The address that it comes from; calendars take changes only from there.
    package var organizer: String
    /// The address that is asked to enter it; nil where whoever wants keeps it.
    package var attendee: String?

    package init(
        uid: String, sequence: Int, stamp: Instant, begins: Instant, ends: Instant, summary: String,
        description: String, url: String, isCancelled: Bool, organizer: String, attendee: String? = nil
    ) {
        self.uid = uid
        self.sequence = sequence
        self.stamp = stamp
        self.begins = begins
        self.ends = ends
        self.summary = summary
        self.description = description
        self.url = url
        self.isCancelled = isCancelled
        self.organizer = organizer
        self.attendee = attendee
    }

    fileprivate var lines: [String] {
        var lines = [
            "BEGIN:VEVENT", "UID:\(ICalendar.text(uid))", "SEQUENCE:\(sequence)", "DTSTAMP:\(ICalendar.utc(stamp))",
            "DTSTART:\(ICalendar.utc(begins))", "DTEND:\(ICalendar.utc(ends))", "SUMMARY:\(ICalendar.text(summary))",
            "DESCRIPTION:\(ICalendar.text(description))", "URL:\(ICalendar.uri(url))",
            "STATUS:\(isCancelled ? "CANCELLED" : "CONFIRMED")",
            // It tells when a system is away, not when a person is.
            "TRANSP:TRANSPARENT",
            "ORGANIZER;CN=\"Trực Ban\":mailto:\(ICalendar.uri(organizer))",
        ]
        if let attendee {
            lines.append("ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:\(ICalendar.uri(attendee))")
        }
        return lines + ["END:VEVENT"]
    }
}

/// iCalendar as RFC 5545 writes it: pure text, no clock.
package enum ICalendar {
    /// A whole object: lines that end with CRLF and are no longer than 75 octets.
    ///
    /// - Parameters:
    ///   - method: What the receiver's calendar does with it (RFC 5546); the same for all events.
    ///   - name: What a calendar to subscribe to is called; nil in a letter.
    package static func object(_ events: [CalendarEvent], method: CalendarPart.Method, name: String? = nil) -> String {
        var lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//So KH&CN Ninh Binh//Truc Ban//VI", "CALSCALE:GREGORIAN",
            "METHOD:\(method.name)",
        ]
        if let name {
            // The first is RFC 7986, the second what programs knew before it; both are asked to come again within the hour.
            lines += ["NAME:\(text(name))", "X-WR-CALNAME:\(text(name))", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"]
        }
        for event in events { lines += event.lines }
        lines.append("END:VCALENDAR")
        return lines.map { folded($0) + "\r\n" }.joined()
    }

    /// A value of type TEXT (§3.3.11): nothing in it can end its line or begin another property.
    static func text(_ value: String) -> String {
        var escaped = ""
        for scalar in value.replacing("\r\n", with: "\n").precomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case ";": escaped += "\\;"
            case ",": escaped += "\\,"
            case "\n": escaped += "\\n"
            default:
                if scalar.properties.generalCategory != .control { escaped.unicodeScalars.append(scalar) }
            }
        }
        return escaped
    }

    /// A value of type URI, which knows no escapes: what may not stand in one is left out.
    static func uri(_ value: String) -> String {
        String(String.UnicodeScalarView(value.unicodeScalars.filter { scalar in
            scalar.properties.generalCategory != .control && !scalar.properties.isWhitespace
        }))
    }

    /// `20261204T150000Z` (§3.3.5, form 2).
    static func utc(_ instant: Instant) -> String {
        let day = CivilDate(dayNumber: Int(floorDivided(instant.seconds, by: 86_400)))
        let second = Int(instant.seconds - Int64(day.dayNumber) * 86_400)
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return digits(day.year, 4) + digits(day.month, 2) + digits(day.day, 2) + "T" + digits(second / 3600, 2)
            + digits(second / 60 % 60, 2) + digits(second % 60, 2) + "Z"
    }

    private static func floorDivided(_ number: Int64, by divisor: Int64) -> Int64 {
        let (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// A line of at most 75 octets, cut between characters, goes on behind CRLF and a space (§3.1).
    static func folded(_ line: String) -> String {
        guard line.utf8.count > 75 else { return line }
        var folded = ""
        var room = 75
        for scalar in line.unicodeScalars {
            let width = UTF8.width(scalar)
            if width > room {
                folded += "\r\n "
                room = 74
            }
            folded.unicodeScalars.append(scalar)
            room -= width
        }
        return folded
    }
}
