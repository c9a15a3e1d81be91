import Foundation
import TestKit
import Testing

/// The house as docs/architecture.md draws it.
@Suite struct ArchitectureTests {
    private static func files(under folder: String, ending: String) throws -> [(path: String, text: String)] {
        let root = "\(repositoryRoot)/\(folder)"
        return try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(ending) }.sorted().map {
            ($0, try String(contentsOfFile: "\(root)/\($0)", encoding: .utf8))
        }
    }

    /// Which floor may see which, as Package.swift lists them. SwiftPM builds an import that nobody has listed when
    /// another target happens to need it, so it is looked at here.
    private static func floors() throws -> [String: Set<String>] {
        let text = try String(contentsOfFile: repositoryRoot + "/Package.swift", encoding: .utf8)
        func names(_ list: Substring) -> Set<String> {
            var found = Set(list.matches(of: /"(\w+)"/).map { String($0.1) })
            if list.contains(/\bslice\b/), let slice = text.firstMatch(of: /let slice[^=]*= \[(.*)\]/) { found.formUnion(names(slice.1)) }
            return found
        }
        var floors: [String: Set<String>] = [:]
        for floor in text.matches(of: /floor\("(\w+)"(?:, sees: (.*))?\),/) { floors[String(floor.1)] = names(floor.2 ?? "") }
        if let console = text.firstMatch(of: /name: "Console",\s*dependencies: ((?s:.*?))\],\s*swiftSettings/) {
            floors["Console"] = names(console.1)
        }
        return floors
    }

    @Test func everyImportIsOfAFloorBelow() throws {
        let floors = try Self.floors()
        #expect(floors.count >= 14 && floors["Incidents"]?.contains("Monitor") == true)
        let house = Set(floors.keys).union(["CPostgres", "CMark", "CCurl"])
        for (path, text) in try Self.files(under: "Sources", ending: ".swift") {
            let own = String(path.split(separator: "/")[0])
            guard let seen = floors[own] else { continue }
            let imported = Set(text.matches(of: /(?m)^(?:package |public )?import (?:struct |enum )?(\w+)/).map { String($0.1) })
            let upwards = imported.intersection(house).subtracting(seen).subtracting([own])
            #expect(upwards.isEmpty, "\(path) imports \(upwards)")
        }
    }

    @Test func neighboursDoNotSeeEachOther() throws {
        let features: Set = ["Monitor", "Incidents", "Notices", "Hotline", "Compliance"]
        let allowed = ["Incidents": Set(["Monitor"])]
        for (floor, seen) in try Self.floors() where features.contains(floor) {
            #expect(seen.intersection(features).subtracting(allowed[floor] ?? []).isEmpty, "\(floor) sees \(seen)")
        }
    }

    @Test func filesAreAboutOneThing() throws {
        for folder in ["Sources", "Tests"] {
            for (path, text) in try Self.files(under: folder, ending: ".swift") {
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
                #expect(lines <= (folder == "Sources" ? 310 : 400), "\(path): \(lines) lines")
                let name = (path as NSString).lastPathComponent
                #expect(!name.contains(/Utils|Helpers|Manager|Common/), "\(path)")
            }
        }
    }

    @Test func rulesAndStoresAreToldTheTime() throws {
        for (path, text) in try Self.files(under: "Sources", ending: ".swift") {
            #expect(!text.contains(/\bDate\(\)/), "\(path)")
            guard path.contains(/(Rules|Store|Commands)\.swift$/) else { continue }
            #expect(!text.contains(/WallClock|ContinuousClock|SuspendingClock|\bnow\(\)|CURRENT_TIMESTAMP|clock_timestamp/), "\(path)")
        }
    }

    @Test func whatPeopleReadIsInNFC() throws {
        for (folder, ending) in [("Sources", ".swift"), ("templates", ".mustache"), ("migrations", ".sql"), ("public", ".js")] {
            for (path, text) in try Self.files(under: folder, ending: ending) {
                #expect(Array(text.utf8) == Array(text.precomposedStringWithCanonicalMapping.utf8), "\(folder)/\(path)")
            }
        }
    }

    @Test func nothingIsLeftForLater() throws {
        for folder in ["Sources", "Tests"] {
            for (path, text) in try Self.files(under: folder, ending: ".swift") where !path.hasSuffix("ArchitectureTests.swift") {
                #expect(!text.contains(/\b(TODO|FIXME|XXX|HACK)\b/), "\(folder)/\(path)")
            }
        }
    }
}
