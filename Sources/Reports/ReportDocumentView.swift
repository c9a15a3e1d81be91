import Civil
import Markdown
import Organization
package import Web
import WorkingTime

/// The whole report as one page of HTML, laid out by Nghị định 30/2020/NĐ-CP. It stands alone: its style is inside it.
package struct ReportDocumentView: PageView {
    package static let template = "reports/document"
    package static let parts: [any View.Type] = [ReportLineView.self]

    let report: Report
    /// `public/report.css`
    let style: String

    package init(_ report: Report, style: String) {
        self.report = report
        self.style = style
    }

    package static let fields: [String: @Sendable (Self) -> Any?] = [
        "style": \.style, "title": \.report.title, "issuerParent": \.report.issuerParent, "issuer": \.report.issuer,
        "numberLine": \.report.numberLine, "placeAndDate": \.report.placeAndDate, "addressee": \.report.addressee,
        "isDemo": \.report.facts.isDemo, "body": \.report.body.html, "appendices": \.report.appendices.html,
        "recipients": { $0.report.recipients.map(ReportLineView.init) },
    ]
}

package struct ReportLineView: View {
    let line: String

    package static let fields: [String: @Sendable (Self) -> Any?] = ["line": \.line]
}

/// `/reports`: the periods, and what was issued.
struct ReportListView: PageView {
    static let template = "reports/list"
    static let parts: [any View.Type] = [ReportPeriodView.self, IssuedReportView.self, ProblemView.self]

    let periods: [ReportPeriodView]
    let issued: [IssuedReport]
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "periods": \.periods, "issued": { $0.issued.map(IssuedReportView.init) }, "from": { $0.form["from"] },
        "to": { $0.form["to"] }, "problems": { $0.problems.map(ProblemView.init) },
        "fromProblem": { $0.problems.text(for: "from") }, "toProblem": { $0.problems.text(for: "to") },
    ]
}

/// One half-year in the list.
struct ReportPeriodView: View {
    let window: ReportWindow
    let issued: IssuedReport?
    let now: Instant

    private var isOver: Bool { window.range.upper.map { $0 <= now } ?? false }
    private var isLate: Bool {
        issued == nil && (window.period.map { CivilDate(inVietnam: now) > $0.sendBy } ?? false)
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "title": \.window.title, "href": { "/reports/\($0.window.period?.code ?? "")" },
        "window": { "\(VietnameseFormat.date($0.window.firstDay)) – \(VietnameseFormat.date($0.window.lastDay))" },
        "sendBy": { $0.window.period.map { VietnameseFormat.date($0.sendBy) } },
        "stateKind": { $0.issued != nil ? "good" : $0.isLate ? "bad" : $0.isOver ? "warning" : "quiet" },
        "stateLabel": {
            $0.issued.map { "Đã chốt \($0.code)" } ?? ($0.isLate ? "Quá hạn gửi" : $0.isOver ? "Chờ chốt" : "Đang diễn ra")
        },
    ]
}

struct IssuedReportView: View {
    let report: IssuedReport

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "code": \.report.code, "href": { "/reports/issued/\($0.report.code)" }, "title": \.report.title,
        "revision": { $0.report.revision > 1 ? "bản \($0.report.revision)" : nil },
        "issuedAt": { VietnameseFormat.moment($0.report.issuedAt) }, "issuedBy": \.report.issuedBy,
    ]
}

/// A report before it is issued: as the figures are now.
struct ReportPreviewView: PageView {
    static let template = "reports/show"
    static let parts: [any View.Type] = [ReportFileView.self, ProblemView.self]

    let heading: String
    let about: String
    let files: [ReportFileView]
    /// Where it is issued; nil for who may not, and for a report that was issued.
    let issuance: String?
    /// Why it cannot be issued yet.
    let waiting: String?
    let letterhead: String
    let content: String
    var problems: [Refusal.Problem] = []

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "heading": \.heading, "about": \.about, "files": \.files, "issuance": \.issuance, "waiting": \.waiting,
        "letterhead": \.letterhead, "content": \.content, "problems": { $0.problems.map(ProblemView.init) },
    ]
}

struct ReportFileView: View {
    let label: String
    let href: String

    static let fields: [String: @Sendable (Self) -> Any?] = ["label": \.label, "href": \.href]
}
