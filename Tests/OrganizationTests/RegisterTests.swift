import Civil
import Database
import Foundation
import Organization
import TestKit
import Testing

/// Agencies, users, settings, codes: what the ground floor keeps.
@Suite struct RegisterTests {
    private static let now = Instant(seconds: 1_795_485_600)

    private static func refused(_ body: () async throws -> Void) async throws -> [String] {
        do {
            try await body()
            return []
        } catch let refusal as Refusal {
            return refusal.problems.map(\.field)
        }
    }

    // MARK: Agencies

    @Test func anAgencysCodeAndIdentifierAreItsOwn() async throws {
        try await Town.with { town in
            let store = AgencyStore(database: town.database)
            func add(_ code: String, _ identifier: String?) async throws -> [String] {
                try await Self.refused {
                    try await store.add(
                        AgencyDraft(code: code, identifier: identifier, name: "Sở \(code)", kind: .department),
                        by: town.actor(.linh), at: Self.now)
                }
            }
            try await #expect(add("skhcn", "000.00.15.H42") == [])
            try await #expect(add("skhcn", nil) == ["code"])
            try await #expect(add("sotc", "000.00.15.H42") == ["identifier"])
            // Two without an identifier are no conflict.
            try await #expect(add("sotc", nil) == [])
            try await #expect(add("soyt", nil) == [])
            // A refused one leaves no line in the trail.
            let lines = try await town.database.values(
                "SELECT subject FROM audit_entries WHERE action = 'agency.added' ORDER BY seq", as: String.self)
            #expect(lines == ["xayenkhanh", "xagiavien", "skhcn", "sotc", "soyt"])
        }
    }

    @Test func agenciesAreFoundWithoutMarksAndWithinTheScope() async throws {
        try await Town.with { town in
            let store = AgencyStore(database: town.database)
            func names(_ search: String, _ who: TownPerson) async throws -> [String] {
                let found = try await store.list(for: town.person(who), search: search, limit: 10).map(\.code)
                let count = try await store.count(for: town.person(who), search: search)
                #expect(count == found.count)
                return found
            }
            try await #expect(names("yen khanh", .linh) == ["xayenkhanh"])
            try await #expect(names("YÊN KHÁNH", .linh) == ["xayenkhanh"])
            try await #expect(names("yên khánh".decomposedStringWithCanonicalMapping, .linh) == ["xayenkhanh"])
            try await #expect(Set(names("", .linh)) == ["xagiavien", "xayenkhanh"])
            try await #expect(names("", .binh) == ["xayenkhanh"])
            try await #expect(names("gia", .binh) == [])
            let (own, other) = (
                try await store.find(town.yenKhanh, for: town.person(.binh)),
                try await store.find(town.giaVien, for: town.person(.binh))
            )
            #expect(own?.code == "xayenkhanh" && other == nil)
            let choices = try await store.choices(for: town.person(.chi))
            #expect(choices.map(\.code) == ["xagiavien"])
        }
    }

    @Test func aChangeOfAnAgencyKeepsWhatItWas() async throws {
        try await Town.with { town in
            let store = AgencyStore(database: town.database)
            let agency = try #require(try await store.find(town.yenKhanh, for: town.person(.linh)))
            var draft = agency.draft
            draft.name = "UBND xã Yên Khánh mới"
            try await store.change(agency.id, to: draft, version: 1, by: town.person(.linh), address: "10.0.0.1", at: Self.now)
            let changed = try await store.find(town.yenKhanh, for: town.person(.linh))
            #expect(changed?.name == "UBND xã Yên Khánh mới")
            let filter = { var filter = AuditFilter(); filter.action = "agency.changed"; return filter }()
            let line = try #require(try await AuditStore(database: town.database).list(filter, limit: 1).first)
            #expect(line.before?.contains("UBND xã Yên Khánh\"") == true && line.after?.contains("mới") == true)
            draft.code = "xagiavien"
            let fields = try await Self.refused {
                try await store.change(agency.id, to: draft, version: 2, by: town.person(.linh), address: "", at: Self.now)
            }
            #expect(fields == ["code"])
        }
    }

    // MARK: Users

    @Test func aTakenNameIsRefusedAndTheFormMakesOneUser() async throws {
        try await Town.with { town in
            let users = UserStore(database: town.database, hasher: try PasswordHasher(cost: Password.Cost(rounds: 16, parallelism: 1)))
            let before = try await users.list().count
            let draft = UserDraft(username: "moi", fullName: "Người Mới", role: .hotline, password: Town.password)
            let form = UUID()
            try await users.add(draft, by: town.actor(.an), form: form, at: Self.now)
            do {
                try await users.add(draft, by: town.actor(.an), form: form, at: Self.now)
                Issue.record("the same form made two")
            } catch let repeated as AlreadySubmitted {
                #expect(repeated.location == "/users")
            }
            let fields = try await Self.refused { try await users.add(draft, by: town.actor(.an), form: UUID(), at: Self.now) }
            #expect(fields == ["username"])
            let list = try await users.list()
            #expect(list.count == before + 1)
            let moi = try #require(list.first { $0.username == "moi" })
            let found = try await users.find(moi.id)
            #expect(found == moi && moi.role == .hotline)
            let missing = try await users.find(User.ID(rawValue: 0))
            #expect(missing == nil)
        }
    }

