import Civil
import Database
import Foundation
import TestKit
import Testing

@testable import Organization

/// The audit trail as evidence.
@Suite struct AuditTests {
    private static let now = Instant(seconds: 1_795_485_600)

    private static func append(_ count: Int, to database: Database) async throws {
        for number in 1...count {
            try await database.transaction { tx in
                tx.record("thing.changed", "SC-2026-\(number)", by: .system("tests"), at: now + .seconds(number))
            }
        }
    }

    // MARK: The encoding

    /// Text that an encoding may stumble over: absent, empty, another normal form, outside the BMP, what separates fields.
    static let oddTexts: [String?] = [
        nil, "", "-", "-,", "0:,", "1:a,1:b,", "Nguyễn Văn Bình", "Nguyễn Văn Bình".decomposedStringWithCanonicalMapping,
        "🇻🇳 👩‍👩‍👧‍👦", "'; DROP TABLE audit_entries; --", #"{"a":"\"b\"","c":null}"#, "dòng 1\ndòng 2\r\n\tdòng 3", "\u{1}\u{7f}\u{feff}",
        "\u{10FFFF}", String(repeating: "đ", count: 5000), " ", "\\", "%_", "null",
    ]

    @Test func sqlAndSwiftComputeTheSameDigest() async throws {
        try await withDatabase { database in
            var at = Instant(microseconds: -1)
            for odd in Self.oddTexts {
                // Each text in each place, at moments with and without a fraction of a second.
                let words = odd ?? "x"
                _ = try await database.value(
                    """
                    SELECT audit_append(\(at), \(words), \(words), \(odd), \(words), \(words), \(odd), \(odd))
                    """, as: Int64.self)
                let stored = try #require(try await AuditStore(database: database).list(AuditFilter(), limit: 1).first)
                #expect(stored.hash == stored.expectedHash, "\(words.debugDescription)")
                #expect(stored.at == at)
                #expect(stored.before.map { Array($0.utf8) } == odd.map { Array($0.utf8) })
                at = Instant(microseconds: at.microseconds + 123_456_789_000_001)
            }
            let chain = try await AuditStore(database: database).verify(batch: 1)
            #expect(chain.count == Self.oddTexts.count)
        }
    }

    /// Where a field ends can not be moved into its neighbour without changing the digest.
    @Test func fieldsDoNotRunIntoEachOther() {
        func digest(_ actor: String, _ name: String, _ address: String?) -> [UInt8] {
            AuditEntry(
                seq: 1, at: Self.now, actor: actor, actorName: name, address: address, action: "a", subject: "s", before: nil,
                after: nil, previousHash: AuditEntry.genesis, hash: []
            ).expectedHash
        }
        let digests = [digest("ab", "c", nil), digest("a", "bc", nil), digest("abc", "", nil), digest("ab", "c", ""), digest("ab", "c", "-,")]
        #expect(Set(digests).count == digests.count)
    }

    @Test func theDetailsAreJSONWithSortedKeys() async throws {
        try await withDatabase { database in
            try await database.transaction { tx in
                tx.record(
                    "thing.changed", "x", by: .system("tests", address: "::1"), before: ["b": nil, "a": "1/2"],
                    after: ["mật khẩu": redacted], at: Self.now)
            }
            let entry = try #require(try await AuditStore(database: database).list(AuditFilter(), limit: 1).first)
            #expect(entry.before == #"{"a":"1/2","b":null}"#)
            #expect(entry.after == #"{"mật khẩu":"***"}"#)
            #expect(entry.actor == "system:tests" && entry.address == "::1")
        }
    }

    @Test func timeNeverRunsBackwardsAlongTheChain() async throws {
        try await withDatabase { database in
            for second in [10, 5, 20] {
                try await database.transaction { tx in
                    tx.record("thing.changed", "x", by: .system("tests"), at: Self.now + .seconds(second))
                }
            }
            let entries = try await AuditStore(database: database).list(AuditFilter(), limit: 3)
            #expect(entries.reversed().map { $0.at - Self.now } == [.seconds(10), .seconds(10), .seconds(20)])
            let chain = try await AuditStore(database: database).verify()
            #expect(chain.count == 3)
        }
    }

    // MARK: Faults

    /// What the owner of the table could do to a trail of nine lines with the trigger off, and what is found.
    struct Tampering: CustomTestStringConvertible, Sendable {
        let sql: SQL
        var then: SQL?
        let found: AuditChain.Fault
        let at: Int64
        let name: String
        var testDescription: String { name }
    }

