import Civil
import Database
import Foundation
import Organization
import Web

struct HeartbeatDetailView: PageView {
    static let template = "heartbeats/show"
    static let parts: [any View.Type] = [
        BadgeView.self, StripView.self, StripBarsView.self, OutageView.self, GapView.self, PingView.self, OccurrenceView.self,
        ProblemView.self,
    ]

    let summary: HeartbeatSummary
    /// Nil for who only reads: it is a secret.
    let address: HeartbeatAddress?
    let strip: DayStrip
    let history: MonitorHistory
    let pings: [LoggedPing]
    /// Bodies may name machines and people: they are for who keeps heartbeats, and for the audit.
    let showsBodies: Bool
    let problems: [Refusal.Problem]
    let now: Instant

    private var heartbeat: Heartbeat { summary.heartbeat }
    private var lastBody: PingView? {
        showsBodies ? pings.first { $0.body != nil }.map { PingView(ping: $0, showsBody: true) } : nil
    }

    /// The next three times at which it is expected, as the schedule says.
    private var occurrences: [Instant] {
        guard var last = summary.rules.countedFrom, summary.state != .paused, summary.state != .down else { return [] }
        var found: [Instant] = []
        while found.count < 3, let next = heartbeat.schedule.next(after: last) {
            found.append(next)
            last = next
        }
        return found
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "name": \.heartbeat.name, "component": \.heartbeat.component, "agency": { $0.summary.agencyName ?? "Toàn hệ thống" },
        "badges": { HeartbeatText.badges($0.summary, at: $0.now) },
        "since": { view in
            view.summary.state == .up || view.summary.state == .down ? VietnameseFormat.moment(view.summary.since) : nil
        },
        "trouble": \.summary.reason,
        "isBackup": \.heartbeat.isDailyBackup,
        "schedule": \.heartbeat.schedule.text, "grace": { VietnameseFormat.duration($0.heartbeat.grace) },
        "lastPing": { $0.summary.lastPingAt.map(VietnameseFormat.momentWithSeconds) },
        "lastSuccess": { $0.summary.lastSuccessAt.map(VietnameseFormat.momentWithSeconds) },
        "lastDuration": { $0.summary.lastDuration.map(HeartbeatText.took) },
        "started": { $0.summary.startedAt.map(VietnameseFormat.momentWithSeconds) },
        "occurrences": { view in view.occurrences.map { OccurrenceView(at: $0, grace: view.heartbeat.grace) } },
        "url": { $0.address?.url }, "slugURL": { $0.address?.slugURL },
        "crontab": { $0.address?.crontab }, "measuredCrontab": { $0.address?.measuredCrontab },
        "needsKey": { view in view.address.map { view.heartbeat.slug != nil && $0.use.key == nil } },
        "ambiguous": { view in view.address.flatMap { $0.use.sharers > 1 ? String($0.use.sharers) : nil } },
        "strip": { StripView(id: "strip", strip: $0.strip) },
        "share": { MonitorText.share($0.strip.availability) }, "basis": { MonitorText.basis($0.strip.availability) },
        "downTime": { VietnameseFormat.duration($0.strip.availability.down) },
        "plannedTime": { VietnameseFormat.duration($0.strip.availability.planned) },
        "unmeasuredTime": { VietnameseFormat.duration($0.strip.availability.notMeasured) },
        "measuredTime": { VietnameseFormat.duration($0.strip.availability.measured) },
        "rule": { _ in HeartbeatText.rule },
        "outages": { view in view.history.outages.map { OutageView(outage: $0, now: view.now) } },
        "gaps": { view in view.history.gaps.map { GapView(gap: $0, now: view.now) } },
        "pings": { view in view.pings.map { PingView(ping: $0, showsBody: view.showsBodies) } },
        "lastBody": \.lastBody,
        "mayPause": { $0.address != nil && $0.heartbeat.pausedAt == nil },
        "mayResume": { $0.address != nil && $0.heartbeat.pausedAt != nil },
        "mayKeep": { $0.address != nil }, "path": { "/heartbeats/\($0.heartbeat.id.rawValue)" },
    ]
}

struct OccurrenceView: View {
    let at: Instant
    let grace: Duration

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "expectedAt": { VietnameseFormat.momentWithSeconds($0.at) },
        "latest": { VietnameseFormat.momentWithSeconds($0.at + $0.grace) },
    ]
}

struct PingView: View {
    let ping: LoggedPing
    let showsBody: Bool

    private var text: String? {
        showsBody ? ping.body.map { FormText.normalized(String(decoding: $0, as: UTF8.self)) } : nil
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "number": { "#\($0.ping.number)" }, "heardAt": { VietnameseFormat.momentWithSeconds($0.ping.at) },
        "kind": {
            switch $0.ping.kind {
            case .success: "met"
            case .fail: "missing"
            case .start: "open"
            case .log: "na"
            }
        },
        "label": \.ping.kind.label,
        "exitStatus": { $0.ping.exitStatus.map { String($0) } },
        "took": { $0.ping.duration.map(HeartbeatText.took) },
        "rid": { $0.ping.rid?.uuidString.lowercased() },
        "source": { "\($0.ping.source) · \($0.ping.method)" }, "agent": \.ping.userAgent,
        "isIgnored": { !$0.ping.isCounted },
        "bytes": { $0.ping.body.map { "\(VietnameseFormat.number($0.count)) byte\($0.count == Ping.bodyLimit ? " đầu" : "")" } },
        "content": \.text,
    ]
}
