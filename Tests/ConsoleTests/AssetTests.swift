import Foundation
import HTTPTypes
import Hummingbird
import TestKit
import Testing

@testable import Console

/// What a page names, the console serves, for ever under the same name.
@Suite struct AssetTests {
    @Test(arguments: [
        ("href=\"(/assets/console-[^\"]+)\"", "text/css; charset=utf-8", "console.css"),
        ("src=\"(/assets/console-[^\"]+)\"", "text/javascript; charset=utf-8", "console.js"),
        ("href=\"(/assets/icons-[^\"]+)\"", "image/svg+xml", "icons/favicon.svg"),
    ])
    func everythingThatAPageNamesIsServed(pattern: String, type: String, file: String) async throws {
        try await WholeHouse.with { town, _ in
            let page = try await town.browser(nil).get("/login")
            let found = try #require(page.body.firstMatch(of: try Regex(pattern))?.output[1].substring)
            let answer = try await town.browser(nil).get(String(found))
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == type)
            #expect(answer.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(answer.body == (try String(contentsOfFile: "\(repositoryRoot)/public/\(file)", encoding: .utf8)))
        }
    }

    @Test(arguments: ["/assets/console.css", "/assets/console-0000000000.css", "/assets/..%2fPackage.swift"])
    func whatIsNotThereIsNotFound(path: String) async throws {
        try await WholeHouse.with { town, _ in
            let answer = try await town.browser(nil).get(path)
            #expect(answer.status == .notFound)
        }
    }
}