    @Test func anAgencyThatIsNotInUseHasNoUsers() async throws {
        try await Town.with { town in
            let users = UserStore(database: town.database, hasher: try PasswordHasher(cost: Password.Cost(rounds: 16, parallelism: 1)))
            try await town.database.run("UPDATE agencies SET closed_at = \(Self.now) WHERE id = \(town.giaVien)")
            for agency in [Agency.ID(rawValue: 999_999), town.giaVien] {
                let draft = UserDraft(username: "moi", fullName: "Người Mới", role: .agencyHead, agency: agency, password: Town.password)
                #expect(try await Self.refused { try await users.add(draft, by: town.actor(.an), at: Self.now) } == ["agency"])
            }
        }
    }

    // MARK: Settings

    @Test func settingsChangeAllOrNone() async throws {
        try await Town.with { town in
            let store = SettingStore(database: town.database)
            let an = town.person(.an)
            let bad = try await Self.refused {
                try await store.change(
                    ["availability.target": "990", "notices.lead_days": "61", "monitor.reference_url": "ftp://x"], by: an,
                    address: "10.0.0.1", at: Self.now)
            }
            #expect(bad == ["notices.lead_days", "monitor.reference_url"])
            var settings = try await store.read()
            #expect(settings[.availabilityTarget] == "995" && settings.number(.noticeLeadDays) == 7)
            try await store.change(
                ["availability.target": "990", "notices.lead_days": "7", "unknown.key": "x"], by: an, address: "10.0.0.1",
                at: Self.now)
            settings = try await store.read()
            #expect(settings.number(.availabilityTarget) == 990)
            let filter = { var filter = AuditFilter(); filter.action = "setting."; return filter }()
            let lines = try await AuditStore(database: town.database).list(filter, limit: 10)
            // What is as it was is no change, and an unknown key is nobody's.
            #expect(lines.map(\.subject) == ["availability.target"])
            #expect(lines.first?.before == #"{"value":"995"}"# && lines.first?.after == #"{"value":"990"}"#)
            #expect(settings.demoSeed == nil)
        }
    }

    @Test(arguments: Setting.all)
    func everySettingAcceptsItsOwnDefaultAndNamesABadValue(setting: Setting) {
        #expect(setting.problem(with: setting.standard) == nil)
        guard setting.shape != .text else { return }
        let problem = setting.problem(with: "không phải")
        #expect(problem?.field == setting.key && problem?.text.hasPrefix(setting.label) == true)
    }

    @Test func aStoredValueThatIsNoNumberIsReadAsTheDefault() {
        #expect(Settings(values: ["notices.lead_days": "bảy"]).number(.noticeLeadDays) == 7)
    }

    // MARK: Codes

    @Test func everyKindOfCodeHasItsDigitsAndANumberOfItsOwn() async throws {
        try await withDatabase { database in
            let codes = try await database.transaction { tx in
                try await [CodePrefix.incident, .notice, .request, .report].asyncMap { try await tx.nextCode($0, at: Self.now) }
            }
            #expect(codes == ["SC-2026-0001", "TB-2026-0001", "YC-2026-00001", "BC-2026-01"])
        }
    }

    @Test func numbersGoOnAndGrowBeyondTheirDigits() async throws {
        try await withDatabase { database in
            let codes = try await database.transaction { tx in
                let six = try await (0..<7).asyncMap { _ in try await tx.nextCode(.incident, at: Self.now) }
                try await tx.run("UPDATE code_counters SET last = 9999")
                return [six[6], try await tx.nextCode(.incident, at: Self.now)]
            }
            #expect(codes == ["SC-2026-0007", "SC-2026-10000"])
        }
    }

    @Test func theYearIsVietnams() async throws {
        try await withDatabase { database in
            // 31/12/2026 16:59:59 UTC is still 2026 in Vietnam; a second later it is 2027 there.
            let newYear = try #require(CivilDate(year: 2027, month: 1, day: 1)).startInVietnam
            let codes = try await database.transaction { tx in
                try await [newYear - .seconds(1), newYear, newYear + .seconds(1)].asyncMap { try await tx.nextCode(.incident, at: $0) }
            }
            #expect(codes == ["SC-2026-0001", "SC-2027-0001", "SC-2027-0002"])
        }
    }

    @Test func codesGivenAtOnceAreDifferent() async throws {
        try await withDatabase { database in
            let codes = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<40 {
                    group.addTask { try await database.transaction { try await $0.nextCode(.request, at: Self.now) } }
                }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(codes.sorted() == (1...40).map { "YC-2026-000\($0 < 10 ? "0" : "")\($0)" })
        }
    }

    @Test func aFailedTransactionGivesItsNumberBack() async throws {
        try await withDatabase { database in
            struct Changed: Error {}
            await #expect(throws: Changed.self) {
                try await database.transaction { tx in
                    _ = try await tx.nextCode(.notice, at: Self.now)
                    throw Changed()
                }
            }
            let code = try await database.transaction { try await $0.nextCode(.notice, at: Self.now) }
            #expect(code == "TB-2026-0001")
        }
    }

    // MARK: Forms

    @Test func aFormSentTwiceAtOnceIsOneCommand() async throws {
        try await withDatabase { database in
            let key = UUID()
            let outcomes = await withTaskGroup(of: String.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        do {
                            return try await database.transaction { tx in
                                try await tx.claim(key, location: "/things")
                                tx.settle(key, location: "/things/\(number)")
                                return "made /things/\(number)"
                            }
                        } catch let repeated as AlreadySubmitted {
                            return repeated.location
                        } catch {
                            return "\(error)"
                        }
                    }
                }
                return await group.reduce(into: [String]()) { $0.append($1) }
            }
            let made = outcomes.filter { $0.hasPrefix("made ") }
            #expect(made.count == 1)
            #expect(outcomes.filter { "made \($0)" == made.first }.count == 7)
        }
    }
}

extension Sequence where Element: Sendable {
    /// One after the other.
    fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async throws -> [T] {
        var results: [T] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
