import Foundation
import TestKit
import Testing
import Web

@testable import Compliance

/// A template says only what its view offers, and a view offers only what a template says.
@Suite struct ComplianceTemplateTests {
    @Test(arguments: [
        OfficerListView.self, OfficerFormView.self, OfficerHistoryView.self, OfficerConclusionView.self,
        BackupListView.self, ObligationListView.self,
    ] as [any PageView.Type])
    func templateAndViewAgree(view: any PageView.Type) throws {
        var named = Set<String>()
        var waiting = [view.template]
        var seen = Set<String>()
        while let name = waiting.popLast() {
            guard seen.insert(name).inserted else { continue }
            let text = try String(contentsOfFile: "\(repositoryRoot)/templates/\(name).mustache", encoding: .utf8)
            waiting += text.matches(of: #/\{\{>\s*([\w\/-]+)\s*\}\}/#).map { String($0.1) }
            named.formUnion(text.matches(of: #/\{\{[#^]?(?:empty\()?(\w+)\)?\}\}/#).map { String($0.1) })
        }
        named.remove("formKey")
        let offered = ([view] + view.parts).reduce(into: Set<String>()) { $0.formUnion(Self.names(of: $1)) }
        #expect(named.subtracting(offered) == [], "\(view.template): unknown to the view")
        #expect(offered.subtracting(named) == [], "\(view.template): shown nowhere")
    }

    private static func names(of view: any View.Type) -> Set<String> {
        func names<V: View>(_ view: V.Type) -> Set<String> { Set(view.fields.keys) }
        return names(view)
    }
}
