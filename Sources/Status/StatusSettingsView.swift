import Organization
import Web

/// `/settings/status`.
struct StatusSettingsView: PageView {
    static let template = "status/settings"
    static let parts: [any View.Type] = [ProblemView.self, ComponentChoiceView.self]

    let choices: [ComponentChoice]
    let isOn: Bool
    /// What was typed and refused; nil when the page is shown for the first time.
    var typed: Form?
    var problems: [Refusal.Problem] = []

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "isOn": \.isOn, "label": { _ in Setting.statusPage.label }, "help": { _ in Setting.statusPage.help },
        "basis": { _ in Setting.statusPage.basis },
        "choices": { view in
            view.choices.enumerated().map { index, choice in
                ComponentChoiceView(
                    index: index, choice: choice, position: view.typed?["position-\(index)"] ?? String(choice.position),
                    titleProblem: view.problems.text(for: "title-\(index)"),
                    positionProblem: view.problems.text(for: "position-\(index)"))
            }
        },
    ]
}

struct ComponentChoiceView: View {
    let index: Int
    let choice: ComponentChoice
    let position: String
    let titleProblem: String?
    let positionProblem: String?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "index": { String($0.index) }, "name": \.choice.name, "isPublic": \.choice.isPublic, "title": \.choice.title,
        "position": \.position, "titleProblem": \.titleProblem, "positionProblem": \.positionProblem,
    ]
}
