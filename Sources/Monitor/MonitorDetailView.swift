import Civil
import Database
import Organization
import Web

struct MonitorDetailView: PageView {
    static let template = "monitors/show"
    static let parts: [any View.Type] = [
        BadgeView.self, StripView.self, StripBarsView.self, LatencyView.self, LatencyLevelView.self,
        LatencyHourView.self, LatencyStretchView.self, LatencyGapView.self, LatencyReadingView.self, OutageView.self,
        GapView.self, PlaceView.self, DegradationView.self, FlappingView.self, PhaseView.self, OptionView.self,
        ProblemView.self,
    ]

    let summary: MonitorSummary
    let strip: DayStrip
    let latency: LatencyView
    let history: MonitorHistory
    let flappings: [TimeRange]
    /// What each place sees, and how many of them decide; nil where only one looks.
    let sight: (views: [LocationView], quorum: Quorum)?
    let mayKeep: Bool
    let problems: [Refusal.Problem]
    let now: Instant

    private var path: String { "/monitors/\(summary.monitor.id.rawValue)" }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "name": \.summary.monitor.name, "component": \.summary.monitor.component,
        "address": \.summary.monitor.target.address, "kindLabel": \.summary.monitor.target.kind.label,
        "agency": { $0.summary.agencyName ?? "Toàn hệ thống" },
        "badges": { BadgeView.all(for: $0.summary) },
        "since": { view in
            [.up, .degraded, .down].contains(view.summary.state) ? VietnameseFormat.moment(view.summary.since) : nil
        },
        "trouble": { view in view.summary.failure?.text },
        "retrying": \.summary.retrying,
        "lastSample": { $0.summary.lastSampleAt.map(VietnameseFormat.momentWithSeconds) },
        "phases": { view in (view.summary.phases?.named ?? []).map { PhaseView(name: $0.name, duration: $0.duration) } },
        "status": { $0.summary.status.map { String($0) } },
        "certificate": { $0.summary.certificateText(at: $0.now) },
        "certificateEnd": { $0.summary.certificateExpiresAt.map(VietnameseFormat.moment) },
        "group": \.summary.monitor.place.group, "parent": \.summary.monitor.place.parent,
        "parentHref": { $0.summary.monitor.parent.map { "/monitors/\($0.rawValue)" } },
        "tags": { $0.summary.monitor.place.tags.joined(separator: ", ") },
        "slowAfter": { String($0.summary.monitor.slowness.after) },
        "slowThreshold": { $0.summary.monitor.slowness.threshold.map(MonitorText.latency) },
        "flappings": { view in view.flappings.map { FlappingView(during: $0, now: view.now) } },
        "hasPlaces": { $0.sight != nil }, "places": { view in (view.sight?.views ?? []).map(PlaceView.init) },
        "needed": { view in view.sight.map { String($0.quorum.needed) } },
        "placeCount": { view in view.sight.map { String($0.quorum.locations) } },
        "maintenanceHref": { view in
            view.mayKeep ? FormText.href("/monitors/maintenance/new", [("monitor", view.summary.monitor.name)]) : nil
        },
        "degradations": { view in view.history.degradations.map { DegradationView(during: $0, now: view.now) } },
        "interval": { VietnameseFormat.duration($0.summary.monitor.interval) },
        "retryInterval": { VietnameseFormat.duration($0.summary.monitor.retryInterval) },
        "confirmAfter": { String($0.summary.monitor.confirmAfter) },
        "recoverAfter": { String($0.summary.monitor.recoverAfter) },
        "strip": { StripView(id: "strip", strip: $0.strip) },
        "share": { MonitorText.share($0.strip.availability) },
        "basis": { MonitorText.basis($0.strip.availability) },
        "downTime": { VietnameseFormat.duration($0.strip.availability.down) },
        "plannedTime": { VietnameseFormat.duration($0.strip.availability.planned) },
        "unmeasuredTime": { VietnameseFormat.duration($0.strip.availability.notMeasured) },
        "measuredTime": { VietnameseFormat.duration($0.strip.availability.measured) },
        "rule": { _ in Availability.rule },
        "latency": \.latency,
        "outages": { view in view.history.outages.map { OutageView(outage: $0, now: view.now) } },
        "gaps": { view in view.history.gaps.map { GapView(gap: $0, now: view.now) } },
        "mayPause": { $0.mayKeep && $0.summary.monitor.pausedAt == nil },
        "mayResume": { $0.mayKeep && $0.summary.monitor.pausedAt != nil },
        "mayKeep": \.mayKeep, "path": \.path,
    ]
}

struct PhaseView: View {
    let name: String
    let duration: Duration

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "phase": \.name, "took": { MonitorText.latency($0.duration) },
    ]
}

struct OutageView: View {
    let outage: Outage
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "began": { $0.outage.during.lower.map(VietnameseFormat.momentWithSeconds) },
        "ended": { $0.outage.during.upper.map(VietnameseFormat.momentWithSeconds) },
        "lasting": { VietnameseFormat.duration($0.outage.lasting(until: $0.now)) },
        "reason": \.outage.reason,
        "incidentHref": { "/incidents?outage=\($0.outage.id.rawValue)" },
        "outageHref": { "/outages/\($0.outage.id.rawValue)" },
    ]
}

struct FlappingView: View {
    let during: TimeRange
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "flapBegan": { $0.during.lower.map(VietnameseFormat.momentWithSeconds) },
        "flapEnded": { $0.during.upper.map(VietnameseFormat.momentWithSeconds) },
        "flapLasting": { view in
            view.during.lower.map { VietnameseFormat.duration((view.during.upper ?? view.now) - $0) }
        },
    ]
}

struct DegradationView: View {
    let during: TimeRange
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "slowBegan": { $0.during.lower.map(VietnameseFormat.momentWithSeconds) },
        "slowEnded": { $0.during.upper.map(VietnameseFormat.momentWithSeconds) },
        "slowLasting": { view in
            view.during.lower.map { VietnameseFormat.duration((view.during.upper ?? view.now) - $0) }
        },
    ]
}

struct GapView: View {
    let gap: MeasurementGap
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "gapBegan": { $0.gap.during.lower.map(VietnameseFormat.momentWithSeconds) },
        "gapEnded": { $0.gap.during.upper.map(VietnameseFormat.momentWithSeconds) },
        "gapLasting": { view in
            view.gap.during.lower.map { VietnameseFormat.duration((view.gap.during.upper ?? view.now) - $0) }
        },
        "gapReason": \.gap.reason.label,
    ]
}
