import Foundation
import TestKit
import Testing
import Web

// Each is here so that its views are in the test's program, where they are found by name.
@testable import Compliance
@testable import Console
@testable import Delivery
@testable import Hotline
@testable import Incidents
@testable import Monitor
@testable import Notices
@testable import Reports
@testable import Status

/// What a template names and what its view offers are the same: a name that nobody offers would be an empty place on the
/// page, and a field that nobody shows is work for nothing.
@Suite struct TemplateContractTests {
    /// A view with a template, of any module, found in the sources and then in the program.
    struct Page: CustomTestStringConvertible, Sendable {
        let name: String
        let type: any TemplateView.Type
        var testDescription: String { name }
    }

    private static let sources = repositoryRoot + "/Sources"
    private static let templates = repositoryRoot + "/templates"

    /// `Module.Type` of every `struct … : PageView` and `: FragmentView` in the sources.
    private static let declared: [String] = {
        let files = (try? FileManager.default.subpathsOfDirectory(atPath: sources)) ?? []
        return files.filter { $0.hasSuffix(".swift") }.sorted().flatMap { file -> [String] in
            let text = (try? String(contentsOfFile: "\(sources)/\(file)", encoding: .utf8)) ?? ""
            let module = file.split(separator: "/")[0]
            return text.matches(of: /struct (\w+): [^{]*\b(?:Page|Fragment)View\b/).map { "\(module).\($0.1)" }
        }
    }()

    private static let pages: [Page] = declared.compactMap { name in
        let parts = name.split(separator: ".")
        // The mangled name of a struct on a module's top level (Swift ABI, Mangling).
        let mangled = parts.map { "\($0.utf8.count)\($0)" }.joined() + "V"
        return (_typeByName(mangled) as? any TemplateView.Type).map { Page(name: name, type: $0) }
    }

    @Test func everyPageViewOfTheSourcesIsFound() {
        #expect(Self.declared.count >= 24)
        #expect(Self.pages.map(\.name) == Self.declared)
    }

    @Test func everyTemplateHasOneViewAndEveryPartialIsIncluded() throws {
        let all = Set(try FileManager.default.subpathsOfDirectory(atPath: Self.templates).filter { $0.hasSuffix(".mustache") }
            .map { String($0.dropLast(".mustache".count)) })
        let used = Self.pages.map { $0.type.template }
        #expect(used.count == Set(used).count, "two views for one template")
        #expect(Set(used).subtracting(all) == [], "a view without its template")
        let included = try used.reduce(into: Set<String>()) { $0.formUnion(try Names(of: $1).partials) }
        #expect(included == all.subtracting(used), "what fills no page is part of one")
    }

    @Test(arguments: pages)
    func aTemplateNamesWhatItsViewOffers(page: Page) throws {
        let names = try Names(of: page.type.template).fields
        let offered = page.type.parts.reduce(into: Self.fields(page.type)) { $0.formUnion(Self.fields($1)) }
        // Every page offers its forms' keys.
        #expect(names.subtracting(offered).subtracting(["formKey"]).sorted() == [], "the template names what nobody offers")
        #expect(offered.subtracting(names).sorted() == [], "a field that the template does not show")
    }

    /// A form's key is new at each showing; a fragment is kept.
    @Test(arguments: pages.filter { $0.type is any FragmentView.Type })
    func aFragmentHasNoForm(page: Page) throws {
        let names = try Names(of: page.type.template)
        #expect(!names.fields.contains("formKey") && !names.partials.contains("shared/form-key"))
    }

    private static func fields(_ type: any View.Type) -> Set<String> {
        func opened<V: View>(_ type: V.Type) -> Set<String> { Set(type.fields.keys) }
        return opened(type)
    }

    /// The names in a template and in everything that it includes.
    private struct Names {
        var fields: Set<String> = []
        var partials: Set<String> = []

        init(of template: String) throws {
            try read(template)
        }

        private mutating func read(_ template: String) throws {
            let text = try String(contentsOfFile: "\(TemplateContractTests.templates)/\(template).mustache", encoding: .utf8)
            for tag in text.matches(of: /\{\{\{?\s*([#^\/>!&]?)\s*([^}]*?)\s*\}\}/) {
                switch tag.1 {
                case "!": break
                case ">":
                    let partial = String(tag.2)
                    if partials.insert(partial).inserted { try read(partial) }
                default:
                    // `empty(problems)` looks at `problems`; a lone point is the thing itself.
                    let name = tag.2.split(separator: "(").last?.prefix { $0 != ")" } ?? ""
                    fields.formUnion(name.split(separator: ".").map(String.init))
                }
            }
        }
    }
}
