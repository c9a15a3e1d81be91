import Foundation
package import Mustache

/// What a template may say of something, already formatted. Listing the fields is three times as fast as reflection,
/// and a test compares the list with the names in the template, both ways.
package protocol View: MustacheParent, Sendable {
    /// Name in the template → text (`String`), condition (`Bool`), one `View` or a list of them; nil for nothing.
    static var fields: [String: @Sendable (Self) -> Any?] { get }
}

extension View {
    package func child(named name: String) -> Any? {
        Self.fields[name].map { shown($0(self)) }
    }
}

/// A field that has nothing to say. Mustache would look for a missing field in the views around this one, and it takes
/// an empty text for something: both would show what was not meant.
private struct Nothing: MustacheCustomRenderable {
    var renderText: String { "" }
    var isNull: Bool { true }
}

/// A text in the shape that swift-mustache recognizes first: of a bare `String` it asks four more things each time, and looks
/// for names inside a section upon it by reflection.
private struct Said: MustacheCustomRenderable, MustacheParent {
    let renderText: String
    var isNull: Bool { false }

    func child(named name: String) -> Any? { nil }
}

private func shown(_ value: Any?) -> Any {
    guard let value else { return Nothing() }
    if let text = value as? String { return text.isEmpty ? Nothing() : Said(renderText: text) }
    return value
}

/// A view that has a template of its own.
package protocol TemplateView: View {
    /// Name under `templates/`, without `.mustache`: `incidents/list`.
    static var template: String { get }
    /// The kinds of view found inside this one; together they offer all names that the template may use.
    static var parts: [any View.Type] { get }
}

extension TemplateView {
    package static var parts: [any View.Type] { [] }
}

/// A view that fills a page.
package protocol PageView: TemplateView {}

extension PageView {
    /// Every page may hide a key in each of its forms (`shared/form-key`): the name gives a new key at each place where
    /// it stands, so that two forms of one page are two forms.
    package func child(named name: String) -> Any? {
        name == "formKey" ? UUID().uuidString : Self.fields[name].map { shown($0(self)) }
    }
}
