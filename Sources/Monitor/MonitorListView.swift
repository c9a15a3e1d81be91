import Civil
import Database
import Web

struct MonitorListView: PageView {
    static let template = "monitors/list"
    static let parts: [any View.Type] = [
        MonitorRowView.self, TagLinkView.self, BadgeView.self, StripView.self, StripBarsView.self, OptionView.self, PagingView.self,
    ]

    let filter: MonitorFilter
    let counts: MonitorCounts
    let groups: [MonitorGroup]
    let mayKeep: Bool
    /// Whether more than one agency's monitors are here.
    let showsAgencies: Bool
    let rows: [MonitorRowView]
    let paging: PagingView

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "search": \.filter.search, "tag": \.filter.tag, "agencySearch": \.filter.agency, "mayKeep": \.mayKeep,
        "showsAgencies": \.showsAgencies, "hasGroups": { !$0.groups.isEmpty }, "paging": \.paging, "monitors": \.rows,
        "groups": { view in
            view.groups.map { OptionView(String($0.id.rawValue), $0.name, selected: $0.id == view.filter.group) }
        },
        "states": { view in
            MonitorSummary.State.allCases.map {
                OptionView($0.rawValue, "\($0.label) (\(view.counts[$0]))", selected: $0 == view.filter.state)
            }
        },
        "all": { "Tất cả (\($0.counts[nil]))" },
        "blindSince": { $0.counts.blindSince.map(VietnameseFormat.moment) },
        "rule": { _ in Availability.rule },
    ]
}

struct MonitorRowView: View {
    let summary: MonitorSummary
    let strip: DayStrip
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "monitorHref": { "/monitors/\($0.summary.monitor.id.rawValue)" },
        "name": \.summary.monitor.name, "component": \.summary.monitor.component,
        "address": \.summary.monitor.target.address,
        "agency": \.summary.agencyName, "tags": { $0.summary.monitor.place.tags.map(TagLinkView.init) },
        "badges": { BadgeView.all(for: $0.summary) },
        "trouble": { row in row.summary.state == .down ? row.summary.failure?.text : row.summary.retrying },
        "strip": { StripView(id: "strip-\($0.summary.monitor.id.rawValue)", strip: $0.strip) },
        "share": { MonitorText.share($0.strip.availability) },
        "basis": { MonitorText.basis($0.strip.availability) },
        "latency": { $0.summary.latencyText },
        "certificate": { $0.summary.certificateText(at: $0.now) },
    ]
}

/// A tag that leads to everything that bears it.
struct TagLinkView: View {
    let tag: String

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "tag": \.tag, "tagHref": { FormText.href("/monitors", [("tag", $0.tag)]) },
    ]
}

/// A state as a badge of docs/look.md.
extension BadgeView {
    static func all(for summary: MonitorSummary) -> [BadgeView] {
        var badges = [BadgeView(kind: summary.state.rawValue, label: summary.state.label)]
        if summary.isFlapping { badges.append(BadgeView(kind: "due", label: "Chập chờn")) }
        if summary.isUnderMaintenance { badges.append(BadgeView(kind: "maintenance", label: "Bảo trì")) }
        return badges
    }
}

extension MonitorSummary {
    /// Said while failures have not made an outage yet.
    var retrying: String? {
        guard state == .up, failures > 0, let failure else { return nil }
        return "Đang thử lại (lỗi \(failures)/\(monitor.confirmAfter)): \(failure.text)"
    }

    var latencyText: String? {
        failure == nil ? phases.map { MonitorText.latency($0.total) } : nil
    }

    func certificateText(at now: Instant) -> String? {
        guard monitor.target.isEncrypted, let days = certificateDays(at: now) else { return nil }
        return days < 0 ? "đã hết hạn" : "còn \(days) ngày"
    }
}

struct StripView: View {
    let id: String
    let strip: DayStrip

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "id": \.id,
        "title": {
            let last = $0.strip.first.adding(days: DayStrip.length - 1)
            return "90 ngày, từ \(VietnameseFormat.date($0.strip.first)) đến \(VietnameseFormat.date(last))"
        },
        "description": { view in
            "\(view.strip.count(.up)) ngày hoạt động, \(view.strip.count(.down)) ngày có gián đoạn, "
                + "\(view.strip.count(.maintenance)) ngày có bảo trì, \(view.strip.count(.unknown)) ngày chưa đo đủ."
        },
        "bars": { view in DayStrip.Kind.allCases.map { StripBarsView(kind: $0, path: view.strip.path(of: $0)) }.filter { !$0.path.isEmpty } },
    ]
}

/// The days of one kind in a strip.
struct StripBarsView: View {
    let kind: DayStrip.Kind
    let path: String

    static let fields: [String: @Sendable (Self) -> Any?] = ["kind": \.kind.rawValue, "path": \.path]
}
