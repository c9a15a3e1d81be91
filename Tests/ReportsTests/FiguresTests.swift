import Civil
import Database
import Incidents
import Markdown
import Monitor
import Organization
import TestKit
import Testing
import WorkingTime

@testable import Reports

/// Figures against histories that were added up by hand.
struct FiguresTests {
    /// 24 hours; not measured until 00:10 (600 s); planned 02:00–03:00 (3600 s); down 01:00:00–01:30:05 (1805 s) and from
    /// 01:50 until the work began at 02:00 (600 s). Measured: 86 400 − 3600 − 600 = 82 200 s. Availability: (82 200 −
    /// 2405) / 82 200 = 97,0742…%.
    @Test func theSecondsAreThoseOfTheHistory() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            try await archive.history()
            let report = try await archive.report()
            let expected = Availability(
                window: .seconds(86_400), planned: .seconds(3600), notMeasured: .seconds(600), down: .seconds(2405),
                outages: 2, longestOutage: .seconds(1805))
            #expect(report.facts.availability.map(\.availability) == [expected])
            let lines = report.markdown.split(separator: "\n")
            let figures = "24:00:00 | 1:00:00 | 0:10:00 | 22:50:00 | 0:40:05 | 2 | 97,07%"
            #expect(lines.contains("| Cổng | 1 | \(figures) |"))
            #expect(lines.contains("| Tổng cộng | 1 | \(figures) |"))
            #expect(lines.contains { $0.hasPrefix("| [Cổng QLVB](</monitors/") && $0.hasSuffix("| \(figures) |") })
            let text = report.markdown
            // The rule, the denominator and what was not measured stand beside the percentage; 600/86 400 is rounded up.
            #expect(text.contains("Tỷ lệ sẵn sàng chung: **97,07%** (kỳ trước: chưa có số liệu; mục tiêu nội bộ: 99,5%)."))
            #expect(text.contains("cộng của các điểm: 22:50:00 (giờ:phút:giây). Không đo được 0:10:00, bằng 0,70% khoảng xét."))
            #expect(text.contains("Tỷ lệ sẵn sàng = "))
            #expect(text.contains("Có 0,70% thời gian không đo được; thời gian này không tính là hoạt động."))
            #expect(text.contains("Tỷ lệ sẵn sàng 97,07% thấp hơn mục tiêu nội bộ."))
            #expect(text.contains("báo trước từ 07 ngày làm việc trở lên: 1/1 (100,0%)"))
        }
    }

    @Test func monitorsAreSummedBySecondsAndByComponent() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            try await archive.history()
            // Measured from 22:00 on, so one hour of it is down out of two: it weighs two hours, not a half.
            let other = try await archive.monitor("Máy chủ chứng thư", measuredFrom: archive.at(22, 0))
            try await archive.outage(other, archive.at(23, 0), archive.at(24, 0))
            let report = try await archive.report()
            let lines = report.markdown.split(separator: "\n")
            #expect(lines.contains("| Khác | 1 | 24:00:00 | 1:00:00 | 21:00:00 | 2:00:00 | 1:00:00 | 1 | 50,00% |"))
            // (82 200 + 7200 − 2405 − 3600) / 89 400 = 93,2830%
            #expect(lines.contains("| Tổng cộng | 2 | 48:00:00 | 2:00:00 | 21:10:00 | 24:50:00 | 1:40:05 | 3 | 93,28% |"))
            let names = report.facts.availability.map(\.name)
            #expect(names == ["Cổng QLVB", "Máy chủ chứng thư"])
        }
    }

    @Test func aShareThatPeopleHaveMadeBetterSaysSo() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            let monitor = try await archive.history()
            #expect(try await !archive.report().markdown.contains("phân loại lại"))
            let outage = try await town.database.value(
                "SELECT id FROM outages WHERE monitor_id = \(monitor) ORDER BY lower(during) LIMIT 1", as: Outage.ID.self)
            try await MonitorStore(database: town.database).revise(
                outage, to: OutageRevisionDraft(classification: .falseAlarm, reason: "Máy đo lỗi"), by: town.person(.linh),
                address: "127.0.0.1", at: town.now)
            let report = try await archive.report()
            // 600 + 1805 s not measured; 1805/86 400 is rounded up. (82 200 − 1805 − 600) / (82 200 − 1805) = 99,2536%.
            #expect(report.facts.availability.map(\.availability.notMeasured) == [.seconds(2405)])
            let text = report.markdown
            #expect(text.contains("Tỷ lệ sẵn sàng chung: **99,25%**"))
            #expect(text.contains("[1 gián đoạn đã phân loại lại](") && text.contains("/availability?from=2026-11-20"))
            #expect(text.contains("(người ghi: Phạm Thùy Linh); do đó không tính là gián đoạn 0:30:05, bằng 2,09% khoảng xét."))
        }
    }

    @Test func aDeletedMonitorsHistoryIsCounted() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            let id = try await archive.history()
            let monitors = MonitorStore(database: town.database)
            let monitor = try #require(try await monitors.find(id, for: town.person(.linh)))
            let before = try await archive.report()
            try await monitors.delete(monitor, by: town.actor(.linh), at: town.now)
            #expect(try await archive.report().facts.availability == before.facts.availability)
        }
    }

    @Test func whatIsMissingIsNeverZero() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            let text = try await archive.report().markdown
            for words in [
                "Tỷ lệ sẵn sàng chung: **chưa có số liệu** (kỳ trước: chưa có số liệu;", "bằng chưa có số liệu khoảng xét",
                "| Chưa có điểm giám sát. |", "Số ngày có bản sao lưu tốt, yêu cầu 01 lần mỗi ngày: chưa có số liệu (chưa có bản ghi",
                "phân công người phụ trách an toàn thông tin: chưa có số liệu (chưa nhập danh sách người phụ trách).",
                "Tài khoản: chưa có số liệu (chưa nhập danh sách tài khoản).", "Trong kỳ không ghi nhận sự cố.",
                "Không có tồn tại nào hiện ra từ số liệu của kỳ này.",
            ] {
                #expect(text.contains(words), "\(words)")
            }
            #expect(!text.contains("0,0%") && !text.contains("0,00%") && !text.contains("| Tổng cộng |"))
            // A monitor that nobody has measured yet.
            try await archive.monitor("Chưa đo", measuredFrom: archive.at(24, 0))
            let unmeasured = try await archive.report().markdown
            #expect(unmeasured.contains("| Tổng cộng | 1 | 24:00:00 | 0:00:00 | 24:00:00 | 0:00:00 | 0:00:00 | 0 | chưa có số liệu |"))
            #expect(unmeasured.contains("bằng 100,00% khoảng xét"))
        }
    }

    @Test func incidentsAreCountedInTheWindowInWhichTheyWereDetected() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            let (store, linh) = (IncidentStore(database: town.database), town.person(.linh))
            func open(_ title: String, _ kind: Incident.Kind, at moment: Instant, lasting: Int? = nil) async throws -> String {
                var draft = IncidentDraft(beganAt: moment, detectedAt: moment)
                (draft.title, draft.kind) = (title, kind)
                if let lasting { (draft.suspendedAt, draft.resumedAt) = (moment, moment + .seconds(lasting)) }
                return try await store.open(draft, by: linh, address: "", at: town.now)
            }
            _ = try await open("trước một giây", .suspension, at: archive.at(0, 0) - .seconds(1))
            let first = try await open("đúng nửa đêm", .suspension, at: archive.at(0, 0), lasting: 5400)
            let second = try await open("văn bản sai", .integrity, at: archive.at(12, 0))
            _ = try await open("giây đầu của ngày sau", .suspension, at: archive.at(24, 0))
            for audience in [Audience.head, .users] {
                try await store.record(
                    CommunicationDraft(
                        audience: audience, channel: .mail, toldAt: town.now, toldBy: "Linh", facts: [.incident]),
                    of: second, by: linh, address: "", at: town.now)
            }
            let report = try await archive.report()
            #expect(report.facts.incidents.map(\.code) == [first, second])
            let text = report.markdown
            #expect(text.contains("Trong kỳ ghi nhận 2 sự cố, đã đóng 0."))
            #expect(text.contains("Tổng thời gian tạm dừng của các sự cố đã sử dụng lại: 1 giờ 30 phút."))
            // The second one was not suspended: there was one thing to tell, and both were told.
            #expect(text.contains("cho Thủ trưởng và người sử dụng: 1/2 (50,0%)."))
            #expect(text.contains("Có 1 sự cố chưa thông báo đủ nội dung của Điều 20 khoản 1."))
            let lines = text.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("| [\(first)](</incidents/\(first)>) | đúng nửa đêm |") && $0.contains("| 1:30:00 | 0/5 |") })
            #expect(lines.contains { $0.hasPrefix("| [\(second)]") && $0.contains("| không | – | – | 1/1 |") })
            #expect(lines.contains("| Tạm dừng hệ thống | 1 | 0 |") && lines.contains("| Văn bản không bảo đảm an toàn | 1 | 0 |"))
        }
    }

    @Test func aDoubleIsCountedOnceAndSoAreDowntimesThatOverlap() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            let (store, linh) = (IncidentStore(database: town.database), town.person(.linh))
            var codes: [String] = []
            for (from, to) in [(0, 60), (30, 120)] {
                var draft = IncidentDraft(beganAt: archive.at(0, from), detectedAt: archive.at(0, from))
                (draft.title, draft.suspendedAt, draft.resumedAt) = ("Sự cố", archive.at(0, from), archive.at(0, to))
                codes.append(try await store.open(draft, by: linh, address: "", at: town.now))
            }
            try await store.merge(codes[1], into: codes[0], by: linh, address: "", at: town.now)
            let report = try await archive.report()
            #expect(report.facts.incidents.map(\.code) == [codes[0]])
            #expect(report.markdown.contains("Trong kỳ ghi nhận 1 sự cố, đã đóng 0."))
            #expect(report.markdown.contains("Tổng thời gian tạm dừng của các sự cố đã sử dụng lại: 2 giờ."))
        }
    }

    @Test func callsBackupsAndOfficersAreCounted() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            let (linh, database) = (town.person(.linh).id, town.database)
            for (number, minutes) in [10, 30, 50, nil].enumerated() {
                let received = archive.at(8, number)
                let resolved = minutes.map { received + .seconds(60 * $0) }
                let (solver, solution) = (minutes.map { _ in linh }, minutes.map { _ in "Xong" })
                try await database.run(
                    """
                    INSERT INTO requests (code, kind, channel, caller_name, text, received_at, received_by, resolved_at,
                                          resolved_by, resolution)
                    VALUES (\("YC-2026-0000\(number)"), 'fault', 'phone', 'An', 'Không in được', \(received), \(linh), \(resolved),
                            \(solver), \(solution))
                    """)
            }
            for (day, result) in [(20, "good"), (20, "good"), (21, "failed"), (22, "good")] {
                try await database.run(
                    """
                    INSERT INTO backups (day, kind, result, recorded_at, recorded_by)
                    VALUES (\(CivilDate.day(day)), 'daily', \(result), \(town.now), \(linh))
                    """)
            }
            try await database.run(
                """
                INSERT INTO officers (agency_id, duty, full_name, during, decision_number)
                VALUES (\(town.yenKhanh), 'security_officer', 'Bình', '[2026-01-01,)', '12/QĐ')
                """)
            // An agency counts for the windows in which it was not yet closed, whenever the report is made.
            for (code, day) in [("cu", 10), ("sapgiaithe", 24)] {
                try await database.run(
                    """
                    INSERT INTO agencies (code, name, kind, contact_name, contact_email, contact_phone, closed_at)
                    VALUES (\(code), \(code), 'other', '', '', '', \(CivilDate.day(day).startInVietnam))
                    """)
            }
            let window = try ReportWindow(from: .day(20), to: .day(23))
            let report = try await archive.report(window)
            let text = report.markdown
            #expect(text.contains("Tiếp nhận 4 yêu cầu, đã giải quyết 3 (75,0%)."))
            #expect(text.contains("| 4 | 3 | 30 phút |"))
            #expect(text.contains("yêu cầu 01 lần mỗi ngày: 2/4 ngày (50,0%)."))
            // Backups that failed are known to have failed; a day that is not over is not yet missed.
            let failed = try await archive.report(ReportWindow(from: .day(21), to: .day(21))).markdown
            #expect(failed.contains("yêu cầu 01 lần mỗi ngày: 0/1 ngày (0,0%)."))
            let running = try await archive.report(ReportWindow(from: .day(22), to: .day(24))).markdown
            #expect(running.contains("yêu cầu 01 lần mỗi ngày: 1/2 ngày (50,0%)."))
            let none = try await archive.report(ReportWindow(from: .day(23), to: .day(23))).markdown
            #expect(none.contains("chưa có bản ghi sao lưu nào trong kỳ"))
            #expect(text.contains("phụ trách an toàn thông tin: 1/3 (33,3%)."))
            #expect(text.contains("Còn 2 cơ quan, đơn vị chưa phân công"))
        }
    }

    @Test func aWindowThatIsNotOverSaysUpToWhen() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            let window = ReportWindow(ReportingPeriod(year: 2026, half: .second))
            let text = try await archive.report(window).markdown
            #expect(text.contains("Kỳ chưa kết thúc: số liệu đến 09:00 24/11/2026."))
            #expect(text.contains("từ ngày 15/06/2026 đến hết ngày 14/12/2026 (Điều 12 Nghị định số 09/2019/NĐ-CP), giờ Việt Nam."))
            let over = try await archive.report().markdown
            #expect(!over.contains("Kỳ chưa kết thúc") && !over.contains("09/2019"))
        }
    }
}
