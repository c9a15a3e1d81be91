import Database
import Delivery
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Console

/// The pages of the agencies and of the settings.
@Suite struct RegisterPagesTests {
    private static func fields(_ name: String, version: String, key: String = "") -> [(String, String)] {
        [
            ("name", name), ("code", "xayenkhanh"), ("kind", "commune"), ("contact_name", "Nguyễn Văn Bình"),
            ("contact_email", "xayenkhanh@example.vn"), ("contact_phone", "0229 3841 000"), ("version", version),
            ("form_key", key),
        ]
    }

    private static func audited(_ action: String, _ town: Town) async throws -> Int {
        try await town.database.value("SELECT count(*) FROM audit_entries WHERE action = \(action)")
    }

    @Test func anAgencysEditDoesNotOverwriteAnothers() async throws {
        try await WholeHouse.with { town, _ in
            let (linh, an) = (town.browser(.linh), town.browser(.an))
            let path = "/agencies/\(town.yenKhanh.rawValue)"
            let form = try await linh.get(path + "/edit")
            #expect(form.body.contains("name=\"version\" value=\"1\""))
            #expect(try await an.post(path, Self.fields("UBND xã <Mới>", version: "1")).location == "/agencies")
            let refused = try await linh.post(path, Self.fields("UBND xã Khác", version: "1"))
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent)
            for words in [
                "Cơ quan này vừa được Bùi Xuân An sửa lúc 09:00 24/11/2026.", "value=\"UBND xã Khác\"",
                "Tên cơ quan, đơn vị: bản đã lưu là “UBND xã &lt;Mới&gt;”.", "name=\"version\" value=\"2\"",
            ] {
                #expect(refused.body.contains(words), "\(words)")
            }
            #expect(try await linh.post(path, Self.fields("UBND xã Khác", version: "2")).location == "/agencies")
            let lines = try await town.database.values(
                "SELECT before::jsonb->>'name' FROM audit_entries WHERE action = 'agency.changed' ORDER BY seq", as: String.self)
            #expect(lines == ["UBND xã Yên Khánh", "UBND xã <Mới>"])
        }
    }

    /// Four clicks on the same form, and saving what is stored already.
    @Test func anAgencysFormMakesOneChangeHoweverOftenItComes() async throws {
        try await WholeHouse.with { town, _ in
            let path = "/agencies/\(town.yenKhanh.rawValue)"
            let key = try #require(try await town.browser(.linh).get(path + "/edit").formKey)
            let statuses = try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await town.browser(.linh).post(path, Self.fields("UBND xã Mới", version: "1", key: key)).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: .seeOther, count: 4))
            #expect(try await town.browser(.linh).post(path, Self.fields("UBND xã Mới", version: "2")).status == .seeOther)
            #expect(try await Self.audited("agency.changed", town) == 1)
        }
    }

    @Test(arguments: [("name", 200), ("contact_name", 200), ("contact_email", 254), ("contact_phone", 50)])
    func whatIsTooLongIsSaidBesideItsField(field: String, most: Int) async throws {
        try await WholeHouse.with { town, _ in
            let long = String(repeating: "ế", count: 20_000)
            let answer = try await town.browser(.linh).post(
                "/agencies/\(town.yenKhanh.rawValue)",
                Self.fields("UBND xã Mới", version: "1").map { ($0.0, $0.0 == field ? long : $0.1) })
            try answer.checkedXML()
            #expect(answer.status == .unprocessableContent && answer.body.contains("tối đa \(most) ký tự, đang có 20000."))
            #expect(answer.body.contains("id=\"\(field)-problem\">") && answer.body.contains(long))
        }
    }

    /// What a cancelled notice said is sent to nobody any more, so there is nothing to do about it.
    @Test func aFailedLetterIsToldAsLongAsItCanBeSentAgain() async throws {
        try await WholeHouse.with { town, _ in
            let database = town.database
            try await database.run(
                """
                INSERT INTO deliveries (key, about, recipient_name, recipient_address, subject, body, created_at, run_at,
                                        state, finished_at, answer)
                VALUES ('notice:TB-2026-0001:published:1', 'TB-2026-0001', 'Bình', 'khongco@example.vn', 'x', 'x', \(town.now),
                        \(town.now), 'failed', \(town.now), '550')
                """)
            func told() async throws -> [Int] {
                [
                    try await HomeStore(database: database).counts(for: town.person(.linh), at: town.now).failedDeliveries,
                    try await GaugeStore(database: database).read(at: town.now).filter { $0.name == "trucban_deliveries_failed" }.map { Int($0.value) }.reduce(0, +),
                ]
            }
            #expect(try await told() == [1, 1])
            _ = try await database.transaction { try await $0.withdraw(about: "TB-2026-0001", at: town.now) }
            #expect(try await told() == [0, 0])
        }
    }

    /// What somebody did not touch is not theirs to write: an older tab takes nothing back.
    @Test func anOlderTabChangesOnlyWhatWasTouched() async throws {
        try await WholeHouse.with { town, _ in
            let an = town.browser(.an)
            let settings = SettingStore(database: town.database)
            let old = Self.settings(try await an.get("/settings"))
            func saving(_ changes: [String: String], over form: [(String, String)]) async throws -> Answer {
                try await an.post("/settings", form.map { ($0.0, changes[$0.0] ?? $0.1) })
            }
            #expect(old.count == Setting.all.count * 2 + 1)
            #expect(try await saving(["availability.target": "990"], over: old).location == "/settings")
            // The form was taken before.
            #expect(try await saving(["availability.target": "980"], over: old).location == "/settings")
            let other = old.filter { $0.0 != "form_key" }
            #expect(try await saving(["notices.lead_days": "5"], over: other).location == "/settings")
            let stored = try await settings.read()
            #expect(stored[.availabilityTarget] == "990" && stored[.noticeLeadDays] == "5")

            let refused = try await saving(["availability.target": "980", "accounts.lock_days": "3"], over: other)
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent)
            #expect(refused.body.contains("vừa được Bùi Xuân An sửa lúc 09:00 24/11/2026, nay là “990”."))
            let shown = Dictionary(Self.settings(refused)) { first, _ in first }
            #expect(shown["availability.target"] == "980" && shown["shown.availability.target"] == "990")
            #expect(shown["accounts.lock_days"] == "3" && shown["notices.lead_days"] == "5")
            #expect(try await settings.read()[.lockWarningDays] == "1")
            #expect(try await saving([:], over: Self.settings(refused)).location == "/settings")
            #expect(try await settings.read()[.availabilityTarget] == "980")
            #expect(try await Self.audited("setting.changed", town) == 4)
        }
    }

    /// The page's form as a browser would send it.
    private static func settings(_ page: Answer) -> [(String, String)] {
        page.body.matches(of: /<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"/).map { (String($0.1), String($0.2)) }
    }
}
