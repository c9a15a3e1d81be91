import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Monitor

/// `/ping/…` over HTTP, as cron jobs use it.
struct PingTests {
    private static let unknown = "07c2f548-9850-4b27-af5d-6c9dc157ec02"

    private static func town<T: Sendable>(_ body: @escaping @Sendable (Town) async throws -> T) async throws -> T {
        try await Town.with { routes, database in
            PingPages(desk: PingDesk(store: HeartbeatStore(database: database))).add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    @Test func theWaysToReport() async throws {
        try await Self.town { town in
            let beat = try await Beat.add(town, slug: "sao-luu")
            let key = try await Beat.key(town)
            let nobody = town.browser(nil)
            let rows: [(path: String, kind: String, exitStatus: Int?)] = [
                ("", "success", nil), ("/start", "start", nil), ("/fail", "fail", nil), ("/log", "log", nil), ("/0", "success", 0),
                ("/1", "fail", 1), ("/255", "fail", 255), ("/007", "fail", 7),
            ]
            var number: Int64 = 0
            for base in ["/ping/\(beat.code)", "/ping/\(beat.code.uuidString.lowercased())", "/ping/\(key)/sao-luu"] {
                for row in rows {
                    let answer = try await nobody.get(base + row.path)
                    #expect(answer.status == .ok && answer.body == "OK", "\(row.path)")
                    #expect(answer.headers[HTTPField.Name("Ping-Body-Limit")!] == "10000" && answer.headers[.cacheControl] == "no-store")
                    number += 1
                    let logged = try #require(try await beat.pings().first)
                    #expect(logged.number == number && logged.kind.rawValue == row.kind && logged.exitStatus == row.exitStatus, "\(row.path)")
                    #expect(logged.method == "GET" && logged.source == "local" && logged.body == nil)
                }
            }
        }
    }

    @Test func whatIsNotUnderstood() async throws {
        try await Self.town { town in
            let beat = try await Beat.add(town, slug: "sao-luu")
            _ = try await Beat.add(town, slug: "hai")
            _ = try await Beat.add(town, slug: "hai")
            let key = try await Beat.key(town)
            let other = try await Beat.key(town, of: town.yenKhanh)
            let rows: [(path: String, status: HTTPResponse.Status, text: String)] = [
                ("/ping/\(Self.unknown)", .notFound, "not found"), ("/ping/\(Self.unknown)/start", .notFound, "not found"),
                ("/ping/not-a-uuid", .notFound, "not found"),
                ("/ping/\(beat.code.uuidString.replacing("-", with: ""))", .notFound, "not found"),
                ("/ping/\(beat.code)/stop", .notFound, "not found"), ("/ping/\(beat.code)/-1", .notFound, "not found"),
                ("/ping/\(beat.code)/0/0", .notFound, "not found"),
                ("/ping/\(beat.code)/256", .badRequest, "invalid exit status"),
                ("/ping/\(beat.code)/99999999999999999999", .badRequest, "invalid exit status"),
                ("/ping/\(beat.code)?rid=abc", .badRequest, "invalid uuid format"),
                ("/ping/\(key)/khac", .notFound, "not found"), ("/ping/\(key)/Sao-Luu", .notFound, "not found"),
                ("/ping/\(key)/sao-luu/256", .badRequest, "invalid exit status"),
                ("/ping/\(key)/hai", .conflict, "ambiguous slug"), ("/ping/\(key)/hai/start", .conflict, "ambiguous slug"),
                ("/ping/\(key)/hai?create=1", .conflict, "ambiguous slug"),
                ("/ping/\(other)/sao-luu", .notFound, "not found"),
                ("/ping/rrrrrrrrrrrrrrrrrrrrrr/sao-luu", .notFound, "not found"),
                ("/ping/rrrrrrrrrrrrrrrrrrrrrr/sao-luu?create=1", .notFound, "not found"),
                ("/ping/\(Self.unknown)?create=1", .notFound, "not found"),
            ]
            for row in rows {
                let answer = try await town.browser(nil).get(row.path)
                #expect(answer.status == row.status && answer.body == row.text, "\(row.path): \(answer.status) \(answer.body)")
            }
            #expect(try await town.database.value("SELECT count(*) FROM heartbeat_pings", as: Int.self) == 0)
        }
    }

    @Test func headAndPostReportToo() async throws {
        try await Self.town { town in
            let beat = try await Beat.add(town)
            let head = try await town.browser(nil).ask(.head, "/ping/\(beat.code)")
            #expect(head.status == .ok && head.body.isEmpty)
            #expect(try await beat.pings().first?.method == "HEAD")
            // Another site's form may report as anybody may: the address is the secret, not a cookie.
            let form = try await town.browser(.linh).postFromElsewhere("/ping/\(beat.code)", [("loi", "không")])
            #expect(form.status == .ok)
            let rid = UUID()
            let put = try await town.browser(nil).ask(.put, "/ping/\(beat.code)")
            #expect(put.status != .ok)
            #expect(try await town.browser(nil).get("/ping/\(beat.code)/start?rid=\(rid)").status == .ok)
            #expect(try await beat.pings().first?.rid == rid)
            #expect(try await beat.pings().count == 3)
        }
    }

    @Test func aBodyIsKeptUpToItsLimit() async throws {
        try await Self.town { town in
            let beat = try await Beat.add(town)
            let long = String(repeating: "dòng nhật ký <script>\n", count: 1000)
            #expect(try await town.browser(nil).post("/ping/\(beat.code)/fail", [("x", long)]).status == .ok)
            let kept = try #require(try await beat.pings().first?.body)
            #expect(kept.count == 10_000)
        }
    }

    @Test func aSlugThatNobodyHasNamedIsMadeWhenAsked() async throws {
        try await Self.town { town in
            let key = try await Beat.key(town, of: town.yenKhanh)
            let nobody = town.browser(nil)
            #expect(try await nobody.get("/ping/\(key)/may-chu-01").status == .notFound)
            let made = try await nobody.get("/ping/\(key)/may-chu-01/start?create=1")
            #expect(made.status == .created && made.body == "Created")
            let again = try await nobody.get("/ping/\(key)/may-chu-01?create=1")
            #expect(again.status == .ok && again.body == "OK")
            let store = HeartbeatStore(database: town.database)
            let list = try await store.list(HeartbeatFilter(), for: town.person(.binh), at: town.now, limit: 10)
            #expect(list.map(\.heartbeat.name) == ["may-chu-01"] && list.first?.heartbeat.agency == town.yenKhanh)
            #expect(list.first?.heartbeat.schedule == HeartbeatSchedule(every: .seconds(86_400)) && list.first?.heartbeat.grace == .seconds(3600))
            #expect(try await store.list(HeartbeatFilter(), for: town.person(.chi), at: town.now, limit: 10).isEmpty)
            let trail = try await town.database.values(
                "SELECT actor || ' ' || action || coalesce(after, '') FROM audit_entries ORDER BY seq DESC LIMIT 1", as: String.self)
            #expect(trail.first?.hasPrefix("system:ping heartbeat.added") == true && trail.first?.contains(key) == false)
        }
    }

    @Test func oneStatementAPing() async throws {
        try await Self.town { town in
            let beat = try await Beat.add(town, slug: "sao-luu")
            let key = try await Beat.key(town)
            for path in ["/ping/\(beat.code)", "/ping/\(beat.code)/start", "/ping/\(key)/sao-luu/1", "/ping/\(beat.code)"] {
                let before = town.database.statementCount
                #expect(try await town.browser(nil).get(path).status == .ok)
                #expect(town.database.statementCount - before == 1, "\(path)")
            }
        }
    }

    @Test func pingsOfOneMomentAreStoredTogetherAndEachIsAnswered() async throws {
        try await Self.town { town in
            let beat = try await Beat.add(town, slug: "sao-luu")
            let before = town.database.statementCount
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<200 {
                    let path = number % 10 == 0 ? Self.unknown : beat.code.uuidString
                    group.addTask { try await town.browser(nil).get("/ping/\(path)/log").status.code }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [200: 180, 404: 20])
            #expect(try await beat.pings(limit: 1).first?.number == 180)
            #expect(town.database.statementCount - before <= 200)
        }
    }

    /// Two consoles with the same jobs in opposite order: each ping is stored once, whatever waits for whom.
    @Test func twoConsolesMayHearTheSameJobs() async throws {
        try await withDatabase { database in
            var beats: [Beat] = []
            for number in 0..<10 { beats.append(try await Beat.add(database, slug: "viec-\(number)", name: "Việc \(number)")) }
            let desks = [PingDesk(store: HeartbeatStore(database: database)), PingDesk(store: HeartbeatStore(database: database))]
            try await withThrowingDiscardingTaskGroup { group in
                for round in 0..<20 {
                    for (number, desk) in desks.enumerated() {
                        for beat in number == 0 ? beats : beats.reversed() {
                            group.addTask {
                                let ping = Ping(address: try PingAddress([beat.code.uuidString, "log"]))
                                #expect(try await desk.take(ping, creates: false, at: beat.at(round)) == .ok)
                            }
                        }
                    }
                }
            }
            for beat in beats { #expect(try await beat.pings(limit: 1).first?.number == 40) }
        }
    }

    @Test func theLogKeepsAHundredPings() async throws {
        try await withDatabase { database in
            let beat = try await Beat.add(database)
            for second in 0..<130 { try await beat.ping(.log, second: second) }
            let pings = try await beat.pings(limit: 1000)
            #expect(pings.first?.number == 130 && pings.last?.number == 31)
        }
    }
}
