package import Civil
package import Documents
package import Foundation
package import Web

/// Makes a report from the database in each of its forms; pages and the command line both ask it.
package struct ReportPress: Sendable {
    package let store: ReportStore
    package let documents: DocumentPress

    /// - Parameter style: The text of `public/report.css`.
    package init(store: ReportStore, templates: Templates, style: String) {
        self.store = store
        documents = DocumentPress(templates: templates, style: style)
    }

    package func report(_ window: ReportWindow, at now: Instant) async throws -> Report {
        Report(try await store.facts(window, at: now))
    }

    package func text(of report: Report) -> ReportText {
        ReportText(
            markdown: report.markdown, html: documents.html(ReportDocumentView(report, style: documents.style)))
    }

    /// - Throws: `PDFPress.Failure`
    package func file(_ text: ReportText, _ format: ReportFormat) async throws -> Data {
        switch format {
        case .markdown: Data(text.markdown.utf8)
        case .html: Data(text.html.utf8)
        case .pdf: try await documents.pdf(text.html)
        }
    }
}
