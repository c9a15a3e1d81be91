import Civil
import Database
import Organization
import Web

struct AccountListView: PageView {
    static let template = "accounts/list"
    static let parts: [any View.Type] = [AccountRowView.self, AccountTileView.self, OptionView.self, PagingView.self]

    let filter: AccountFilter
    let person: Person
    let overview: AccountOverview
    let limit: LockLimit
    let accounts: [Account]
    /// To choose from; none for whoever sees one agency only.
    let agencies: [Agency]
    let today: CivilDate
    let paging: PagingView

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "search": \.filter.search, "paging": \.paging, "mayImport": { $0.person.may(.importAccounts) },
        "mayReadImports": { $0.person.may(.readImports) },
        "hasAgencies": { !$0.agencies.isEmpty },
        "exportDay": { $0.overview.exportDay.map(VietnameseFormat.date) },
        "limit": { "\($0.limit.workingDays) ngày làm việc" },
        "next": \.next, "tiles": \.tiles,
        "isFiltered": { !$0.filter.search.isEmpty || $0.filter.agency != nil },
        "shows": { view in
            AccountFilter.Show.allCases.filter { $0 != .unassigned || view.person.scope == nil }.map {
                OptionView($0.rawValue, $0.label, selected: $0 == view.filter.show)
            }
        },
        "agencies": { view in
            view.agencies.map { OptionView(String($0.id.rawValue), $0.name, selected: $0.id == view.filter.agency) }
        },
        "accounts": { view in
            view.accounts.map { AccountRowView(account: $0, limit: view.limit, today: view.today) }
        },
    ]

    /// What this person can do now; nil when nothing waits for them.
    private var next: String? {
        if overview.exportDay == nil {
            return person.may(.importAccounts)
                ? "Nhập danh sách tài khoản đầu tiên của Hệ thống QLVB&ĐH: chưa có danh sách thì chưa đối chiếu được ai." : nil
        }
        guard overview.open > 0 else { return nil }
        let open = VietnameseFormat.number(overview.open)
        let late = overview.overdue > 0 ? ", trong đó \(VietnameseFormat.number(overview.overdue)) quá hạn" : ""
        if person.may(.importAccounts) {
            return "\(open) tài khoản chưa khóa sau khi nghỉ việc, chuyển công tác\(late). Đề nghị cơ quan khóa, rồi nhập danh sách tài khoản mới: phát hiện chỉ khép khi danh sách cho thấy đã khóa."
        }
        guard person.scope != nil else { return nil }
        return "Khóa \(open) tài khoản dưới đây trên Hệ thống QLVB&ĐH\(late). Phát hiện khép khi danh sách tài khoản sau cho thấy đã khóa."
    }

    private var tiles: [AccountTileView] {
        let isKnown = overview.exportDay != nil
        return [
            AccountTileView(
                kind: overview.overdue > 0 ? "overdue" : overview.open > 0 ? "due" : isKnown ? "good" : "",
                count: isKnown ? overview.open : nil, name: "Chưa khóa sau khi nghỉ, chuyển",
                detail: "\(VietnameseFormat.number(overview.overdue)) quá hạn", show: .open),
            AccountTileView(kind: "", count: isKnown ? overview.active : nil, name: "Đang hoạt động", show: .active),
            AccountTileView(kind: "", count: isKnown ? overview.locked : nil, name: "Đã khóa", show: .locked),
            AccountTileView(
                kind: overview.irregular > 0 ? "due" : isKnown ? "good" : "",
                count: isKnown ? overview.irregular : nil, name: "Tên trái Điều 7.4", show: .irregular),
        ]
    }
}

struct AccountTileView: View {
    let kind: String
    /// Nil before the first export.
    let count: Int?
    let name: String
    var detail = ""
    let show: AccountFilter.Show

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "kind": \.kind, "figure": { $0.count.map(VietnameseFormat.number) }, "name": \.name,
        "detail": { $0.count == nil ? nil : $0.detail }, "tileHref": { "/accounts?show=\($0.show.rawValue)" },
    ]
}

struct AccountRowView: View {
    let account: Account
    let limit: LockLimit
    let today: CivilDate

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "username": \.account.username, "fullName": \.account.fullName, "agency": \.account.agencyName,
        "badge": \.account.state.badge, "state": \.account.state.label,
        "lockedOn": { $0.account.state == .locked ? $0.account.lockedOn.map(VietnameseFormat.date) : nil },
        "lastLogin": { $0.account.lastLoginOn.map(VietnameseFormat.date) },
        "loginAfterLeaving": { row in
            guard let login = row.account.lastLoginOn, let finding = row.account.finding else { return nil }
            return login > finding.leftOn
        },
        "isIrregular": { !$0.account.isRegular },
        "article": { $0.account.finding == nil ? "Điều 7.4" : "Điều 23.1 c" },
        "standing": { row in row.account.finding?.standing(row.limit, on: row.today).label },
        "standingBadge": { row in row.account.finding?.standing(row.limit, on: row.today).badge },
        "leftOn": { $0.account.finding.map { VietnameseFormat.date($0.leftOn) } },
        "reason": \.account.finding?.reason.label, "decision": \.account.finding?.decisionNumber,
        "lasting": { row in row.account.finding.map { text($0.lasting(on: row.today)) } },
        "lastDay": { row in row.account.finding.map { VietnameseFormat.date(row.limit.lastDay($0.leftOn)) } },
    ]

    private static func text(_ lasting: AccountFinding.Lasting) -> String {
        switch lasting {
        case .exactly(let days): "\(VietnameseFormat.number(days)) ngày"
        case .atMost(let days): "tối đa \(VietnameseFormat.number(days)) ngày"
        case .soFar(let days): "đã \(VietnameseFormat.number(days)) ngày"
        }
    }
}

struct AccountImportView: PageView {
    static let template = "accounts/import"
    static let parts: [any View.Type] = [AccountImportRowView.self, ProblemView.self]

    let form: Form
    let problems: [Refusal.Problem]
    let person: Person
    let imports: [AccountImport]
    let today: CivilDate

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "mayImport": { $0.person.may(.importAccounts) },
        "today": { VietnameseFormat.localDate($0.today) },
        "exportFileProblem": { $0.problems.text(for: "export_file") },
        "exportTakenOn": { $0.form["export_taken_on"] },
        "exportTakenOnProblem": { $0.problems.text(for: "export_taken_on") },
        "isComplete": { !$0.form["export_complete"].isEmpty },
        "completeProblem": { $0.problems.text(for: "export_complete") },
        "leaversFileProblem": { $0.problems.text(for: "leavers_file") },
        "leaversTakenOn": { $0.form["leavers_taken_on"] },
        "leaversTakenOnProblem": { $0.problems.text(for: "leavers_taken_on") },
        "imports": { view in view.imports.map { AccountImportRowView(list: $0) } },
    ]
}

struct AccountImportRowView: View {
    let list: AccountImport

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "kind": \.list.kind.label, "file": \.list.fileName, "takenOn": { VietnameseFormat.date($0.list.takenOn) },
        "importedAt": { VietnameseFormat.moment($0.list.importedAt) },
        "machineTime": { VietnameseFormat.timestamp($0.list.importedAt) }, "importedBy": \.list.importedBy,
        "rows": { VietnameseFormat.number($0.list.rows) }, "found": { VietnameseFormat.number($0.list.found) },
        "closed": { $0.list.kind == .export ? VietnameseFormat.number($0.list.closed) : nil },
        "unmatched": { $0.list.unmatched > 0 ? VietnameseFormat.number($0.list.unmatched) : nil },
    ]
}
