import Database
import Organization

/// Accounts of people of one agency who bear the same name.
struct Namesakes: Hashable, Sendable {
    let agencyCode: String
    let fullName: String
    /// At least one, in the order of the alphabet.
    let usernames: [String]
}

/// Finds the accounts of people whom a list of leavers names by their own name only.
enum LeaverNaming {
    /// The account of each person of a list, in the list's order.
    /// - Throws: `Refusal` for everybody whose account is not known, or who shares the name with a colleague.
    static func usernames(of list: LeaverList, among namesakes: [Namesakes]) throws(Refusal) -> [String] {
        let known = Dictionary(
            namesakes.map { ("\($0.agencyCode) \($0.fullName)", $0.usernames) }, uniquingKeysWith: { first, _ in first })
        var problems = ListProblems()
        let usernames = list.rows.map { row -> String in
            switch row.account {
            case .named(let username): return username
            case .of(let fullName, let code):
                let found = known["\(code) \(fullName)"] ?? []
                if found.count == 1 { return found[0] }
                problems.note(text(row.line, fullName, found))
                return ""
            }
        }
        try problems.check()
        return usernames
    }

    private static func text(_ line: Int, _ fullName: String, _ found: [String]) -> String {
        let name = "“\(fullName.prefix(60))”"
        return found.isEmpty
            ? "dòng \(line), cột “họ và tên”: cơ quan này không có tài khoản nào của \(name); hãy ghi tên đăng nhập."
            : "dòng \(line), cột “họ và tên”: có \(found.count) tài khoản mang họ tên \(name); hãy ghi tên đăng nhập."
    }
}

extension Transaction {
    /// Accounts whose owners bear the names of a list. Văn and Vân are two people, so marks count, unless one of the two
    /// sides was written without any.
    func namesakes(of list: LeaverList) async throws -> [Namesakes] {
        let sought: [(name: String, code: String)] = list.rows.compactMap {
            if case .of(let fullName, let code) = $0.account { (fullName, code) } else { nil }
        }
        return try await all(
            """
            SELECT \(columns: Namesakes.self)
            FROM   unnest(\(sought.map(\.name)), \(sought.map(\.code))) AS s (full_name, code)
            JOIN   agencies g ON g.code = s.code
            JOIN   accounts a ON a.agency_id = g.id AND folded(a.full_name) = folded(s.full_name)
            WHERE  lower(a.full_name) = lower(s.full_name)
                   OR folded(s.full_name) IN (lower(a.full_name), lower(s.full_name))
            GROUP  BY g.code, s.full_name
            """)
    }
}

extension Namesakes: PostgresRow {
    static var columns: String { "g.code, s.full_name, array_agg(DISTINCT a.username ORDER BY a.username)" }

    init(row: inout RowReader) throws {
        agencyCode = try row.read()
        fullName = try row.read()
        usernames = try row.read()
    }
}
