import Database
import Organization
import Web

/// `/settings/status`.
struct StatusSettingsView: PageView {
    static let template = "status/settings"
    static let parts: [any View.Type] = [ProblemView.self, ComponentChoiceView.self]

    let draft: StatusDraft
    let version: Int
    /// By component's name.
    let badges: [String: PublicComponent.ID]
    /// Where people reach the console.
    let address: String
    var problems: [Refusal.Problem] = []

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "isOn": \.draft.isOn, "version": { String($0.version) },
        "choices": { view in
            view.draft.choices.enumerated().map { index, choice in
                ComponentChoiceView(
                    index: index, choice: choice,
                    badgeAddress: choice.isPublic
                        ? view.badges[choice.name].map { "\(view.address)/status/badges/\($0.rawValue).svg" } : nil,
                    titleProblem: view.problems.text(for: "title-\(index)"),
                    positionProblem: view.problems.text(for: "position-\(index)"))
            }
        },
    ]
}

struct ComponentChoiceView: View {
    let index: Int
    let choice: ComponentChoice
    let badgeAddress: String?
    let titleProblem: String?
    let positionProblem: String?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "index": { String($0.index) }, "name": \.choice.name, "isPublic": \.choice.isPublic, "title": \.choice.title,
        "position": \.choice.position, "badgeAddress": \.badgeAddress, "titleProblem": \.titleProblem,
        "positionProblem": \.positionProblem,
    ]
}
