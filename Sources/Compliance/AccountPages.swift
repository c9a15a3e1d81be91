import Civil
import Database
import HTTPTypes
import Hummingbird
package import Organization
package import Web
package import WorkingTime

/// `/accounts`: whether the accounts of those who left are locked (Điều 23.1 c), and how accounts are named (Điều 7.4).
package struct AccountPages: Sendable {
    let accounts: AccountStore
    let imports: AccountImportStore
    let agencies: AgencyStore
    let settings: SettingStore
    let calendar: WorkingCalendar

    /// - Parameter calendar: Counts the working days within which a lock is in time.
    package init(
        accounts: AccountStore, imports: AccountImportStore, agencies: AgencyStore, settings: SettingStore,
        calendar: WorkingCalendar
    ) {
        self.accounts = accounts
        self.imports = imports
        self.agencies = agencies
        self.settings = settings
        self.calendar = calendar
    }

    /// Bytes of a form with its file: some four times the list of the whole province.
    static let largestUpload = 20 << 20

    package func add(to routes: inout RouteTable) {
        routes.get("/accounts", .readAccounts, use: list)
        routes.get("/accounts/import", .readImports) { _, context in try await forms(context) }
        routes.post("/accounts/exports", .importAccounts) { request, context in
            try await bring(.export, request, context)
        }
        routes.post("/accounts/leavers", .importAccounts) { request, context in
            try await bring(.leavers, request, context)
        }
    }

    @Sendable private func list(_ request: Request, _ context: SignedIn) async throws -> Response {
        let person = context.person
        let today = CivilDate(inVietnam: context.now)
        var filter = AccountFilter()
        filter.show = .init(rawValue: context.query("show")) ?? .open
        filter.agency = Int64(context.query("agency")).map(Agency.ID.init(rawValue:))
        filter.search = context.query("q")
        let limit = LockLimit(workingDays: try await settings.read().number(.lockWarningDays), calendar: calendar)
        let overview = try await accounts.overview(for: person, newestOverdue: limit.newestOverdue(on: today))
        let paging = Paging(context.query("page"), size: 25)
        let total = try await accounts.count(filter, for: person)
        let rows = try await accounts.list(filter, for: person, offset: paging.offset, limit: paging.size)
        let query = [
            ("show", filter.show.rawValue), ("agency", filter.agency.map { String($0.rawValue) } ?? ""),
            ("q", filter.search),
        ]
        let view = AccountListView(
            filter: filter, person: person, overview: overview, limit: limit, accounts: rows,
            agencies: person.scope == nil ? try await agencies.choices(for: person) : [], today: today,
            paging: paging.view(
                total: total, path: "/accounts", query: query, noun: filter.show.isFinding ? "phát hiện" : "tài khoản"))
        return context.page(view, title: "Tài khoản")
    }

    private func forms(
        _ context: SignedIn, _ form: Form = Form(), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let view = AccountImportView(
            form: form, problems: problems, person: context.person, imports: try await imports.list(limit: 25),
            today: CivilDate(inVietnam: context.now))
        return context.page(view, title: "Nhập danh sách", status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    private func bring(_ kind: AccountImport.Kind, _ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request, limit: Self.largestUpload)
        return try await context.submit {
            let upload = try AccountUpload(typed, kind)
            let outcome =
                switch kind {
                case .export:
                    try await imports.importExport(
                        upload, by: context.person, address: context.address, form: typed.key, at: context.now)
                case .leavers:
                    try await imports.importLeavers(
                        upload, by: context.person, address: context.address, form: typed.key, at: context.now)
                }
            return context.redirect(to: "/accounts", flash: outcome.summary)
        } refused: { problems in
            try await forms(context, typed, problems: problems.map { $0.named(for: kind) })
        }
    }
}

extension AccountUpload {
    fileprivate init(_ form: Form, _ kind: AccountImport.Kind) throws(Refusal) {
        var form = form
        let file = form.file(kind.field("file"))
        if file == nil { form.note("file", "Tệp: cần chọn một tệp CSV.") }
        let takenOn = form.date(kind.field("taken_on"), "Ngày lập danh sách", isRequired: true)
        try form.check()
        guard let file, let takenOn else { throw Refusal(form.problems) }
        self.init(
            fileName: file.name.isEmpty ? "danhsach.csv" : file.name, bytes: file.bytes, takenOn: takenOn,
            isComplete: !form[kind.field("complete")].isEmpty)
    }
}

extension AccountImport.Kind {
    /// The page holds two forms, so a field bears the name of its form: `export_file`.
    func field(_ name: String) -> String { "\(rawValue)_\(name)" }
}

extension Refusal.Problem {
    /// The same problem beside the field of that form.
    fileprivate func named(for kind: AccountImport.Kind) -> Refusal.Problem {
        field.isEmpty || field.hasPrefix(kind.field("")) ? self : .init(field: kind.field(field), text: text)
    }
}
