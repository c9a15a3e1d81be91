import Foundation
import Hummingbird
import Web

/// The API in its own words: `data/openapi.json`, which a test compares with the routes.
struct APIDocument: Sendable {
    let text: String

    /// - Throws: What reading the file throws.
    init(_ resources: Resources) throws {
        text = try String(contentsOfFile: resources.data + "/openapi.json", encoding: .utf8)
    }

    func add(to routes: inout RouteTable) {
        routes.machine(.get, "/api/v1/openapi.json") { [text] _, _ in .text(text, type: "application/json") }
    }
}
