import Foundation
import Mustache
import TestKit
import Testing

@testable import Console

/// Templates are whole: every form has its key, every tag is closed, and nothing but our own Markdown is unescaped.
@Suite struct TemplateTests {
    private static let folder = repositoryRoot + "/templates"

    private static func templates() throws -> [(name: String, text: String)] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".mustache") }.sorted().map {
            ($0, try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8))
        }
    }

    @Test func tripleBracesStandOnlyWhereOurOwnRenderersWrite() throws {
        let allowed = [
            "layout.mustache": ["content", "navigation"], "incidents/list.mustache": ["rows"], "monitors/list.mustache": ["monitors"],
            "reports/show.mustache": ["content"],
            "reports/document.mustache": ["style", "body", "appendices"], "notices/document.mustache": ["style", "body"],
        ]
        for (name, text) in try Self.templates() {
            let raw = text.matches(of: /\{\{\{\s*(\w+)\s*\}\}\}/).map { String($0.1) }
            #expect(raw.allSatisfy { allowed[name]?.contains($0) ?? false }, "\(name): \(raw)")
            #expect(!text.contains("{{&"), "\(name)")
        }
    }

    @Test func everyFormThatCommandsHidesAKey() throws {
        for (name, text) in try Self.templates() where name != "layout.mustache" && !name.hasPrefix("sessions/") {
            let forms = text.matches(of: /<form[^>]*method="post"[^>]*>(?s:(.*?))<\/form>/)
            for form in forms { #expect(form.1.contains("shared/form-key"), "\(name): \(form.0.prefix(120))") }
        }
    }

    @Test func nothingRunsOrStylesInline() throws {
        for (name, text) in try Self.templates() where !name.hasSuffix("/document.mustache") {
            #expect(text.firstMatch(of: #/ style="| on[a-z]+="|<script>|<style/#) == nil, "\(name)")
        }
    }
}
