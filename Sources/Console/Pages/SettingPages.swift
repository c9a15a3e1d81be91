import Hummingbird
import Organization
import Web

/// What an administrator may change, each with the document it rests on and how sure that is.
struct SettingPages: Sendable {
    let settings: SettingStore
    /// What `/metrics` wants to see: administrators tell it to their Prometheus.
    let metricsToken: String

    func add(to routes: inout RouteTable) {
        routes.get("/settings", .keepSettings, use: show)
        routes.post("/settings", .keepSettings, use: change)
    }

    @Sendable private func show(_ request: Request, _ context: SignedIn) async throws -> Response {
        let current = try await settings.read()
        return context.page(
            SettingsView(value: { current[$0] }, shown: { current[$0] }, metricsToken: metricsToken), title: "Cài đặt")
    }

    @Sendable private func change(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        do {
            return try await context.submit {
                let values = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.key, form[$0.key]) })
                let shown = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.key, form[$0.shownField]) })
                try await settings.change(
                    values, shown: shown, by: context.person, address: context.address, form: form.key, at: context.now)
                return context.redirect(to: "/settings", flash: "Đã lưu cài đặt.")
            } refused: { problems in
                refused(form, shown: { form[$0.shownField] }, problems, context)
            }
        } catch let changed as SettingsChanged {
            return refused(form, shown: { changed.current[$0] }, changed.problems, context)
        }
    }

    /// The page with what was typed. What was not touched follows what others have made of it.
    private func refused(
        _ form: Form, shown: @escaping @Sendable (Setting) -> String, _ problems: [Refusal.Problem], _ context: SignedIn
    ) -> Response {
        context.page(
            SettingsView(
                value: { form[$0.key] == form[$0.shownField] ? shown($0) : form[$0.key] }, shown: shown,
                metricsToken: metricsToken, problems: problems),
            title: "Cài đặt", status: .unprocessableContent)
    }
}

extension Setting {
    /// The hidden field that says what the page showed.
    fileprivate var shownField: String { "shown.\(key)" }
}

struct SettingsView: PageView {
    static let template = "settings/show"
    static let parts: [any View.Type] = [SettingView.self, ProblemView.self]

    let value: @Sendable (Setting) -> String
    let shown: @Sendable (Setting) -> String
    let metricsToken: String
    var problems: [Refusal.Problem] = []

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "metricsToken": \.metricsToken,
        "settings": { view in
            Setting.all.map {
                SettingView(
                    setting: $0, value: view.value($0), shown: view.shown($0),
                    problem: view.problems.text(for: $0.key))
            }
        },
    ]
}

struct SettingView: View {
    let setting: Setting
    let value: String
    let shown: String
    let problem: String?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "key": \.setting.key, "label": \.setting.label, "help": \.setting.help, "basis": \.setting.basis,
        "standard": { $0.setting.standard.isEmpty ? "(trống)" : $0.setting.standard },
        "value": \.value, "shownField": \.setting.shownField, "shown": \.shown, "problem": \.problem,
    ]
}
