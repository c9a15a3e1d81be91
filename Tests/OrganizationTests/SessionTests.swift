import Civil
import Database
import TestKit
import Testing

@testable import Organization

/// Signing in, staying in, going out.
@Suite struct SessionTests {
    private static let now = Instant(seconds: 1_795_485_600)
    private static let word = "một câu dài dễ nhớ"
    private static let home = "10.0.0.7"

    /// A house with one operator, `linh`.
    private struct House: Sendable {
        let database: Database
        let sessions: SessionStore
        let users: UserStore

        func login(
            _ username: String = "linh", _ password: String = SessionTests.word, from address: String = SessionTests.home,
            replacing: Token? = nil, after: Duration = .zero
        ) async throws -> SessionStore.Login {
            try await sessions.login(
                username: username, password: password, address: address, userAgent: "tests", replacing: replacing,
                at: SessionTests.now + after)
        }

        func token(after: Duration = .zero, from address: String = SessionTests.home) async throws -> Token {
            guard case .signedIn(let token, _) = try await login(from: address, after: after) else { throw NotSignedIn() }
            return token
        }
    }

    private struct NotSignedIn: Error {}

    private func withHouse(
        cost: Password.Cost = Password.Cost(rounds: 16, parallelism: 1),
        _ body: @escaping @Sendable (House) async throws -> Void
    ) async throws {
        try await withDatabase { database in
            let hasher = try PasswordHasher(cost: cost)
            let house = House(
                database: database, sessions: SessionStore(database: database, hasher: hasher),
                users: UserStore(database: database, hasher: hasher))
            try await house.users.add(
                UserDraft(username: "linh", fullName: "Phạm Thùy Linh", role: .operator, password: Self.word),
                by: .system("tests"), at: Self.now)
            try await body(house)
        }
    }

    private static func isSignedIn(_ login: SessionStore.Login) -> Bool {
        if case .signedIn = login { return true }
        return false
    }

    private static func isRefused(_ login: SessionStore.Login) -> Bool {
        if case .refused = login { return true }
        return false
    }

    private static func wait(_ login: SessionStore.Login) -> Duration? {
        if case .wait(let duration) = login { return duration }
        return nil
    }

    @Test func onlyTheDigestOfATokenIsStored() async throws {
        try await withHouse { house in
            let token = try await house.token()
            #expect(token.text.count == 43)
            let stored = try await house.database.values("SELECT token_hash FROM sessions", as: [UInt8].self)
            #expect(stored == [token.hash])
            let facts = try await house.sessions.facts(of: token, at: Self.now)
            #expect(facts?.person.username == "linh" && facts?.isDemo == false)
            let stranger = try await house.sessions.facts(of: Token(), at: Self.now)
            #expect(stranger == nil)
        }
    }

    @Test func aNameIsTypedInAnyCase() async throws {
        try await withHouse { house in
            let login = try await house.login("LINH")
            #expect(Self.isSignedIn(login))
        }
    }

    /// Seconds since sign-in at which a page is asked for, and whether the session still lives then.
    @Test(arguments: [
        ([1799], true), ([1800], false), ([1801], false), ([1000, 2700], true), ([1000, 2801], false),
        // Used every 25 minutes, it ends all the same after 12 hours.
        (Array(stride(from: 1500, to: 43_200, by: 1500)) + [43_199], true),
        (Array(stride(from: 1500, to: 43_200, by: 1500)) + [43_200], false),
    ] as [([Int], Bool)])
    func aSessionLivesThirtyMinutesIdleAndTwelveHoursInAll(asked: [Int], lives: Bool) async throws {
        try await withHouse { house in
            let token = try await house.token()
            var facts: SessionFacts?
            for seconds in asked { facts = try await house.sessions.facts(of: token, at: Self.now + .seconds(seconds)) }
            #expect((facts != nil) == lives)
        }
    }

