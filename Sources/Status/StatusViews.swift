import Civil
import Database
import Monitor
import Notices
import Web

extension Interruption {
    var headline: String { "Gián đoạn: \(title)" }
    /// Unique on the page, and the same as long as the interruption is known.
    var anchor: String { "gian-doan-\(component.rawValue)-\(begins.seconds)" }

    var span: String {
        guard let ends else { return "Từ \(VietnameseFormat.moment(begins)), đang tiếp diễn." }
        return "Từ \(VietnameseFormat.moment(begins)) đến \(VietnameseFormat.moment(ends)), "
            + "kéo dài \(VietnameseFormat.duration(ends - begins))."
    }
}

extension PublicMaintenance {
    var headline: String { "\(kind.label): \(titles.isEmpty ? "toàn hệ thống" : titles.joined(separator: ", "))" }
    var anchor: String { "bao-tri-\(code.lowercased())" }
    var span: String { "Từ \(VietnameseFormat.moment(begins)) đến \(VietnameseFormat.moment(ends))." }
}

/// `/status`: a document of its own, without the console's frame and without its script.
struct StatusPageView: PageView {
    static let template = "status/page"
    static let parts: [any View.Type] = [
        StatusComponentView.self, StatusEventView.self, BadgeView.self, StripView.self, StripDayView.self,
    ]

    let report: StatusReport
    let assets: Assets

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "stylesheet": { $0.assets.path(of: "console.css") },
        "favicon": { $0.assets.path(of: "icons/favicon.svg") },
        "summary": { StatusRules.summary(of: $0.report.components.map(\.state)) },
        "asOf": { VietnameseFormat.moment($0.report.asOf) },
        "machineTime": { VietnameseFormat.timestamp($0.report.asOf) },
        "blindSince": { $0.report.blindSince.map(VietnameseFormat.moment) },
        "components": { $0.report.components.map(StatusComponentView.init) },
        "current": { $0.report.interruptions.filter { $0.ends == nil }.map(StatusEventView.init) },
        "maintenance": { view in view.report.maintenance.map { StatusEventView($0, at: view.report.asOf) } },
        "past": { $0.report.interruptions.filter { $0.ends != nil }.prefix(20).map(StatusEventView.init) },
        "rule": { _ in Availability.rule },
    ]
}

struct StatusComponentView: View {
    let part: StatusReport.Component

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "componentTitle": \.part.component.title,
        "badge": { BadgeView(kind: $0.part.state.rawValue, label: $0.part.state.label) },
        "strip": { StripView(id: "strip-\($0.part.component.id.rawValue)", strip: $0.part.strip) },
        "share": { MonitorText.share($0.part.strip.availability) },
        "basis": { MonitorText.basis($0.part.strip.availability) },
    ]
}

/// Something that has a beginning and an end.
struct StatusEventView: View {
    let anchor: String
    let headline: String
    let span: String
    let state: BadgeView

    init(_ interruption: Interruption) {
        anchor = interruption.anchor
        headline = interruption.headline
        span = interruption.span
        state = interruption.ends == nil
            ? BadgeView(kind: "down", label: "Gián đoạn") : BadgeView(kind: "done", label: "Đã khôi phục")
    }

    init(_ maintenance: PublicMaintenance, at now: Instant) {
        anchor = maintenance.anchor
        headline = maintenance.headline
        span = maintenance.span
        state = maintenance.begins <= now
            ? BadgeView(kind: "maintenance", label: "Đang thực hiện") : BadgeView(kind: "new", label: "Sắp tới")
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "anchor": \.anchor, "headline": \.headline, "span": \.span, "state": \.state,
    ]
}

/// `/status/feed.atom` (RFC 4287).
struct StatusFeedView: PageView {
    static let template = "status/feed"
    static let parts: [any View.Type] = [StatusEntryView.self]

    let report: StatusReport
    let address: String

    private var entries: [StatusEntryView] {
        let entries = report.interruptions.map { StatusEntryView($0, address: address) }
            + report.maintenance.map { StatusEntryView($0, address: address) }
        return entries.sorted { ($1.updatedAt, $0.anchor) < ($0.updatedAt, $1.anchor) }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "address": \.address,
        "updated": { VietnameseFormat.timestamp($0.entries.first?.updatedAt ?? $0.report.asOf) },
        "entries": \.entries,
    ]
}

struct StatusEntryView: View {
    let anchor: String
    let headline: String
    let span: String
    let publishedAt: Instant
    let updatedAt: Instant
    let address: String

    init(_ interruption: Interruption, address: String) {
        (anchor, headline, span) = (interruption.anchor, interruption.headline, interruption.span)
        publishedAt = interruption.begins
        updatedAt = interruption.ends ?? interruption.begins
        self.address = address
    }

    init(_ maintenance: PublicMaintenance, address: String) {
        (anchor, headline, span) = (maintenance.anchor, maintenance.headline, maintenance.span)
        publishedAt = maintenance.publishedAt
        updatedAt = maintenance.publishedAt
        self.address = address
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        // An identifier for good (RFC 4287, 4.2.6), and the place where it is read.
        "entryID": { "\($0.address)/status#\($0.anchor)" },
        "headline": \.headline, "span": \.span,
        "published": { VietnameseFormat.timestamp($0.publishedAt) },
        "entryUpdated": { VietnameseFormat.timestamp($0.updatedAt) },
    ]
}

/// `/status/badges/<number>.svg`, for other sites to show.
struct StatusBadgeView: PageView {
    static let template = "status/badge"

    let title: String
    let state: PublicComponent.State

    /// Room for letters of 11 px, generously: what is measured by nobody must not be cut off.
    private static func width(_ text: String) -> Int { 7 * text.count + 14 }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "title": \.title, "label": \.state.label, "colour": \.state.colour,
        "left": { String(width($0.title)) }, "right": { String(width($0.state.label)) },
        "whole": { String(width($0.title) + width($0.state.label)) },
        "leftMiddle": { String(width($0.title) / 2) },
        "rightMiddle": { String(width($0.title) + width($0.state.label) / 2) },
        "leftRoom": { String(width($0.title) - 14) }, "rightRoom": { String(width($0.state.label) - 14) },
    ]
}
