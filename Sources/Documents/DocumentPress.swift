package import Foundation
package import Web

/// What reports and notices are printed with: the templates, the style of official documents, and one WeasyPrint.
package struct DocumentPress: Sendable {
    /// All templates of the house, for who prints without a visitor.
    package let templates: Templates
    /// The text of `public/report.css`, which stands inside every document.
    package let style: String
    private let press = PDFPress()

    package init(templates: Templates, style: String) {
        self.templates = templates
        self.style = style
    }

    /// A whole page that needs nothing from elsewhere.
    package func html(_ view: some PageView) -> String { templates.render(view) }

    /// - Throws: `PDFPress.Failure`, `Busy`, `CancellationError`.
    package func pdf(_ html: String) async throws -> Data { try await press.print(html) }
}