    @Test func readingIsAWriteAtMostOnceAMinute() async throws {
        try await withHouse { house in
            let token = try await house.token()
            let before = house.database.statementCount
            for second in 1...60 { _ = try await house.sessions.facts(of: token, at: Self.now + .seconds(second)) }
            #expect(house.database.statementCount - before == 60)
            _ = try await house.sessions.facts(of: token, at: Self.now + .seconds(61))
            #expect(house.database.statementCount - before == 62)
        }
    }

    @Test func signingInAnewEndsTheBrowsersOldSession() async throws {
        try await withHouse { house in
            let old = try await house.token()
            guard case .signedIn(let new, _) = try await house.login(replacing: old) else { throw NotSignedIn() }
            #expect(new.text != old.text)
            let (before, after) = (
                try await house.sessions.facts(of: old, at: Self.now), try await house.sessions.facts(of: new, at: Self.now)
            )
            #expect(before == nil && after != nil)
        }
    }

    @Test func aFailedSignInLeavesTheOldSession() async throws {
        try await withHouse { house in
            let old = try await house.token()
            _ = try await house.login("linh", "sai", replacing: old)
            let facts = try await house.sessions.facts(of: old, at: Self.now)
            #expect(facts != nil)
        }
    }

    @Test func signingOutEndsTheSessionAndIsWrittenDown() async throws {
        try await withHouse { house in
            let token = try await house.token()
            let person = try #require(try await house.sessions.facts(of: token, at: Self.now)).person
            try await house.sessions.logout(token, by: person, address: Self.home, at: Self.now)
            let facts = try await house.sessions.facts(of: token, at: Self.now)
            #expect(facts == nil)
            let actions = try await house.database.values("SELECT action FROM audit_entries ORDER BY seq", as: String.self)
            #expect(actions == ["user.added", "session.began", "session.ended"])
        }
    }

    @Test func whoIsDisabledIsOutAtOnce() async throws {
        try await withHouse { house in
            let token = try await house.token()
            try await house.users.add(
                UserDraft(username: "an", fullName: "Bùi Xuân An", role: .administrator, password: Self.word),
                by: .system("tests"), at: Self.now)
            guard case .signedIn(_, let an) = try await house.login("an") else { throw NotSignedIn() }
            let linh = try #require(try await house.users.list().first { $0.username == "linh" })
            try await house.users.disable(linh.id, by: an, address: Self.home, at: Self.now)
            // A second time changes nothing and is not written down again.
            try await house.users.disable(linh.id, by: an, address: Self.home, at: Self.now + .seconds(9))
            let facts = try await house.sessions.facts(of: token, at: Self.now)
            let login = try await house.login()
            #expect(facts == nil && Self.isRefused(login))
            let lines = try await house.database.value(
                "SELECT count(*) FROM audit_entries WHERE action = 'user.disabled' AND subject = 'linh'", as: Int.self)
            #expect(lines == 1)
            do {
                try await house.users.disable(an.id, by: an, address: Self.home, at: Self.now)
                Issue.record("an administrator locked himself out")
            } catch is Refusal {}
        }
    }

    @Test func theSweepTakesOnlyWhatNobodyCanUse() async throws {
        try await withHouse { house in
            _ = try await house.token()
            let young = try await house.token(after: .seconds(600))
            _ = try await house.login("linh", "sai", after: .seconds(600))
            try await house.database.run(
                """
                INSERT INTO submissions (key, location, created_at)
                VALUES (gen_random_uuid(), '/old', \(Self.now - .seconds(48 * 3600))), (gen_random_uuid(), '/new', \(Self.now))
                """)
            try await house.sessions.sweep(at: Self.now + .seconds(1800))
            let left = try await house.database.values("SELECT token_hash FROM sessions", as: [UInt8].self)
            #expect(left == [young.hash])
            let forms = try await house.database.values("SELECT location FROM submissions", as: String.self)
            #expect(forms == ["/new"])
            var addresses = try await house.database.value("SELECT count(*) FROM login_failures", as: Int.self)
            #expect(addresses == 1)
            try await house.sessions.sweep(at: Self.now + .seconds(600 + 3601))
            addresses = try await house.database.value("SELECT count(*) FROM login_failures", as: Int.self)
            #expect(addresses == 0)
        }
    }

