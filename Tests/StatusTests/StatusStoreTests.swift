import Civil
import Database
import Organization
import TestKit
import Testing

@testable import Monitor
@testable import Status

/// What is told of what happened, from the records.
@Suite struct StatusStoreTests {
    private static func told(_ scene: StatusScene, at hours: Double = 0) async throws -> StatusReport {
        try #require(try await scene.store.report(at: scene.at(hours)))
    }

    /// Interruptions as hours from the town's moment; nil for an open end.
    private static func spans(_ report: StatusReport, _ scene: StatusScene) -> [[Double?]] {
        report.interruptions.map { one in
            [one.begins, one.ends].map { $0.map { Double(($0 - scene.town.now).inSeconds) / 3600 } }
        }
    }

    /// A component with two monitors.
    private static func pair(
        _ body: @escaping @Sendable (StatusScene, Int64, Int64) async throws -> Void
    ) async throws {
        try await StatusScene.with { scene in
            try await scene.open()
            try await scene.publish("Cổng", as: "Cổng dịch vụ")
            try await body(scene, try await scene.watch("A", component: "Cổng"), try await scene.watch("B", component: "Cổng"))
        }
    }

    @Test func whatOverlapsIsOneInterruptionAndKeepsItsName() async throws {
        try await Self.pair { scene, first, second in
            try await scene.fail(first, from: -3, to: -2)
            let alone = try await Self.told(scene)
            let name = alone.interruptions.map { alone.page.name(of: $0.key) }
            // Found later, and begun earlier.
            try await scene.fail(second, from: -4, to: -2.5, confirmed: -2.75)
            try await scene.fail(second, from: -1, to: -0.5)
            let both = try await Self.told(scene)
            #expect(Self.spans(both, scene) == [[-1, -0.5], [-4, -2]])
            #expect(both.interruptions.suffix(1).map { both.page.name(of: $0.key) } == name)
        }
    }

    @Test func onlyAnnouncedWorkOnTheSameThingExcusesAnInterruption() async throws {
        try await Self.pair { scene, first, second in
            try await scene.announce(component: "Cổng", monitors: [first], from: -10, to: -8)
            try await scene.fail(first, from: -9.5, to: -9)
            #expect(Self.spans(try await Self.told(scene), scene) == [])
            try await scene.fail(second, from: -9.5, to: -9)
            try await scene.fail(first, from: -8.5, to: -7)
            #expect(Self.spans(try await Self.told(scene), scene) == [[-8.5, -7], [-9.5, -9]])
            try await scene.announce(component: nil, from: -20, to: -19)
            try await scene.fail(second, from: -20, to: -19)
            #expect(Self.spans(try await Self.told(scene), scene).count == 2, "work on the whole system")
        }
    }

    @Test func silenceThatWasNotAnnouncedExcusesNothing() async throws {
        try await StatusScene.with { scene in
            try await scene.open()
            try await scene.publish("Cổng", as: "Cổng dịch vụ")
            try await scene.fail(scene.watch("A", component: "Cổng", state: "down"), from: -0.5)
            try await scene.town.database.run(
                """
                INSERT INTO maintenance_windows (title, scope, planned, created_at)
                VALUES ('Việc gấp', 'system', \(TimeRange(from: scene.at(-1), to: scene.at(1))), \(scene.at(-1)))
                """)
            let report = try await Self.told(scene)
            #expect(report.components.map(\.state) == [.down])
            #expect(Self.spans(report, scene) == [[-0.5, nil]])
            try await scene.announce(component: nil, from: -1, to: 1)
            #expect(try await Self.told(scene).components.map(\.state) == [.maintenance])
        }
    }

    @Test func aFalseAlarmIsNotTold() async throws {
        try await Self.pair { scene, first, _ in
            let outage = try await scene.fail(first, from: -3, to: -2)
            try await scene.town.database.run(
                """
                INSERT INTO outage_revisions (outage_id, classification, reason, revised_at, revised_by)
                VALUES (\(outage), 'false_alarm', 'thử', \(scene.town.now), \(scene.town.person(.linh).id))
                """)
            #expect(try await Self.told(scene).interruptions == [])
        }
    }

