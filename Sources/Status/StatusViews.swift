import Civil
import Database
import Monitor
import Web

/// `/status`: a document of its own, without the console's frame and without its script.
struct StatusPageView: PageView {
    static let template = "status/page"
    static let parts: [any View.Type] = [
        StatusComponentView.self, StatusEventView.self, BadgeView.self, StripView.self, StripBarsView.self,
    ]

    let report: StatusReport
    let assets: Assets

    /// How much of what is over the page tells; the feed and the figures tell more.
    private static let longestPast = 20

    /// What is over, the newest first.
    private var past: [StatusEventView] {
        let ended = report.interruptions.filter { $0.ends != nil }.map { ($0.begins, StatusEventView($0, in: report)) }
        let done = report.maintenance.filter { $0.phase(at: report.asOf) == .done }
            .map { ($0.begins, StatusEventView($0, in: report)) }
        return (ended + done).sorted { $0.0 > $1.0 }.map(\.1)
    }

    /// Under way or to come, the next one first; what was called off stays until its time is over.
    private var announced: [StatusEventView] {
        report.maintenance.filter { one in
            let phase = one.phase(at: report.asOf)
            return phase == .overrun || one.ends > report.asOf && phase != .done
        }.reversed()
            .map { StatusEventView($0, in: report) }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "stylesheet": { $0.assets.path(of: "console.css") },
        "favicon": { $0.assets.path(of: "icons/favicon.svg") },
        "isDemo": \.report.page.isDemo,
        "summary": { StatusRules.summary(of: $0.report.components.map(\.state)) },
        "asOf": { VietnameseFormat.moment($0.report.asOf) },
        "machineTime": { VietnameseFormat.timestamp($0.report.asOf) },
        "blindSince": { $0.report.blindSince.map(VietnameseFormat.moment) },
        "components": { $0.report.components.map(StatusComponentView.init) },
        "current": { view in
            view.report.interruptions.filter { $0.ends == nil }.map { StatusEventView($0, in: view.report) }
        },
        "maintenance": \.announced, "past": { Array($0.past.prefix(longestPast)) },
        "newestOnly": { view in view.past.count > longestPast ? "\(longestPast) việc gần nhất" : nil }, "rule": { _ in Availability.rule },
    ]
}

struct StatusComponentView: View {
    let part: StatusReport.Component

    /// The denominator and what was not measured, in shares: how much is watched of a component stays inside.
    private var basis: String {
        let availability = part.strip.availability
        guard let measured = availability.measuredMillionths, let planned = availability.plannedMillionths,
            let unmeasured = availability.notMeasuredMillionths
        else { return "không đo" }
        let work = planned > 0 ? "bảo trì đã thông báo \(MonitorText.percent(millionths: planned)), " : ""
        return "đo được \(MonitorText.percent(millionths: measured)) thời gian, \(work)"
            + "không đo \(MonitorText.percent(millionths: unmeasured))"
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "componentTitle": \.part.component.title,
        "badge": { BadgeView(kind: $0.part.state.badge, label: $0.part.state.label) },
        "strip": { StripView(id: "strip-\($0.part.component.id.rawValue)", strip: $0.part.strip) },
        "share": { MonitorText.share($0.part.strip.availability) },
        "basis": \.basis,
    ]
}

/// Something that has a beginning and an end.
struct StatusEventView: View {
    let anchor: String
    let headline: String
    let story: String
    let state: BadgeView

    init(_ interruption: Interruption, in report: StatusReport) {
        let component = report.state(of: interruption)
        anchor = StatusEntryView.anchor(report.page.name(of: interruption.key))
        headline = interruption.headline
        story = interruption.story(at: report.asOf, while: component)
        state = if interruption.ends != nil {
            BadgeView(kind: "done", label: "Đã khôi phục")
        } else if component == .down || component == .partial {
            BadgeView(kind: "down", label: "Gián đoạn")
        } else {
            BadgeView(kind: "unknown", label: "Chưa rõ")
        }
    }

    init(_ maintenance: PublicMaintenance, in report: StatusReport) {
        let phase = maintenance.phase(at: report.asOf)
        anchor = StatusEntryView.anchor(report.page.name(of: maintenance.key))
        headline = maintenance.headline
        story = maintenance.story(at: report.asOf)
        state = BadgeView(kind: phase.badge, label: phase.label)
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "anchor": \.anchor, "headline": \.headline, "story": \.story, "state": \.state,
    ]
}

/// `/status/badges/<number>.svg`, for other sites to show.
struct StatusBadgeView: PageView {
    static let template = "status/badge"

    let title: String
    let state: PublicComponent.State

    /// Room for letters of 11 px: nobody measures them here, and `textLength` makes them fit.
    private static func width(_ text: String) -> Int { (13 * text.count) / 2 + 14 }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "title": \.title, "label": \.state.label, "colour": \.state.colour,
        "left": { String(width($0.title)) }, "rightStraight": { String(width($0.state.label) - 3) },
        "whole": { String(width($0.title) + width($0.state.label)) },
        "leftMiddle": { String(width($0.title) / 2) },
        "rightMiddle": { String(width($0.title) + width($0.state.label) / 2) },
        "leftRoom": { String(width($0.title) - 14) }, "rightRoom": { String(width($0.state.label) - 14) },
    ]
}
