import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Console

/// Every role × every route, asked over HTTP and compared with docs/permissions.md. `RECORD=1` writes the table anew; the
/// diff is then what a reviewer decides on.
@Suite struct PermissionTests {
    private static let table = repositoryRoot + "/docs/permissions.md"

    @Test func theTableInTheRepositoryIsWhatTheRoutesDeclare() async throws {
        try await WholeHouse.with { _, declarations in
            let written = Self.text(declarations)
            if ProcessInfo.processInfo.environment["RECORD"] != nil {
                try written.write(toFile: Self.table, atomically: true, encoding: .utf8)
            }
            let stored = try String(contentsOfFile: Self.table, encoding: .utf8)
            #expect(stored == written, "docs/permissions.md is not what the routes declare; RECORD=1 writes it anew")
        }
    }

    @Test func everyRoleMayDoWhatTheTableSaysAndNothingElse() async throws {
        try await WholeHouse.with { town, declarations in
            for declaration in declarations {
                guard case .permission(let permission) = declaration.access else { continue }
                for name in TownPerson.allCases {
                    let answer = try await Self.ask(declaration, as: town.browser(name))
                    let may = permission.roles.contains(name.role)
                    #expect(
                        (answer.status != .forbidden) == may,
                        "\(declaration.method) \(declaration.path) as \(name.role.rawValue): \(answer.status)")
                    #expect(answer.status.code < 500, "\(declaration.method) \(declaration.path): \(answer.status)")
                }
            }
        }
    }

    @Test func whoIsNotSignedInIsAskedTo() async throws {
        try await WholeHouse.with { town, declarations in
            for declaration in declarations {
                let answer = try await Self.ask(declaration, as: town.browser(nil))
                switch declaration.access {
                case .permission, .signedIn:
                    let isAsked = answer.location?.hasPrefix("/login") ?? false
                    #expect(isAsked || answer.status == .unauthorized, "\(declaration.path): \(answer.status)")
                case .token:
                    #expect(answer.status == .unauthorized, "\(declaration.path): \(answer.status)")
                case .anyone, .machine:
                    #expect(answer.status.code < 500, "\(declaration.path): \(answer.status)")
                }
            }
        }
    }

    @Test func aCommandFromAnotherSiteIsRefused() async throws {
        try await WholeHouse.with { town, declarations in
            for declaration in declarations where declaration.method == .post && declaration.access != .machine {
                // A form of another site has no token to show.
                if case .token = declaration.access { continue }
                let answer = try await town.browser(.linh).postFromElsewhere(Self.path(declaration))
                #expect(answer.status == .forbidden, "\(declaration.path): \(answer.status)")
            }
        }
    }

    // MARK: Asking

    private static func ask(_ declaration: RouteTable.Declaration, as browser: Browser) async throws -> Answer {
        switch declaration.method {
        case .post: try await browser.post(path(declaration))
        case .get: try await browser.get(path(declaration))
        default: try await browser.ask(declaration.method, path(declaration))
        }
    }

    /// A record that nobody has, and a number where a number is wanted.
    private static func path(_ declaration: RouteTable.Declaration) -> String {
        declaration.path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix(":") ? "0" : String($0) }.joined(separator: "/")
    }

    // MARK: The table

    private static func text(_ declarations: [RouteTable.Declaration]) -> String {
        let roles = Role.allCases
        let head = """
            # Who may do what

            Compared with the running routes by `PermissionTests`; written by `RECORD=1`. Which rows a person sees is a
            question of its own: the scope in SQL.

            | route | access | \(roles.map(\.rawValue).joined(separator: " | ")) |
            |---|---|\(roles.map { _ in ":-:" }.joined(separator: "|"))|

            """
        let rows = declarations.sorted { ($0.path, $0.method.rawValue) < ($1.path, $1.method.rawValue) }.map { declaration in
            let (name, allowed): (String, (Role) -> Bool) =
                switch declaration.access {
                case .anyone: ("anyone", { _ in true })
                case .machine: ("machine", { _ in true })
                case .signedIn: ("signed in", { _ in true })
                case .token(let permission): ("token: \(permission.rawValue)", { permission.roles.contains($0) })
                case .permission(let permission): (permission.rawValue, { permission.roles.contains($0) })
                }
            let marks = roles.map { allowed($0) ? "✓" : "·" }.joined(separator: " | ")
            return "| \(declaration.method.rawValue) `\(declaration.path)` | \(name) | \(marks) |\n"
        }
        return head + rows.joined()
    }
}