    private static let tamperings = [
        Tampering(sql: "UPDATE audit_entries SET subject = 'SC-2026-5x' WHERE seq = 5", found: .content, at: 5, name: "a subject changed"),
        Tampering(sql: "UPDATE audit_entries SET address = '' WHERE seq = 5", found: .content, at: 5, name: "nothing became empty"),
        Tampering(sql: "UPDATE audit_entries SET at = at + interval '1 microsecond' WHERE seq = 5", found: .content, at: 5, name: "a microsecond later"),
        Tampering(sql: "UPDATE audit_entries SET hash = sha256(hash) WHERE seq = 9", found: .content, at: 9, name: "the newest digest changed"),
        Tampering(sql: "UPDATE audit_entries SET hash = sha256(hash) WHERE seq = 1", found: .content, at: 1, name: "the first digest changed"),
        Tampering(sql: "DELETE FROM audit_entries WHERE seq = 5", found: .gap, at: 6, name: "a line taken out"),
        Tampering(sql: "DELETE FROM audit_entries WHERE seq = 1", found: .gap, at: 2, name: "the first line taken out"),
        Tampering(sql: "UPDATE audit_entries SET at = at - interval '1 hour' WHERE seq = 5", found: .order, at: 5, name: "a line made older"),
        Tampering(sql: "INSERT INTO audit_entries SELECT -1, at, actor, actor_name, address, action, subject, before, after, previous_hash, hash FROM audit_entries WHERE seq = 1", found: .order, at: -1, name: "a line put before the first"),
        // Whoever recomputes a line's own digest with the console's own functions breaks the link to the next one.
        Tampering(
            sql: """
                UPDATE audit_entries SET subject = 'other', hash = sha256(convert_to(
                    audit_netstring(seq::text) || audit_netstring(((extract(epoch FROM at) * 1000000)::bigint)::text)
                    || audit_netstring(actor) || audit_netstring(actor_name) || audit_netstring(address) || audit_netstring(action)
                    || audit_netstring('other') || audit_netstring(before) || audit_netstring(after)
                    || audit_netstring(encode(previous_hash, 'hex')), 'UTF8')) WHERE seq = 5
                """, found: .link, at: 6, name: "a line changed with its digest"),
        Tampering(
            sql: "DELETE FROM audit_entries WHERE seq = 5", then: "UPDATE audit_entries SET seq = 5 WHERE seq = 6", found: .link, at: 5, name: "a line taken out and the next one moved up"),
    ]

    @Test(arguments: tamperings)
    func theFirstBadLineIsNamed(tampering: Tampering) async throws {
        try await withDatabase { database in
            try await Self.append(9, to: database)
            try await database.asOwner { owner in
                try await owner.run("ALTER TABLE audit_entries DISABLE TRIGGER ALL")
                try await owner.run(tampering.sql)
                if let then = tampering.then { try await owner.run(then) }
            }
            for batch in [1, 4, 2000] {
                do {
                    _ = try await AuditStore(database: database).verify(batch: batch)
                    Issue.record("a broken trail was found sound")
                } catch let broken as AuditChain.Break {
                    #expect(broken == AuditChain.Break(seq: tampering.at, fault: tampering.found), "batch \(batch)")
                }
            }
        }
    }

    /// Random letters cannot be compressed, so an index takes no more of them than fits on its page.
    @Test func aSubjectIsCutWhereItWouldBurstItsIndex() async throws {
        try await withDatabase { database in
            let letters = Array("aăâbcdđeêghiklmnoôơpqrstuưvxy0123456789")
            let name = "x" + String((0..<4000).map { _ in letters.randomElement() ?? "a" }) + ".csv"
            try await database.transaction { tx in
                tx.record("accounts.imported", name, by: .system("test"), after: ["file": name], at: Instant(seconds: 0))
            }
            var filter = AuditFilter()
            filter.subject = name
            let line = try #require(try await AuditStore(database: database).list(filter, limit: 1).first)
            #expect(name.hasPrefix(line.subject) && (499...500).contains(line.subject.utf8.count))
            #expect(line.after == "{\"file\":\"\(name)\"}" && line.hash == line.expectedHash)
        }
    }

    @Test func anEmptyTrailIsSound() async throws {
        try await withDatabase { database in
            let chain = try await AuditStore(database: database).verify()
            #expect(chain.count == 0 && chain.head == nil)
        }
    }

    @Test func theHeadIsWhatACheckpointSigns() async throws {
        try await withDatabase { database in
            try await Self.append(3, to: database)
            let chain = try await AuditStore(database: database).verify(batch: 2)
            let newest = try #require(try await AuditStore(database: database).list(AuditFilter(), limit: 1).first)
            #expect(chain.count == 3 && chain.head?.seq == 3 && chain.head?.hash == newest.hash)
        }
    }

    // MARK: Who may do what to it

    private static let changes: [SQL] = [
        "UPDATE audit_entries SET subject = 'x'", "DELETE FROM audit_entries", "TRUNCATE audit_entries",
        "UPDATE audit_entries SET subject = 'x' WHERE false",
    ]