    @Test func whoHasTakenItUpIsSaidWithoutAName() async throws {
        try await Self.pair { scene, first, _ in
            let outage = try await scene.fail(first, from: -3)
            try await scene.town.database.run(
                """
                WITH made AS (
                    INSERT INTO incidents (code, title, kind, outage_id, began_at, detected_at, opened_at, updated_at)
                    VALUES ('SC-2026-0001', 'Lỗi bí mật', 'suspension', \(outage), \(scene.at(-3)), \(scene.at(-3)),
                            \(scene.at(-3)), \(scene.at(-3))) RETURNING id)
                INSERT INTO incident_acknowledgements (incident_id, acknowledged_at, acknowledged_by)
                SELECT id, \(scene.at(-2)), \(scene.town.person(.linh).id) FROM made
                """)
            let taken = try #require(try await Self.told(scene).interruptions.first)
            #expect(taken.updatedAt == scene.at(-2))
            #expect(
                taken.story(at: scene.town.now, while: .down)
                    == "Từ 06:00 24/11/2026, đến nay 3 giờ. Cán bộ trực tiếp nhận xử lý lúc 07:00 24/11/2026.")
        }
    }

    /// Deleting a monitor takes it off the list; what it has seen is not undone, and it says nothing of today.
    @Test func aDeletedMonitorHidesNothing() async throws {
        try await StatusScene.with { scene in
            try await scene.open()
            try await scene.publish("Cổng", as: "Cổng dịch vụ")
            try await scene.fail(scene.watch("Cũ", component: "Cổng", state: "down", deleted: -72), from: -100, to: -99)
            try await scene.watch("Mới", component: "Cổng", from: -72)
            let report = try await Self.told(scene)
            #expect(Self.spans(report, scene) == [[-100, -99]])
            #expect(report.components.map(\.state) == [.up])
            // On the day of the change neither watched all day.
            #expect(report.components.first?.strip.kinds.suffix(6) == [.up, .down, .unknown, .up, .up, .up] as ArraySlice)
        }
    }

    @Test func manyGoodOnesHideNoBadDay() async throws {
        try await StatusScene.with { scene in
            try await scene.open()
            try await scene.publish("Cổng", as: "Cổng dịch vụ")
            for number in 1...20 { try await scene.watch("Máy \(number)", component: "Cổng") }
            let lone = try await scene.watch("Máy 21", component: "Cổng")
            try await scene.town.database.run(
                """
                INSERT INTO measurement_gaps (monitor_id, during, reason)
                VALUES (\(lone), \(TimeRange(from: scene.at(-40), to: scene.at(-20))), 'process_down')
                """)
            let strip = try #require(try await Self.told(scene).components.first?.strip)
            // 24/11 at 09:00 is the town's moment: the gap lies on the 22nd from 17:00 and on the 23rd until 13:00.
            #expect(strip.kinds.suffix(4) == [.up, .unknown, .unknown, .up] as ArraySlice)
        }
    }

    @Test func whoHadNoServiceHoursSaysNothingOfTheDay() async throws {
        try await Self.pair { scene, first, _ in
            // Monday 07:00 to 17:00, from before the 90 days: the town's moment is a Tuesday.
            try await scene.town.database.run(
                """
                INSERT INTO service_hours (monitor_id, in_force_from, minutes, reason, decided_at, decided_by)
                VALUES (\(first), '2026-01-01', '{[420, 1020)}', 'thử', \(scene.at(-240)), \(scene.town.person(.linh).id))
                """)
            let strip = try #require(try await Self.told(scene).components.first?.strip)
            #expect(strip.kinds.suffix(4) == [.up, .up, .up, .up] as ArraySlice, "the other one was there all day")
        }
    }

    @Test func workThatIsDoneSaysWhenItReallyEnded() async throws {
        try await StatusScene.with { scene in
            try await scene.open()
            let notice = try await scene.announce(component: nil, from: -3, to: -1)
            try await scene.town.database.run(
                """
                UPDATE notices SET completed_at = \(scene.at(-0.25)), completed_by = created_by,
                                   worked = \(TimeRange(from: scene.at(-3), to: scene.at(-0.5)))
                WHERE id = \(notice)
                """)
            let told = try #require(try await Self.told(scene).maintenance.first)
            #expect(told.phase(at: scene.town.now) == .done && told.finishedAt == scene.at(-0.5))
            #expect(told.updatedAt == scene.at(-0.25))
        }
    }

    @Test(arguments: [
        ("to come", 2.0, 3.0, nil, nil, PublicMaintenance.Phase.coming),
        ("under way", -1, 1, nil, nil, .underWay),
        ("over its time, and nobody has said that it is done", -3, -1, nil, nil, .overrun),
        ("called off before it began", 2, 3, -1, nil, .cancelled),
        ("broken off", -1, 1, -0.5, nil, .cancelled),
        ("done before its time", -1, 1, nil, -0.25, .done),
        ("done, but not yet then", -1, 1, nil, 0.5, .underWay),
    ] as [(String, Double, Double, Double?, Double?, PublicMaintenance.Phase)])
    func announcedWorkHasAPhase(
        name: String, begins: Double, ends: Double, cancelled: Double?, finished: Double?, phase: PublicMaintenance.Phase
    ) async throws {
        try await StatusScene.with { scene in
            try await scene.open()
            let notice = try await scene.announce(component: nil, from: begins, to: ends)
            if let cancelled {
                try await scene.town.database.run(
                    "UPDATE notices SET cancelled_at = \(scene.at(cancelled)), cancelled_reason = 'hoãn' WHERE id = \(notice)")
            }
            if let finished {
                try await scene.town.database.run(
                    """
                    INSERT INTO maintenance_windows (title, scope, planned, ended_at, notice_id, created_at)
                    VALUES ('Việc', 'system', \(TimeRange(from: scene.at(begins), to: scene.at(ends))), \(scene.at(finished)),
                            \(notice), \(scene.at(begins)))
                    """)
            }
            let report = try await Self.told(scene)
            #expect(report.maintenance.map { $0.phase(at: scene.town.now) } == [phase])
            #expect(report.maintenance[0].updatedAt >= report.maintenance[0].publishedAt)
        }
    }
}
