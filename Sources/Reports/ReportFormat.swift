/// The forms in which a report can be taken away.
package enum ReportFormat: String, CaseIterable, Sendable {
    case markdown = "md"
    case html
    case pdf

    package var label: String {
        switch self {
        case .markdown: "Markdown"
        case .html: "HTML"
        case .pdf: "PDF"
        }
    }

    package var contentType: String {
        switch self {
        case .markdown: "text/markdown; charset=utf-8"
        case .html: "text/html; charset=utf-8"
        case .pdf: "application/pdf"
        }
    }
}
