import Civil
import Database
import Organization
import Web
import WorkingTime

struct AvailabilityView: PageView {
    static let template = "availability/show"
    static let parts: [any View.Type] = [
        AvailabilityRowView.self, ReclassifiedOutageView.self, OutageRevisionView.self, OptionView.self, ProblemView.self,
        PagingView.self, FrozenMonthView.self, MonthCorrectionView.self,
    ]

    let window: AvailabilityWindow
    let table: AvailabilityTable
    /// The monitors of this page of the table; everything else is of all of them.
    let shown: [AvailabilityTable.Row]
    let paging: PagingView
    let revisions: [OutageRevision]
    let months: [FrozenMonth]
    let corrections: [MonthCorrection]
    /// As typed.
    let from: String
    let to: String
    let problems: [Refusal.Problem]
    let now: Instant

    private var whole: Availability { table.whole.availability }

    /// The period that goes on and the five before it.
    private var periods: [ReportingPeriod] {
        sequence(first: ReportingPeriod(containing: CivilDate(inVietnam: now))) { $0.previous }.prefix(6).map { $0 }
    }

    /// Who judged how many outages again.
    private var judges: String? {
        guard !revisions.isEmpty else { return nil }
        let counts = Dictionary(grouping: revisions, by: \.revisedBy).mapValues(\.count)
        return counts.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "from": { $0.from.isEmpty ? VietnameseFormat.localDate($0.window.firstDay) : $0.from },
        "to": { $0.to.isEmpty ? VietnameseFormat.localDate($0.window.lastDay) : $0.to },
        "fromProblem": { $0.problems.text(for: "from") }, "toProblem": { $0.problems.text(for: "to") },
        "periodProblem": { $0.problems.text(for: "period") },
        "periods": { view in
            view.periods.map { OptionView($0.code, $0.title, selected: $0 == view.window.period) }
        },
        "windowText": { view in
            let days = "từ \(VietnameseFormat.date(view.window.firstDay)) đến hết \(VietnameseFormat.date(view.window.lastDay))"
            return view.window.period.map { "\($0.title), \(days)" } ?? days
        },
        "cut": { $0.window.range.contains($0.now) ? VietnameseFormat.moment($0.now) : nil },
        "csvHref": { view in
            FormText.href(
                "/availability/figures",
                [
                    ("from", VietnameseFormat.localDate(view.window.firstDay)),
                    ("to", VietnameseFormat.localDate(view.window.lastDay)),
                ])
        },
        "share": { MonitorText.share($0.whole) },
        "measured": { VietnameseFormat.duration($0.whole.measured) },
        "unmeasured": { VietnameseFormat.duration($0.whole.notMeasured) },
        "unmeasuredShare": { $0.whole.notMeasuredMillionths.map(MonitorText.percent) },
        "reclassified": { VietnameseFormat.duration($0.whole.reclassified) },
        "reclassifiedShare": { $0.whole.reclassifiedMillionths.map(MonitorText.percent) },
        "reclassifiedCount": { "\($0.revisions.count)" }, "judges": \.judges,
        "rule": { _ in Availability.rule },
        "whole": { [AvailabilityRowView(row: $0.table.whole)] },
        "components": { $0.table.components.map(AvailabilityRowView.init) },
        "groups": { $0.table.groups.map(AvailabilityRowView.init) }, "hasGroups": { !$0.table.groups.isEmpty },
        "months": { $0.months.map(FrozenMonthView.init) },
        "corrections": { $0.corrections.map(MonthCorrectionView.init) }, "hasCorrections": { !$0.corrections.isEmpty },
        "monitors": { $0.shown.map(AvailabilityRowView.init) }, "paging": \.paging,
        "revisions": { $0.revisions.map(ReclassifiedOutageView.init) },
    ]
}

struct AvailabilityRowView: View {
    let row: AvailabilityTable.Row

    private static func clock(_ duration: Duration) -> String { VietnameseFormat.clock(seconds: duration.inSeconds) }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "name": \.row.name, "monitorHref": { view in view.row.monitor.map { "/monitors/\($0.rawValue)" } },
        "rowWindow": { clock($0.row.availability.window) }, "rowPlanned": { clock($0.row.availability.planned) },
        "rowUnmeasured": { clock($0.row.availability.notMeasured) },
        "rowUnmeasuredShare": { $0.row.availability.notMeasuredMillionths.map(MonitorText.percent) },
        "rowMeasured": { clock($0.row.availability.measured) }, "rowDown": { clock($0.row.availability.down) },
        "rowOutages": { VietnameseFormat.number($0.row.availability.outages) },
        "rowShare": { MonitorText.share($0.row.availability) },
        "rowReclassified": { view in
            view.row.availability.reclassified > .zero ? clock(view.row.availability.reclassified) : nil
        },
    ]
}

/// An outage of the window that counts as something else than what was seen.
struct ReclassifiedOutageView: View {
    let revision: OutageRevision

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "outageHref": { "/outages/\($0.revision.outage.rawValue)" },
        "revisedMonitor": \.revision.monitorName,
        "revisedBegan": { $0.revision.during.lower.map(VietnameseFormat.momentWithSeconds) },
        "revisedLasting": { $0.revision.during.duration.map(VietnameseFormat.duration) },
        "revision": { OutageRevisionView(revision: $0.revision) },
    ]
}
