package import Organization

/// One line of the error summary, linked to its field.
package struct ProblemView: View {
    let problem: Refusal.Problem

    package init(_ problem: Refusal.Problem) {
        self.problem = problem
    }

    package static let fields: [String: @Sendable (Self) -> Any?] = [
        "field": { $0.problem.field.isEmpty ? nil : $0.problem.field },
        "text": \.problem.text,
    ]
}

extension [Refusal.Problem] {
    /// What is wrong with one field, or nil.
    package func text(for field: String) -> String? {
        first { $0.field == field }?.text
    }
}

/// An entry of a `<select>`, or one of several boxes to tick.
package struct OptionView: View {
    let value: String
    let label: String
    let selected: Bool

    package init(_ value: String, _ label: String, selected: Bool = false) {
        self.value = value
        self.label = label
        self.selected = selected
    }

    package static let fields: [String: @Sendable (Self) -> Any?] = [
        "value": \.value, "label": \.label, "selected": \.selected,
    ]
}

/// A state as a word and a shape (`shared/badge`); docs/look.md has the kinds.
package struct BadgeView: View, Hashable {
    let kind: String
    let label: String

    package init(kind: String, label: String) {
        self.kind = kind
        self.label = label
    }

    package static let fields: [String: @Sendable (Self) -> Any?] = ["kind": \.kind, "label": \.label]
}

/// The line under a list that was cut into pages.
package struct PagingView: View {
    let summary: String
    let previousHref: String?
    let nextHref: String?

    package init(summary: String, previousHref: String?, nextHref: String?) {
        self.summary = summary
        self.previousHref = previousHref
        self.nextHref = nextHref
    }

    package static let fields: [String: @Sendable (Self) -> Any?] = [
        "summary": \.summary, "previousHref": \.previousHref, "nextHref": \.nextHref,
    ]
}
