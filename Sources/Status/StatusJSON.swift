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
        /// Of the measured time of the last 90 days; absent where nothing was measured.
        let availabilityMillionths: Int?
        /// Of the last 90 days.
        let measuredMillionths: Int
        let maintenanceMillionths: Int
        let notMeasuredMillionths: Int
        /// Oldest first: `down`, `up`, `maintenance` or `unknown`.
        let days: [String]
    }

    struct Incident: Encodable {
        let id: String
        let title: String
        let component: Int64
        let began: String
        let acknowledged: String?
        /// Absent while nobody has seen it end.
        let ended: String?
    }

    struct Maintenance: Encodable {
        let id: String
        let kind: String
        let state: String
        /// Empty: the whole system.
        let components: [String]
        let begins: String
        let ends: String
    }

    let asOf: String
    let isDemo: Bool
    let summary: String
    let firstDay: String
    let watchedUntil: String?
    let components: [Component]
    let incidents: [Incident]
    let maintenance: [Maintenance]

    init(_ report: StatusReport) {
        asOf = VietnameseFormat.timestamp(report.asOf)
        isDemo = report.page.isDemo
        summary = StatusRules.summary(of: report.components.map(\.state))
        firstDay = VietnameseFormat.localDate(DayStrip.firstDay(endingAt: report.asOf))
        watchedUntil = report.blindSince.map(VietnameseFormat.timestamp)
        components = report.components.map {
            Component(
                number: $0.component.id.rawValue, title: $0.component.title, state: $0.state.rawValue,
                availabilityMillionths: $0.strip.availability.millionths,
                measuredMillionths: $0.strip.availability.measuredMillionths ?? 0,
                maintenanceMillionths: $0.strip.availability.plannedMillionths ?? 0,
                notMeasuredMillionths: $0.strip.availability.notMeasuredMillionths ?? 1_000_000,
                days: $0.strip.kinds.map(\.rawValue))
        }
        incidents = report.interruptions.map {
            Incident(
                id: report.page.name(of: $0.key), title: $0.headline, component: $0.component.rawValue,
                began: VietnameseFormat.timestamp($0.begins), acknowledged: $0.takenUpAt.map(VietnameseFormat.timestamp),
                ended: $0.ends.map(VietnameseFormat.timestamp))
        }
        maintenance = report.maintenance.map {
            Maintenance(
                id: report.page.name(of: $0.key), kind: $0.kind.rawValue, state: $0.phase(at: report.asOf).rawValue,
                components: $0.titles, begins: VietnameseFormat.timestamp($0.begins),
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
