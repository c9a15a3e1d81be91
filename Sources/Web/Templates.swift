import Mustache

/// All templates, compiled once at start.
package struct Templates: Sendable {
    private let library: MustacheLibrary

    /// - Throws: `MustacheLibrary.ParserError` naming the file and the line.
    package init(directory: String) async throws {
        library = try await MustacheLibrary(directory: directory)
    }

    /// - Returns: HTML. A template that is not there is a mistake of ours, which a test finds.
    package func render(_ view: some PageView) -> String {
        library.render(view, withTemplate: type(of: view).template) ?? ""
    }
}