    // MARK: Wrong passwords

    @Test func fiveFailuresLockTheAccountForAQuarterOfAnHour() async throws {
        try await withHouse { house in
            // From different addresses, so that it is the account that locks.
            for number in 1...4 { _ = try await house.login("linh", "sai", from: "10.0.1.\(number)") }
            let fourth = try await house.login(from: "10.0.2.1")
            #expect(Self.isSignedIn(fourth), "a success after four failures")
            for number in 1...5 { _ = try await house.login("linh", "sai", from: "10.0.3.\(number)") }
            let locked = try await house.login(from: "10.0.4.1", after: .seconds(899))
            let open = try await house.login(from: "10.0.4.2", after: .seconds(900))
            #expect(Self.isRefused(locked) && Self.isSignedIn(open))
            let counted = try await house.database.value("SELECT failed_logins::bigint FROM users", as: Int.self)
            #expect(counted == 0)
        }
    }

    @Test func afterALockTheCountBeginsAnew() async throws {
        try await withHouse { house in
            for number in 1...5 { _ = try await house.login("linh", "sai", from: "10.0.1.\(number)") }
            _ = try await house.login("linh", "sai", from: "10.0.1.6", after: .seconds(901))
            let login = try await house.login(from: "10.0.1.7", after: .seconds(902))
            #expect(Self.isSignedIn(login))
        }
    }

