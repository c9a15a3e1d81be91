import Civil
import Database
import Organization
import Testing

@testable import Compliance

/// Who may be in charge from when to when.
@Suite struct OfficerRulesTests {
    private static let yenKhanh = Agency.ID(rawValue: 1)

    private static func day(_ text: String) -> CivilDate { CivilDate(parsing: text)! }

    private static func draft(_ begins: String, _ ends: String? = nil) -> OfficerDraft {
        OfficerDraft(
            agency: yenKhanh, duty: .securityOfficer, fullName: "Trần Văn Mới", begins: day(begins),
            ends: ends.map(day), decisionNumber: "02/QĐ-UBND")
    }

    private static func officer(_ name: String, _ begins: String, _ ends: String? = nil) -> Officer {
        Officer(
            id: Officer.ID(rawValue: 7), agency: yenKhanh, agencyName: "UBND xã Yên Khánh", duty: .securityOfficer,
            fullName: name, position: "", phone: "", email: "", begins: day(begins), ends: ends.map(day),
            decisionNumber: "01/QĐ-UBND")
    }

    @Test(arguments: [
        ("đủ", draft("01/12/2026"), []),
        ("một ngày", draft("01/12/2026", "01/12/2026"), []),
        ("kết thúc trước khi bắt đầu", draft("01/12/2026", "30/11/2026"), ["ends"]),
        (
            "không tên, không quyết định, thư sai dạng",
            OfficerDraft(
                agency: yenKhanh, duty: .softwareManager, fullName: "", email: "không phải thư",
                begins: day("01/12/2026"), decisionNumber: ""), ["full_name", "decision_number", "email"]
        ),
    ])
    func aDraftIsFitOrSaysWhatIsWrong(case name: String, draft: OfficerDraft, fields: [String]) {
        #expect(refusedFields { try draft.check() } == fields, "\(name)")
    }

    /// The last column: whose assignment ends, `trùng` for a refusal, nil where nobody is met.
    @Test(arguments: [
        ("chưa có ai", draft("01/12/2026"), [], nil),
        ("người trước chưa có ngày kết thúc", draft("01/12/2026"), [officer("Lê Cũ", "01/01/2026")], "Lê Cũ"),
        ("cùng ngày bắt đầu", draft("01/12/2026"), [officer("Lê Cũ", "01/12/2026")], "trùng"),
        ("người kia bắt đầu sau", draft("01/12/2026"), [officer("Lê Sau", "01/02/2027")], "trùng"),
        ("người trước đã có ngày kết thúc", draft("01/12/2026"), [officer("Lê Cũ", "01/01/2026", "31/12/2026")], "trùng"),
        ("phân công có thời hạn không thay ai", draft("01/12/2026", "31/12/2026"), [officer("Lê Cũ", "01/01/2026")], "trùng"),
        (
            "trùng hai người", draft("01/12/2025"),
            [officer("Lê Cũ", "01/01/2025", "31/12/2025"), officer("Lê Mới", "01/01/2026")], "trùng"
        ),
    ] as [(String, OfficerDraft, [Officer], String?)])
    func aSuccessorTakesOverTheDayBefore(
        case name: String, draft: OfficerDraft, others: [Officer], ended: String?
    ) throws {
        do {
            let predecessor = try draft.predecessor(among: others)
            #expect(predecessor?.fullName == ended, "\(name)")
        } catch {
            #expect(ended == "trùng" && error.problems.map(\.field) == ["begins"], "\(name): \(error)")
            #expect(error.problems[0].text.contains(others[0].fullName), "\(name)")
        }
    }

    @Test(arguments: [
        ("ngày bắt đầu", officer("Lê Cũ", "01/01/2026"), "01/01/2026", []),
        ("trước ngày bắt đầu", officer("Lê Cũ", "01/01/2026"), "31/12/2025", ["last_day"]),
        ("đã kết thúc", officer("Lê Cũ", "01/01/2026", "30/06/2026"), "31/12/2026", [""]),
    ])
    func anAssignmentEndsOnce(case name: String, officer: Officer, lastDay: String, fields: [String]) {
        #expect(refusedFields { try officer.checkConcluding(Self.day(lastDay)) } == fields, "\(name)")
    }

    @Test(arguments: [
        ("31/12/2025", Officer.State.upcoming), ("01/01/2026", .current), ("30/06/2026", .current),
        ("01/07/2026", .over),
    ])
    func bothDaysOfAnAssignmentAreInIt(day: String, state: Officer.State) {
        #expect(Self.officer("Lê Cũ", "01/01/2026", "30/06/2026").state(on: Self.day(day)) == state)
    }
}

/// The fields that a rule refused; what else went wrong in its own words.
func refusedFields(_ body: () throws -> Void) -> [String] {
    do {
        try body()
        return []
    } catch {
        return (error as? Refusal)?.problems.map(\.field) ?? ["\(error)"]
    }
}