    @Test func neitherTheConsoleNorTheOwnerChangesTheTrail() async throws {
        try await withDatabase { database in
            try await Self.append(1, to: database)
            for change in Self.changes {
                try await Self.expectRefusal(database, change)
                try await database.asOwner { try await Self.expectRefusal($0, change) }
            }
            let chain = try await AuditStore(database: database).verify()
            #expect(chain.count == 1)
        }
    }

    private static let escapes: [SQL] = [
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL", "DROP TABLE audit_entries",
        "DROP TRIGGER audit_entries_append_only ON audit_entries", "SET ROLE trucban_owner",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
    ]

    @Test func theConsoleCannotLiftTheProtection() async throws {
        try await withDatabase { database in
            for escape in Self.escapes { try await Self.expectRefusal(database, escape) }
        }
    }

    /// SQLSTATE 42501, insufficient_privilege: by the missing grant or by the trigger.
    private static func expectRefusal(_ database: Database, _ sql: SQL) async throws {
        do {
            try await database.run(sql)
            Issue.record("it was done: \(sql)")
        } catch let error as DatabaseError {
            #expect(error.sqlState == "42501", "\(error)")
        }
    }

    @Test func linesWrittenAtOnceAreOneChain() async throws {
        try await withDatabase { database in
            try await withThrowingDiscardingTaskGroup { group in
                for number in 0..<60 {
                    group.addTask {
                        try await database.transaction { tx in
                            tx.record("thing.changed", "x\(number)", by: .system("tests"), at: Self.now + .seconds(number % 7))
                        }
                    }
                }
            }
            let chain = try await AuditStore(database: database).verify()
            #expect(chain.count == 60)
        }
    }

    @Test func aRolledBackCommandLeavesNoGap() async throws {
        try await withDatabase { database in
            struct Changed: Error {}
            try await Self.append(1, to: database)
            await #expect(throws: Changed.self) {
                try await database.transaction { tx in
                    tx.record("thing.changed", "never", by: .system("tests"), at: Self.now)
                    throw Changed()
                }
            }
            try await Self.append(1, to: database)
            let chain = try await AuditStore(database: database).verify()
            #expect(chain.count == 2 && chain.head?.seq == 2)
        }
    }

    // MARK: Reading

    @Test func theTrailIsFilteredAndPagedByItsNumbers() async throws {
        try await Town.with { town in
            let audit = AuditStore(database: town.database)
            for number in 1...12 {
                try await town.database.transaction { tx in
                    tx.record(
                        number % 2 == 0 ? "incident.closed" : "incident.opened", "SC-2026-000\(number % 3)", by: town.actor(.linh),
                        at: town.now + .seconds(number * 60))
                }
            }
            func subjects(_ change: (inout AuditFilter) -> Void) async throws -> Int {
                var filter = AuditFilter()
                filter.action = "incident."
                change(&filter)
                return try await audit.list(filter, limit: 100).count
            }
            try await #expect(subjects { _ in } == 12)
            try await #expect(subjects { $0.action = "incident.closed" } == 6)
            try await #expect(subjects { $0.action = "incident.%" } == 0)
            try await #expect(subjects { $0.subject = "SC-2026-0001" } == 4)
            try await #expect(subjects { $0.subject = "SC-2026" } == 0)
            try await #expect(subjects { $0.actor = "thuy linh" } == 12)
            try await #expect(subjects { $0.actor = "%" } == 0)
            try await #expect(subjects { $0.actor = "binh" } == 0)
            // From is included, to is not.
            try await #expect(subjects { $0.from = town.now + .seconds(120); $0.to = town.now + .seconds(240) } == 2)
            // Pages by number: nothing twice, nothing missing.
            var filter = AuditFilter()
            filter.action = "incident."
            var (pages, before): ([[Int64]], Int64?) = ([], nil)
            while true {
                let page = try await audit.list(filter, before: before, limit: 5).map(\.seq)
                guard let last = page.last else { break }
                pages.append(page)
                before = last
            }
            #expect(pages.map(\.count) == [5, 5, 2])
            let all = pages.flatMap(\.self)
            #expect(Set(all).count == 12 && all == all.sorted(by: >))
        }
    }

    @Test func noSecretIsInTheTrail() async throws {
        try await Town.with { town in
            let found = try await town.database.value(
                """
                SELECT count(*) FROM audit_entries
                WHERE  strpos(concat_ws(' ', actor, subject, before, after), \(Town.password)) > 0
                OR     concat_ws(' ', before, after) LIKE '%scrypt%'
                """, as: Int.self)
            #expect(found == 0)
            let users = try await town.database.value(
                "SELECT count(*) FROM audit_entries WHERE action = 'user.added' AND after LIKE '%\"password\":\"***\"%'", as: Int.self)
            #expect(users == 8)
        }
    }
}