    /// Thirty guesses at once, the right one among them last: the lock that the first five set holds for the rest too.
    @Test func guessesSentTogetherDoNotPassTheLock() async throws {
        try await withHouse(cost: Password.Cost(rounds: 256, parallelism: 1)) { house in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<30 {
                    group.addTask { _ = try? await house.login("linh", "sai \(number)", from: "10.1.0.\(number)") }
                }
            }
            let locked = try await house.database.value("SELECT locked_until IS NOT NULL FROM users", as: Bool.self)
            #expect(locked)
            let login = try await house.login(from: "10.1.1.1", after: .seconds(1))
            #expect(Self.isRefused(login))
        }
    }

    @Test func aLockThatCameWhileThePasswordWasCheckedHolds() async throws {
        try await withHouse { house in
            // The row is held by another transaction, which locks the account after `login` has read it.
            let login = try await house.database.transaction { tx in
                try await tx.run("SELECT FROM users WHERE username = 'linh' FOR UPDATE")
                let attempt = Task { try await house.login() }
                // `login` reads the row, checks the password, and waits for us in its own transaction.
                while try await !house.database.value(
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')",
                    as: Bool.self) {}
                try await tx.run("UPDATE users SET locked_until = \(Self.now + .seconds(900))")
                return attempt
            }
            let outcome = try await login.value
            #expect(Self.isRefused(outcome))
        }
    }

    @Test func anAddressThatGuessesIsSlowedDownWhomeverItTries() async throws {
        try await withHouse { house in
            for number in 1...5 { _ = try await house.login("ai-do-\(number)", "sai") }
            let waits = Self.wait(try await house.login())
            #expect(waits == .seconds(1))
            let elsewhere = try await house.login(from: "10.9.9.9")
            #expect(Self.isSignedIn(elsewhere), "another address is not concerned")
            _ = try await house.login("ai-do", "sai", after: .seconds(1))
            let longer = Self.wait(try await house.login(after: .seconds(1)))
            #expect(longer == .seconds(2))
            let success = try await house.login(after: .seconds(3))
            #expect(Self.isSignedIn(success))
            let left = try await house.database.value("SELECT count(*) FROM login_failures", as: Int.self)
            #expect(left == 0, "a success makes the address forget")
        }
    }

    @Test func anHourWithoutAFailureIsForgiven() async throws {
        try await withHouse { house in
            for _ in 1...5 { _ = try await house.login("ai-do", "sai") }
            _ = try await house.login("ai-do", "sai", after: .seconds(3601))
            let failures = try await house.database.value("SELECT failures::bigint FROM login_failures", as: Int.self)
            #expect(failures == 1)
        }
    }

    /// From outside, and in the number of statements, an unknown user is one with a wrong password.
    @Test func anUnknownUserIsNotToldFromAWrongPassword() async throws {
        try await withHouse { house in
            let before = house.database.statementCount
            let unknown = try await house.login("khong-co", Self.word, from: "10.0.0.1")
            let between = house.database.statementCount
            let wrong = try await house.login("linh", "sai", from: "10.0.0.2")
            #expect(Self.isRefused(unknown) && Self.isRefused(wrong))
            // The one statement more counts the account's failure.
            #expect(house.database.statementCount - between == between - before + 1)
            let lines = try await house.database.values(
                "SELECT subject FROM audit_entries WHERE action = 'session.refused' ORDER BY seq", as: String.self)
            #expect(lines == ["?", "linh"], "what was typed as a name may be a password, and is not written down")
        }
    }

    @Test func aGrownCostIsStoredAtTheNextSignIn() async throws {
        try await withHouse { house in
            let later = SessionStore(
                database: house.database, hasher: try PasswordHasher(cost: Password.Cost(rounds: 64, parallelism: 1)))
            for _ in 1...2 {
                let login = try await later.login(
                    username: "linh", password: Self.word, address: Self.home, userAgent: "", at: Self.now)
                #expect(Self.isSignedIn(login))
                let hash = try await house.database.value("SELECT password_hash FROM users", as: String.self)
                #expect(hash.hasPrefix("scrypt$64$"))
            }
        }
    }

    // MARK: The first administrator

    @Test func theSetupLinkMakesOneAdministratorOnce() async throws {
        try await withDatabase { database in
            let users = UserStore(database: database, hasher: try PasswordHasher(cost: Password.Cost(rounds: 16, parallelism: 1)))
            let first = try #require(try await users.makeSetupLink(at: Self.now))
            let second = try #require(try await users.makeSetupLink(at: Self.now + .seconds(90 * 86_400)))
            let stored = try await database.values("SELECT token_hash FROM setup_links", as: [UInt8].self)
            #expect(Set(stored) == [first.hash, second.hash])
            for link in [first, second] { try await #expect(users.isSetupLinkValid(link)) }
            try await #expect(!users.isSetupLinkValid(Token()))
            // A refused draft does not use up the link.
            await #expect(throws: Refusal.self) {
                try await users.setUp(Self.draft("an", "ngắn"), link: first, address: Self.home, at: Self.now)
            }
            await #expect(throws: Refusal.self) {
                try await users.setUp(Self.draft("an"), link: Token(), address: Self.home, at: Self.now)
            }
            try await #expect(users.isSetupLinkValid(first))
            // Both links at the same moment: one administrator.
            let made = await withTaskGroup(of: Bool.self) { group in
                for (name, link) in [("an", first), ("tu", second), ("ba", first)] {
                    group.addTask {
                        (try? await users.setUp(Self.draft(name), link: link, address: Self.home, at: Self.now)) != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(made == 1)
            let list = try await users.list()
            #expect(list.count == 1 && list.first?.role == .administrator)
            for link in [first, second] { try await #expect(!users.isSetupLinkValid(link)) }
            let another = try await users.makeSetupLink(at: Self.now)
            #expect(another == nil)
            let trail = try await database.values("SELECT after FROM audit_entries", as: String.self)
            #expect(trail.count == 1 && trail[0].contains(#""password":"***""#))
        }
    }

    private static func draft(_ username: String, _ password: String = SessionTests.word) -> UserDraft {
        UserDraft(username: username, fullName: "Bùi Xuân An", role: .administrator, password: password)
    }
}
