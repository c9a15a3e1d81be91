import Foundation
import Testing

@testable import Organization

/// How passwords are kept.
@Suite struct PasswordTests {
    private static let cheap = Password.Cost(rounds: 16, parallelism: 1)
    private static let word = "mật khẩu dài để thử"

    @Test func whatIsStoredSaysItsParametersAndNotThePassword() throws {
        let stored = try Password.hash(Self.word, cost: Self.cheap, salt: Array(0..<16))
        let fields = stored.split(separator: "$").map(String.init)
        #expect(fields.prefix(5) == ["scrypt", "16", "8", "1", "AAECAwQFBgcICQoLDA0ODw=="])
        #expect(Data(base64Encoded: fields[5])?.count == 32)
        #expect(!stored.contains("mật"))
    }

    /// RFC 7914, chapter 12, the second vector: N = 1024, r = 8, p = 16.
    @Test func scryptIsTheOneOfTheStandard() throws {
        let stored = try Password.hash("password", cost: Password.Cost(rounds: 1024, parallelism: 16), salt: Array("NaCl".utf8))
        let key = try #require(Data(base64Encoded: String(stored.split(separator: "$")[5])))
        #expect(hexadecimal(Array(key)) == "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162")
    }

    @Test func theStandardCostIsThirtyTwoMebibytes() {
        let cost = Password.Cost.standard
        #expect(128 * cost.rounds * cost.blockSize == 32 << 20)
        #expect(cost.parallelism == 3)
    }

    struct Try: CustomTestStringConvertible, Sendable {
        let typed: String
        let matches: Bool
        let name: String
        var testDescription: String { name }
    }

    @Test(arguments: [
        Try(typed: "mật khẩu dài để thử", matches: true, name: "the same"),
        Try(typed: "mật khẩu dài để thử".decomposedStringWithCanonicalMapping, matches: true, name: "typed as NFD"),
        Try(typed: "mật khẩu dài để thử ", matches: false, name: "a space more"),
        Try(typed: "Mật khẩu dài để thử", matches: false, name: "a capital"),
        Try(typed: "mat khau dai de thu", matches: false, name: "without marks"),
        Try(typed: "", matches: false, name: "nothing"),
    ])
    func onlyTheSameWordMatches(attempt: Try) async throws {
        let hasher = try PasswordHasher(cost: Self.cheap)
        let stored = try await hasher.hash(Self.word)
        let verdict = try await hasher.verify(attempt.typed, against: stored)
        #expect(verdict.matches == attempt.matches)
        #expect(verdict.rehashed == nil)
    }

    @Test func thePasswordOfNobodyIsNobodys() async throws {
        let hasher = try PasswordHasher(cost: Self.cheap)
        // The decoy is made from an empty password: even that one does not open anything.
        for typed in ["", Self.word] {
            let verdict = try await hasher.verify(typed, against: nil)
            #expect(!verdict.matches && verdict.rehashed == nil)
        }
    }

    @Test func aStoredWordOfAnotherFormMatchesNothing() async throws {
        let hasher = try PasswordHasher(cost: Self.cheap)
        for stored in ["", "plain", "scrypt$16$8$1$AAAA", "bcrypt$16$8$1$AAAA$AAAA", "scrypt$x$8$1$AAAA$AAAA"] {
            let verdict = try await hasher.verify(Self.word, against: stored)
            #expect(!verdict.matches, "\(stored)")
        }
    }

    @Test func aHigherCostIsGivenToWhoKnowsThePassword() async throws {
        let old = try await PasswordHasher(cost: Self.cheap).hash(Self.word)
        let hasher = try PasswordHasher(cost: Password.Cost(rounds: 32, parallelism: 1))
        let wrong = try await hasher.verify("sai", against: old)
        #expect(!wrong.matches && wrong.rehashed == nil)
        let right = try await hasher.verify(Self.word, against: old)
        let raised = try #require(right.rehashed)
        #expect(right.matches && raised.hasPrefix("scrypt$32$"))
        let again = try await hasher.verify(Self.word, against: raised)
        #expect(again.matches && again.rehashed == nil)
    }

    @Test func twoPeopleWithOnePasswordHaveTwoHashes() async throws {
        let hasher = try PasswordHasher(cost: Self.cheap)
        let (first, second) = (try await hasher.hash(Self.word), try await hasher.hash(Self.word))
        #expect(first != second)
    }
}
