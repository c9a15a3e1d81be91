import Civil
import Database
import Organization
import Web
import WorkingTime

/// How the provider has done in a period, and the incidents that one figure was counted from.
struct ProviderView: PageView {
    static let template = "incidents/provider"
    static let parts: [any View.Type] = [
        ProblemView.self, OptionView.self, ProviderFigureView.self, ProviderRowView.self, BadgeView.self, PagingView.self,
    ]

    let current: ReportingPeriod
    let period: ReportingPeriod
    let card: ProviderScorecard
    let selection: ProviderScorecard.Selection
    let rows: [ProviderCase]
    let paging: PagingView?
    let problems: [Refusal.Problem]

    private var periods: [ReportingPeriod] {
        let newest = [current, current.previous, current.previous.previous, current.previous.previous.previous]
        return newest.contains(period) ? newest : newest + [period]
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "periodProblem": { $0.problems.text(for: "period") },
        "periods": { view in view.periods.map { OptionView($0.code, $0.title, selected: $0 == view.period) } },
        "windowText": {
            "\($0.period.title): từ \(VietnameseFormat.date($0.period.firstDay)) đến hết \(VietnameseFormat.date($0.period.lastDay))"
        },
        "answerTarget": { VietnameseFormat.duration($0.card.targets.answer) },
        "fixTargets": \.fixTargets, "figures": \.figures,
        "selectionLabel": \.selection.label, "isSelected": { $0.selection != .all },
        "allHref": { "/incidents/provider?period=\($0.period.code)#cases-title" },
        "rows": { view in view.rows.map { ProviderRowView(row: $0, card: view.card) } }, "paging": \.paging,
    ]

    private var fixTargets: String {
        Incident.Severity.allCases.compactMap { severity in
            card.targets.fix[severity].map { "\(severity.short) \(VietnameseFormat.duration($0))" }
        }.joined(separator: ", ")
    }

    private var figures: [ProviderFigureView] {
        func href(_ selection: ProviderScorecard.Selection) -> String {
            "/incidents/provider?period=\(period.code)&show=\(selection.rawValue)#cases-title"
        }
        func count(_ selection: ProviderScorecard.Selection) -> ProviderFigureView {
            let number = card.cases.isEmpty ? nil : VietnameseFormat.number(card.count(selection))
            let whole = selection == .all || card.cases.isEmpty ? nil : "trong \(VietnameseFormat.number(card.cases.count))"
            return ProviderFigureView(name: selection.label, figure: number, detail: whole, href: number == nil ? nil : href(selection))
        }
        func time(_ name: String, _ value: Duration?, _ href: String?, _ detail: String?) -> ProviderFigureView {
            ProviderFigureView(
                name: name, figure: value.map(VietnameseFormat.duration), detail: value == nil ? nil : detail,
                href: value == nil ? nil : href)
        }
        let (answer, fix) = (card.longestAnswer, card.longestFix)
        let answered = "của \(VietnameseFormat.number(card.count(.answered))) sự cố đã trả lời"
        let fixed = "của \(VietnameseFormat.number(card.count(.fixed))) sự cố đã khắc phục"
        return [
            count(.all), count(.answeredInTime), count(.answeredLate), count(.unanswered),
            time("Trả lời, trung vị", card.medianAnswer, href(.answered), answered),
            time("Trả lời, lâu nhất", answer?.times.answerTime, answer.map { "/incidents/\($0.code)" }, answer?.code),
            count(.fixedInTime), count(.fixedLate), count(.unfixed),
            time("Khắc phục, trung vị", card.medianFix, href(.fixed), fixed),
            time("Khắc phục, lâu nhất", fix?.times.fixTime, fix.map { "/incidents/\($0.code)" }, fix?.code),
        ]
    }
}

/// One figure, and the rows that it leads to.
struct ProviderFigureView: View {
    let name: String
    /// Nil where there is nothing to count.
    let figure: String?
    let detail: String?
    let href: String?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "name": \.name, "figure": \.figure, "detail": \.detail, "figureHref": \.href,
    ]
}

struct ProviderRowView: View {
    let row: ProviderCase
    let card: ProviderScorecard

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "href": { "/incidents/\($0.row.code)#provider-title" }, "code": \.row.code, "title": \.row.title,
        "severity": { $0.row.severity.badge }, "handedOver": { VietnameseFormat.moment($0.row.times.handedOverAt) },
        "machineTime": { VietnameseFormat.timestamp($0.row.times.handedOverAt) },
        "answer": { $0.card.answer($0.row).badge }, "answerTime": { $0.row.times.answerTime.map(VietnameseFormat.duration) },
        "fix": { $0.card.fix($0.row).badge }, "fixTime": { $0.row.times.fixTime.map(VietnameseFormat.duration) },
    ]
}

extension ProviderMark {
    var badge: BadgeView {
        switch self {
        case .inTime: BadgeView(kind: "met", label: "Đúng hạn")
        case .late: BadgeView(kind: "missing", label: "Muộn")
        case .awaited: BadgeView(kind: "open", label: "Đang chờ")
        case .overdue: BadgeView(kind: "overdue", label: "Quá hạn")
        case .unjudged: BadgeView(kind: "na", label: "Chưa có mục tiêu")
        }
    }
}

/// The provider's times on the page of an incident.
struct ProviderBlockView: View {
    static let parts: [any View.Type] = [ProviderBlockView.self, BadgeView.self]

    let record: IncidentRecord

    private var times: Handover? { record.handover?.times }
    private var isTyped: Bool { !record.form["handover_version"].isEmpty }
    private var version: String { isTyped ? record.form["handover_version"] : String(record.handover?.version ?? 0) }

    private func typed(_ name: String, _ stored: Instant?) -> String? {
        isTyped ? record.form[name] : stored.map { String(VietnameseFormat.timestamp($0).prefix(19)) }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "code": \.record.incident.code,
        "handedOver": { $0.times.map { VietnameseFormat.momentWithSeconds($0.handedOverAt) } },
        "answered": { $0.times?.answeredAt.map(VietnameseFormat.momentWithSeconds) },
        "answerTime": { $0.times?.answerTime.map(VietnameseFormat.duration) },
        "answerMark": { $0.times?.answer($0.record.targets, at: $0.record.now).badge },
        "fixed": { $0.times?.fixedAt.map(VietnameseFormat.momentWithSeconds) },
        "fixTime": { $0.times?.fixTime.map(VietnameseFormat.duration) },
        "fixMark": { $0.times?.fix($0.record.incident.severity, $0.record.targets, at: $0.record.now).badge },
        "mayHandOver": { $0.record.mayWrite || $0.isTyped }, "handoverVersion": \.version,
        "isStored": { $0.times != nil }, "handoverIsOpen": \.isTyped,
        "handedOverAt": { $0.typed("handed_over_at", $0.times?.handedOverAt) },
        "handedOverAtProblem": { $0.record.problems.text(for: "handed_over_at") },
        "answeredAt": { $0.typed("answered_at", $0.times?.answeredAt) },
        "answeredAtProblem": { $0.record.problems.text(for: "answered_at") },
        "fixedAt": { $0.typed("fixed_at", $0.times?.fixedAt) },
        "fixedAtProblem": { $0.record.problems.text(for: "fixed_at") },
        "handoverReason": { $0.record.form["handover_reason"] },
        "handoverReasonProblem": { $0.record.problems.text(for: "handover_reason") },
    ]
}
