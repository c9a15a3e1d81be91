import Civil
import CoreMetrics
import Database
import Foundation
import HTTPTypes
import Incidents
import Monitor
import Organization
import TestKit
import Testing
import Web

@testable import Console

/// `/metrics`, as Prometheus reads it.
@Suite struct MetricsTests {
    private static func exposition(_ town: Town) async throws -> Answer {
        try await town.browser(nil).ask(.get, "/metrics", [.authorization: "Bearer token of the test"])
    }

    @Test func everyFamilyIsDescribedOnceAndEverySampleBelongsToOne() async throws {
        try await WholeHouse.with { town, _ in
            let settings = try await town.browser(.an).get("/settings")
            #expect(settings.body.contains("token of the test"))
            let answer = try await Self.exposition(town)
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            var (types, helps): ([String: String], Set<String>) = ([:], [])
            for line in answer.body.split(separator: "\n") {
                if let help = line.wholeMatch(of: /# HELP ([a-z_]+) (\S.*)/) {
                    #expect(helps.insert(String(help.1)).inserted, "described twice: \(help.1)")
                    continue
                }
                if let type = line.wholeMatch(of: /# TYPE ([a-z_]+) (counter|gauge|summary)/) {
                    #expect(types.updateValue(String(type.2), forKey: String(type.1)) == nil, "a family twice: \(type.1)")
                    #expect(helps.contains(String(type.1)), "not described: \(type.1)")
                    continue
                }
                let sample = try #require(line.wholeMatch(of: /([a-z_]+)(\{.*\})? ([-+.0-9e]+)/), "\(line)")
                let family = String(sample.1).replacing(/_(sum|count)$/, with: "")
                let type = types[String(sample.1)] ?? types[family]
                #expect(type != nil, "\(line)")
                #expect((type == "counter") == sample.1.hasSuffix("_total"), "\(line)")
            }
            #expect(types["trucban_audit_entries"] == "gauge" && types["trucban_incidents_open"] == "gauge")
        }
    }

    @Test func aDoubleIsOnNoPageAndInNoGauge() async throws {
        try await WholeHouse.with { town, _ in
            let store = IncidentStore(database: town.database)
            var codes: [String] = []
            for title in ["Bản giữ", "Bản trùng"] {
                var draft = IncidentDraft(beganAt: town.now, detectedAt: town.now)
                draft.title = title
                codes.append(try await store.open(draft, by: town.person(.linh), address: "", at: town.now))
            }
            try await store.merge(codes[1], into: codes[0], by: town.person(.linh), address: "", at: town.now)
            let home = try await town.browser(.linh).get("/")
            #expect(home.body.contains("Bản giữ") && !home.body.contains("Bản trùng"))
            #expect(home.body.contains("badge new\">Mới"))
            let gauges = try await GaugeStore(database: town.database).read(at: town.now)
            #expect(gauges.first { $0.name == "trucban_incidents_open" }?.value == 1)
        }
    }

    @Test func monitorsAreCountedAsPeopleAreToldOfThem() async throws {
        try await WholeHouse.with { town, _ in
            let monitors = MonitorStore(database: town.database)
            let target = Target.tcp(TCPTarget(host: "qlvb.example.vn", port: 443))
            for name in ["Dừng", "Xóa", "Chờ"] {
                let id = try await monitors.add(MonitorDraft(name: name, target: target), by: town.actor(.linh), at: town.now)
                let monitor = try #require(try await monitors.find(id, for: town.person(.linh)))
                switch name {
                case "Dừng": try await monitors.pause(monitor, by: town.actor(.linh), at: town.now)
                case "Xóa": try await monitors.delete(monitor, by: town.actor(.linh), at: town.now)
                default: break
                }
            }
            let before = try await Self.exposition(town).body
            #expect(before.contains(#"trucban_monitors{state="paused"} 1.0"#) && before.contains(#"trucban_monitors{state="unknown"} 1.0"#))
            #expect(before.contains(#"trucban_monitors{state="up"} 0.0"#) && !before.contains("trucban_watch_silence_seconds"))
            try await town.database.run(
                "INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(town.now - .seconds(90)), \(town.now - .seconds(45)), 'test')")
            #expect(try await Self.exposition(town).body.contains("trucban_watch_silence_seconds 45.0"))
        }
    }

    /// Prometheus' own judgement.
    @Test func promtoolFindsNothingToSay() async throws {
        try await WholeHouse.with { town, _ in
            // Requests are counted by what `App` puts around the routes, which is not here.
            let metrics = PrometheusMetrics()
            metrics.makeCounter(label: "http_requests_total", dimensions: [("route", "/a\"\\\n")]).increment(by: 2)
            metrics.makeTimer(label: "http_request_seconds", dimensions: [("route", "/")]).recordNanoseconds(1_500_000_000)
            let gauges = try await Self.exposition(town).body
            for text in [gauges, metrics.exposition()] {
                let process = Process()
                let (input, output) = (Pipe(), Pipe())
                process.executableURL = URL(fileURLWithPath: Self.promtool)
                process.arguments = ["check", "metrics"]
                (process.standardInput, process.standardOutput, process.standardError) = (input, output, output)
                try process.run()
                input.fileHandleForWriting.write(Data(text.utf8))
                try input.fileHandleForWriting.close()
                let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                process.waitUntilExit()
                #expect(process.terminationStatus == 0 && said.isEmpty, "\(said)")
            }
        }
    }

    private static let promtool = "/usr/bin/promtool"

    @Test func countersAndTimersAreWrittenWithTheirLabels() {
        let metrics = PrometheusMetrics()
        metrics.makeCounter(label: "http_requests_total", dimensions: [("route", "/a\"\\\n")]).increment(by: 2)
        metrics.makeTimer(label: "http.request-seconds", dimensions: []).recordNanoseconds(1_500_000_000)
        metrics.set(.init(name: "x", labels: [("state", "up")], value: 1))
        #expect(metrics.exposition() == #"""
            # HELP http_requests_total Số yêu cầu HTTP đã trả lời.
            # TYPE http_requests_total counter
            http_requests_total{route="/a\"\\\n"} 2.0
            # TYPE x gauge
            x{state="up"} 1.0
            # HELP http_request_seconds Thời gian trả lời yêu cầu HTTP, giây.
            # TYPE http_request_seconds summary
            http_request_seconds_sum 1.5
            http_request_seconds_count 1

            """#)
    }
}
