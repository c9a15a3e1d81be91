import Civil
import Database
import Organization
import Testing

/// What a new user may be called, and what an agency's codes may look like.
@Suite struct UserRulesTests {
    struct Draft: CustomTestStringConvertible, Sendable {
        var username = "skhcn_nguyenvana"
        var fullName = "Nguyễn Văn A"
        var role = Role.operator
        var hasAgency = false
        var password = "một câu dài dễ nhớ"
        var refused: [String] = []
        let name: String
        var testDescription: String { name }
    }

    @Test(arguments: [
        Draft(name: "all well"),
        Draft(username: "a", refused: ["username"], name: "a name of one letter"),
        Draft(username: String(repeating: "a", count: 64), name: "a name of 64 letters"),
        Draft(username: String(repeating: "a", count: 65), refused: ["username"], name: "a name of 65 letters"),
        Draft(username: "Nguyenvana", refused: ["username"], name: "capitals in a name"),
        Draft(username: "nguyễn", refused: ["username"], name: "marks in a name"),
        Draft(username: "_a", refused: ["username"], name: "a name that begins with a dash"),
        Draft(username: "a b", refused: ["username"], name: "a space in a name"),
        Draft(username: "a\nb", refused: ["username"], name: "a line break in a name"),
        Draft(username: "x.y-z_1", name: "dots and dashes inside a name"),
        Draft(fullName: "", refused: ["full_name"], name: "nobody's name"),
        Draft(role: .agencyAdmin, refused: ["agency"], name: "who answers for an agency without an agency"),
        Draft(role: .agencyHead, refused: ["agency"], name: "a head of no agency"),
        Draft(role: .agencyHead, hasAgency: true, name: "a head of an agency"),
        Draft(password: "ngắn quá 1", refused: ["password"], name: "a password of 10 characters"),
        Draft(password: "mười hai ký", refused: ["password"], name: "a password of 11 characters"),
        Draft(password: "mười hai ký.", name: "a password of 12 characters"),
        Draft(password: String(repeating: "a", count: 1024), name: "a password of 1024 bytes"),
        Draft(password: String(repeating: "a", count: 1025), refused: ["password"], name: "a password of 1025 bytes"),
        Draft(password: "SKHCN_nguyenvana", refused: ["password"], name: "the name as password"),
        Draft(username: "", fullName: "", role: .agencyAdmin, password: "", refused: ["username", "full_name", "agency", "password"],
              name: "everything wrong is told at once"),
    ])
    func draftsAreJudged(draft: Draft) {
        let typed = UserDraft(
            username: draft.username, fullName: draft.fullName, role: draft.role,
            agency: draft.hasAgency ? Agency.ID(rawValue: 1) : nil, password: draft.password)
        #expect(problems { try typed.check() } == draft.refused)
    }

    @Test(arguments: [
        ("skhcn", nil, []), ("s", nil, ["code"]), ("Skhcn", nil, ["code"]), ("sở", nil, ["code"]), ("a_b", nil, ["code"]),
        (String(repeating: "a", count: 32), nil, []), (String(repeating: "a", count: 33), nil, ["code"]),
        ("xayk", "H42", []), ("xayk", "H42.15", []), ("xayk", "000.00.15.H42", []), ("xayk", "G22.99.01", []),
        ("xayk", "h42", ["identifier"]), ("xayk", "H42.", ["identifier"]), ("xayk", ".H42", ["identifier"]),
        ("xayk", "H42..15", ["identifier"]), ("xayk", "H42 15", ["identifier"]), ("xayk", "", ["identifier"]),
        ("xayk", String(repeating: "A", count: 35), []), ("xayk", String(repeating: "A", count: 36), ["identifier"]),
    ] as [(String, String?, [String])])
    func agencyCodesAreJudged(code: String, identifier: String?, refused: [String]) {
        let draft = AgencyDraft(code: code, identifier: identifier, name: "Cơ quan", kind: .other)
        #expect(problems { try draft.check() } == refused)
    }

    @Test(arguments: [("", []), ("a@b.vn", []), ("a", ["contact_email"]), ("a@b", ["contact_email"]), ("a b@c.vn", ["contact_email"])]
        as [(String, [String])])
    func anAgencysMailIsAnAddressOrNothing(mail: String, refused: [String]) {
        let draft = AgencyDraft(code: "xayk", name: "Cơ quan", kind: .commune, contactEmail: mail)
        #expect(problems { try draft.check() } == refused)
    }

    @Test func anAgencyNeedsAName() {
        #expect(problems { try AgencyDraft(code: "xayk", name: "", kind: .commune).check() } == ["name"])
    }

    @Test(arguments: [
        (0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (13, 256), (14, 512), (15, 900), (100, 900), (Int.max, 900),
    ])
    func anAddressThatFailsWaitsTwiceAsLongEachTime(failures: Int, seconds: Int) {
        #expect(LoginRules.wait(afterFailures: failures) == .seconds(seconds))
    }

    private func problems(_ check: () throws -> Void) -> [String] {
        do {
            try check()
            return []
        } catch {
            return (error as? Refusal)?.problems.map(\.field) ?? ["\(error)"]
        }
    }
}
