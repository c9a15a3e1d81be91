import Civil
import Database
import Web

struct MonitorListView: PageView {
    static let template = "monitors/list"
    static let parts: [any View.Type] = [OptionView.self, PagingView.self]

    let filter: MonitorFilter
    let counts: MonitorCounts
    let groups: [MonitorGroup]
    let mayKeep: Bool
    /// Whether more than one agency's monitors are here.
    let showsAgencies: Bool
    /// `MonitorRowView`s.
    let rows: Fragment
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

struct MonitorRowView: FragmentView {
    static let template = "monitors/row"
    static let parts: [any View.Type] = [TagLinkView.self, BadgeView.self, StripView.self, StripBarsView.self]

    let id: Monitor.ID
    let name: String
    let component: String
    let address: String
    let agencyName: String?
    let tags: [String]
    let badges: [BadgeView]
    let trouble: String?
    let strip: StripView
    let share: String?
    let basis: String
    let latency: String?
    let certificate: String?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "monitorHref": { "/monitors/\($0.id.rawValue)" }, "name": \.name, "component": \.component, "address": \.address,
        "agency": \.agencyName, "tags": { $0.tags.map(TagLinkView.init) }, "badges": \.badges, "trouble": \.trouble,
        "strip": \.strip, "share": \.share, "basis": \.basis, "latency": \.latency, "certificate": \.certificate,
    ]

    init(_ summary: MonitorSummary, _ strip: DayStrip, at now: Instant) {
        id = summary.monitor.id
        name = summary.monitor.name
        component = summary.monitor.component
        address = summary.monitor.target.address
        agencyName = summary.agencyName
        tags = summary.monitor.place.tags
        badges = BadgeView.all(for: summary)
        trouble = summary.state == .down ? summary.failure?.text : summary.retrying
        self.strip = StripView(id: "strip-\(id.rawValue)", strip: strip)
        share = MonitorText.share(strip.availability)
        basis = MonitorText.basis(strip.availability)
        latency = summary.latencyText
        certificate = summary.certificateText(at: now)
    }
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

/// A strip of days (`shared/strip`).
package struct StripView: View, Hashable {
    let id: String
    let first: CivilDate
    let kinds: [DayStrip.Kind]

    package init(id: String, strip: DayStrip) {
        self.id = id
        first = strip.first
        kinds = strip.kinds
    }

    package static let fields: [String: @Sendable (Self) -> Any?] = [
        "id": \.id,
        "title": {
            let last = $0.first.adding(days: DayStrip.length - 1)
            return "90 ngày, từ \(VietnameseFormat.date($0.first)) đến \(VietnameseFormat.date(last))"
        },
        "description": { view in
            "\(view.kinds.count(.up)) ngày hoạt động, \(view.kinds.count(.down)) ngày có gián đoạn, "
                + "\(view.kinds.count(.maintenance)) ngày có bảo trì, \(view.kinds.count(.unknown)) ngày chưa đo đủ."
        },
        "bars": { view in DayStrip.Kind.allCases.map { StripBarsView(kind: $0, path: view.kinds.path(of: $0)) }.filter { !$0.path.isEmpty } },
    ]
}

/// The days of one kind in a strip.
package struct StripBarsView: View {
    let kind: DayStrip.Kind
    let path: String

    package static let fields: [String: @Sendable (Self) -> Any?] = ["kind": \.kind.rawValue, "path": \.path]
}
