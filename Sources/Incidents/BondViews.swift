import Civil
import Organization
import Web

/// What the incident follows, what follows it, what was merged into it, and the forms for that.
struct BondsBlockView: View {
    static let parts: [any View.Type] = [BondsBlockView.self, BondView.self]

    let record: IncidentRecord

    var isEmpty: Bool { record.bonds.isEmpty && !mayMerge }
    private var mayMerge: Bool { record.mayWrite || !record.form["survivor"].isEmpty }
    private var mayAttach: Bool { record.mayWrite && record.person.may(.attachIncidents) && !record.incident.isWhole }
    private func bonds(_ kind: IncidentBond.Kind) -> [IncidentBond] { record.bonds.filter { $0.kind == kind } }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "parents": { $0.bonds(.parent).map(BondView.init) },
        "mayDetach": { $0.mayAttach && $0.record.incident.parent != nil },
        "mayAttach": { $0.mayAttach && $0.record.incident.parent == nil },
        "candidates": { view in
            view.bonds(.candidate).map {
                OptionView($0.code, "\($0.code) \($0.title)", selected: $0.code == view.record.form["parent"])
            }
        },
        "parentProblem": { $0.record.problems.text(for: "parent") },
        "attached": { $0.bonds(.attached).map(BondView.init) }, "mergedOnes": { $0.bonds(.merged).map(BondView.init) },
        "mayMerge": \.mayMerge, "survivor": { $0.record.form["survivor"] },
        "survivorProblem": { $0.record.problems.text(for: "survivor") },
    ]
}

struct BondView: View {
    let bond: IncidentBond

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "bondHref": { "/incidents/\($0.bond.code)" }, "bondCode": \.bond.code, "bondTitle": \.bond.title,
        "bondAgency": { $0.bond.agency ?? "Toàn hệ thống" }, "bondState": { $0.bond.state.badge },
        "bondAt": { VietnameseFormat.moment($0.bond.at) },
        "lacksMailbox": { $0.bond.kind == .attached && !$0.bond.hasMailbox },
    ]
}
