import Organization
import Web

/// A field of one kind of target: how the form shows it.
struct TargetField: Sendable {
    enum Control: Sendable {
        case text, number, password
        case lines(Int)
        case choice([(value: String, label: String)])
        case tick
    }

    let name: String
    let label: String
    var help = ""
    var control = Control.text
    var isRequired = false

    static let host = TargetField(
        name: "host", label: "Máy", help: "Tên miền hoặc địa chỉ IP, ví dụ qlvb.ninhbinh.gov.vn.", isRequired: true)
    static let port = TargetField(name: "port", label: "Cổng", control: .number, isRequired: true)
    static let verifyTLS = TargetField(name: "verify_tls", label: "Kiểm tra chứng thư số", control: .tick)
}

/// Fields that belong together, under one legend.
struct TargetFieldset: Sendable {
    let legend: String
    var about = ""
    let fields: [TargetField]
}

struct TargetFieldsetView: View {
    let fieldset: TargetFieldset
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "legend": \.fieldset.legend, "about": \.fieldset.about,
        "controls": { view in
            view.fieldset.fields.map { TargetFieldView(field: $0, form: view.form, problems: view.problems) }
        },
    ]
}

struct TargetFieldView: View {
    let field: TargetField
    let form: Form
    let problems: [Refusal.Problem]

    private var isNumber: Bool { if case .number = field.control { true } else { false } }
    private var isPassword: Bool { if case .password = field.control { true } else { false } }
    private var isText: Bool { if case .text = field.control { true } else { false } }
    private var isTick: Bool { if case .tick = field.control { true } else { false } }
    private var lines: Int? { if case .lines(let count) = field.control { count } else { nil } }
    private var choices: [OptionView]? {
        guard case .choice(let all) = field.control else { return nil }
        return all.map { OptionView($0.value, $0.label, selected: $0.value == form[field.name]) }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "fieldName": \.field.name, "fieldLabel": \.field.label, "help": \.field.help,
        "isRequired": \.field.isRequired, "hasLabel": { !$0.isTick },
        "fieldProblem": { view in view.problems.text(for: view.field.name) },
        "text": { $0.form[$0.field.name] },
        "isText": \.isText, "isNumber": \.isNumber, "isPassword": \.isPassword, "isTick": \.isTick,
        "isTicked": { !$0.form[$0.field.name].isEmpty },
        "lines": { $0.lines.map { String($0) } },
        "choices": { $0.choices }, "isChoice": { $0.choices != nil },
    ]
}

/// The kinds that a new monitor may have, as links.
struct TargetKindView: View {
    let kind: Target.Kind
    let isChosen: Bool
    /// The path of the form.
    let path: String

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "kindLabel": \.kind.label, "isChosen": \.isChosen, "kindHref": { "\($0.path)?kind=\($0.kind.rawValue)" },
    ]
}
