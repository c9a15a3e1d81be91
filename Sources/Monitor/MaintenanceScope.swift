import Organization

/// What a maintenance window concerns, in the words in which it was planned.
package enum MaintenanceScope: Hashable, Sendable {
    case system
    /// The monitors of a group, by its name.
    case group(String)
    /// The monitors of a component, by its name.
    case component(String)
    /// Chosen monitors, by their names.
    case monitors([String])

    package enum Kind: String, CaseIterable, Sendable {
        case system, group, component, monitors

        package var label: String {
            switch self {
            case .system: "Toàn hệ thống"
            case .group: "Một nhóm"
            case .component: "Một thành phần"
            case .monitors: "Một số điểm giám sát"
            }
        }
    }

    package var kind: Kind {
        switch self {
        case .system: .system
        case .group: .group
        case .component: .component
        case .monitors: .monitors
        }
    }

    /// In a table or in the audit trail.
    package var text: String {
        switch self {
        case .system: "Toàn hệ thống"
        case .group(let name): "Nhóm “\(name)”"
        case .component(let name): "Thành phần “\(name)”"
        case .monitors(let names): names.joined(separator: "; ")
        }
    }

    var problems: [Refusal.Problem] {
        switch self {
        case .system: []
        case .group(let name): name.isEmpty ? [.init(field: "group", text: "Nhóm: cần chọn một nhóm.")] : []
        case .component(let name):
            name.isEmpty ? [.init(field: "component", text: "Thành phần: cần chọn một thành phần.")] : []
        case .monitors(let names):
            names.isEmpty ? [.init(field: "monitors", text: "Điểm giám sát: cần ghi ít nhất một tên.")] : []
        }
    }
}
