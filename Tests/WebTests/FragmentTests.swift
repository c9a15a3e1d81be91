import Foundation
import Synchronization
import TestKit
import Testing

@testable import Web

private struct Row: FragmentView {
    static let template = "row"
    let name: String
    let state: String?

    static let fields: [String: @Sendable (Self) -> Any?] = ["name": \.name, "state": \.state]
}

/// The same fields as `Row`, another template.
private struct Line: FragmentView {
    static let template = "line"
    let name: String
    let state: String?

    static let fields: [String: @Sendable (Self) -> Any?] = ["name": \.name, "state": \.state]
}

private struct Rows: PageView {
    static let template = "rows"
    let rows: Fragment

    static let fields: [String: @Sendable (Self) -> Any?] = ["rows": \.rows]
}

/// Parts of pages whose HTML is kept.
struct FragmentTests {
    private static func withTemplates(_ body: (Templates) throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "fragments-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for (name, text) in [
            "row": "<li>{{name}}{{#state}} <b>{{state}}</b>{{/state}}</li>", "line": "<p>{{name}}</p>",
            "rows": "<ul>{{{rows}}}{{^rows}}<li>không có gì</li>{{/rows}}</ul>",
        ] {
            try text.write(toFile: "\(directory)/\(name).mustache", atomically: true, encoding: .utf8)
        }
        try body(try await Templates(directory: directory))
    }

    @Test func aPageShowsItsFragmentsOneAfterTheOther() async throws {
        try await Self.withTemplates { templates in
            let rows = templates.fragment([Row(name: "Cổng <LGSP> & \"trục\"", state: nil), Row(name: "Yên Khánh", state: "mới")])
            #expect(
                templates.render(Rows(rows: rows))
                    == "<ul><li>Cổng &lt;LGSP&gt; &amp; &quot;trục&quot;</li><li>Yên Khánh <b>mới</b></li></ul>")
            #expect(templates.render(Rows(rows: templates.fragment([Row]()))) == "<ul><li>không có gì</li></ul>")
        }
    }

    @Test func theSameViewIsMadeOnceAndAChangedOneAnew() {
        let cache = FragmentCache()
        var made: [String] = []
        func html(_ view: some FragmentView, _ text: String) -> String {
            cache.html(of: view) {
                made.append(text)
                return text
            }
        }
        #expect(html(Row(name: "a", state: nil), "1") == "1")
        #expect(html(Row(name: "a", state: nil), "2") == "1")
        #expect(html(Row(name: "a", state: ""), "3") == "3")
        #expect(html(Line(name: "a", state: nil), "4") == "4", "another kind of view with the same fields")
        // Swift's strings are equal in both normal forms, and so is what is shown of them.
        #expect(html(Row(name: "Khánh", state: nil), "5") == "5")
        #expect(html(Row(name: "Kha\u{301}nh", state: nil), "6") == "5")
        #expect(made == ["1", "3", "4", "5"])
    }

    @Test func whatIsLookedAtStaysAndTheRestIsForgotten() {
        let cache = FragmentCache()
        let looked = Row(name: "luôn xem", state: nil)
        var made = 0
        func look(_ view: Row) {
            _ = cache.html(of: view) {
                made += 1
                return view.name
            }
        }
        for number in 0..<FragmentCache.generation * 10 {
            look(Row(name: String(number), state: nil))
            if number.isMultiple(of: 100) { look(looked) }
        }
        #expect(made == FragmentCache.generation * 10 + 1, "the one that is looked at is made once")
        #expect(cache.count <= FragmentCache.generation * 2)
        look(Row(name: "0", state: nil))
        #expect(made == FragmentCache.generation * 10 + 2, "the oldest is forgotten")
    }

    @Test func manyThreadsAtOnceSeeTheirOwn() async {
        let cache = FragmentCache()
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    (0..<4000).allSatisfy { number in
                        let name = String((number * (task + 1)) % 2000)
                        return cache.html(of: Row(name: name, state: nil)) { name } == name
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
