import Foundation
package import Web

/// What the template of a page and its views do not have in common: names that the template uses and no view of the page
/// knows would print nothing without a word, and fields that no template uses are dead.
package func namesThatDiffer<Page: PageView>(_ page: Page.Type) throws -> [String] {
    var known = Set(Page.fields.keys)
    for part in Page.parts { known.formUnion(fieldNames(of: part)) }
    let used = try namesUsed(in: Page.template)
    return used.subtracting(known).map { "unknown: \($0)" }.sorted() + known.subtracting(used).map { "unused: \($0)" }.sorted()
}

private func fieldNames<Part: View>(of part: Part.Type) -> [String] { Array(Part.fields.keys) }

/// Every name in a template and in the partials that it includes. `formKey` is known to every page.
private func namesUsed(in template: String) throws -> Set<String> {
    let path = "\(repositoryRoot)/templates/\(template).mustache"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var names = Set(text.matches(of: /\{\{\{?[#^\/]?(?:empty\()?([A-Za-z]\w*)\)?\}?\}\}/).map { String($0.1) })
    for partial in text.matches(of: /\{\{>([\w\/\-]+)\}\}/) { names.formUnion(try namesUsed(in: String(partial.1))) }
    return names.subtracting(["formKey"])
}
