import Civil
import Database
import Foundation
import Monitor
import Notices

/// `/status.json`. Names are English and stay; texts are the page's own.
struct StatusJSON: Encodable {
    struct Component: Encodable {
        let number: Int64
        let title: String
        let state: String
        /// Millionths of the measured time of the last 90 days; absent where nothing was measured.
        let availabilityMillionths: Int?
        /// Oldest first: `down`, `up`, `maintenance` or `unknown`.
        let days: [String]
    }

    struct Incident: Encodable {
        let title: String
        let component: Int64
        let began: String
        let ended: String?
    }

    struct Maintenance: Encodable {
        let kind: String
        /// Empty: the whole system.
        let components: [String]
        let begins: String
        let ends: String
    }

    let asOf: String
    let firstDay: String
    let watchedUntil: String?
    let components: [Component]
    let incidents: [Incident]
    let maintenance: [Maintenance]

    init(_ report: StatusReport) {
        asOf = VietnameseFormat.timestamp(report.asOf)
        firstDay = VietnameseFormat.localDate(DayStrip.firstDay(endingAt: report.asOf))
        watchedUntil = report.blindSince.map(VietnameseFormat.timestamp)
        components = report.components.map {
            Component(
                number: $0.component.id.rawValue, title: $0.component.title, state: $0.state.rawValue,
                availabilityMillionths: $0.strip.availability.millionths, days: $0.strip.kinds.map(\.rawValue))
        }
        incidents = report.interruptions.map {
            Incident(
                title: $0.headline, component: $0.component.rawValue, began: VietnameseFormat.timestamp($0.begins),
                ended: $0.ends.map(VietnameseFormat.timestamp))
        }
        maintenance = report.maintenance.map {
            Maintenance(
                kind: $0.kind.rawValue, components: $0.titles, begins: VietnameseFormat.timestamp($0.begins),
                ends: VietnameseFormat.timestamp($0.ends))
        }
    }

    /// The same facts always make the same bytes.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
