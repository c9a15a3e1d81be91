package import Monitor
package import Organization

/// What the administrator has chosen of one component.
package struct ComponentChoice: Hashable, Sendable {
    /// As monitors name it.
    package let name: String
    package var isPublic: Bool
    package var title: String
    /// As it was typed, 1 to 999; smaller stands higher on the page.
    package var position: String

    package init(name: String, isPublic: Bool, title: String, position: String) {
        self.name = name
        self.isPublic = isPublic
        self.title = title
        self.position = position
    }

    /// Nil for what is no place.
    var place: Int? { Int(position).flatMap { (1...999).contains($0) ? $0 : nil } }
}

/// What the administrator has chosen of the page.
package struct StatusDraft: Hashable, Sendable {
    /// Whether the page is there for everybody.
    package var isOn: Bool
    package var choices: [ComponentChoice]

    package init(isOn: Bool, choices: [ComponentChoice]) {
        self.isOn = isOn
        self.choices = choices
    }

    /// - Throws: `Refusal` naming each field by the component's place in `choices`.
    package func check() throws(Refusal) {
        var problems: [Refusal.Problem] = []
        var taken: Set<String> = []
        for (index, choice) in choices.enumerated() where choice.isPublic {
            let field = "title-\(index)"
            if choice.title.isEmpty {
                problems.append(.init(field: field, text: "Tên công khai của “\(choice.name)”: cần nhập."))
            } else if choice.title.count > 100 {
                problems.append(.init(field: field, text: "Tên công khai của “\(choice.name)”: tối đa 100 ký tự."))
            } else if !taken.insert(choice.title.lowercased()).inserted {
                problems.append(
                    .init(field: field, text: "Tên công khai “\(choice.title)”: đã đặt cho thành phần khác."))
            }
            if choice.place == nil {
                problems.append(
                    .init(field: "position-\(index)", text: "Thứ tự của “\(choice.name)”: cần một số nguyên từ 1 đến 999."))
            }
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }

    /// What people compare when somebody else has saved meanwhile. Only what differs is shown of them.
    var fields: [TypedField] {
        [TypedField("page", "Mở trang trạng thái công khai", isOn ? "có" : "không")]
            + choices.enumerated().map { index, choice in
                TypedField(
                    "title-\(index)", "Thành phần “\(choice.name)”",
                    choice.isPublic ? "\(choice.position). \(choice.title)" : "không công khai")
            }
    }

    /// For the audit trail.
    var audited: [String: String] {
        let told = choices.filter(\.isPublic).map { "\($0.position). \($0.name) = \($0.title)" }
        return ["page": isOn ? "1" : "0", "components": told.joined(separator: "; ")]
    }
}

/// Decisions about what the public is told.
package enum StatusRules {
    /// What one thing that is watched says of its component: how it stands, and whether announced maintenance goes on.
    package typealias Standing = (state: MonitorSummary.State, isPlanned: Bool)

    /// How a component stands: as badly as the worst of what is watched of it. What fails during announced maintenance is
    /// maintenance; what is paused says nothing; of what nobody watches nothing is known. An interruption is a partial one
    /// only where something is known to work.
    package static func state(of standings: [Standing]) -> PublicComponent.State {
        let told = standings.filter { $0.state != .paused }
        if told.contains(where: { $0.state == .down && !$0.isPlanned }) {
            return told.contains { $0.state == .up || $0.state == .degraded } ? .partial : .down
        }
        if told.contains(where: \.isPlanned) { return .maintenance }
        if told.isEmpty || told.contains(where: { $0.state == .unknown }) { return .unknown }
        return told.contains { $0.state == .degraded } ? .degraded : .up
    }

    /// The one sentence on top of the page.
    package static func summary(of states: [PublicComponent.State]) -> String {
        func count(_ state: PublicComponent.State) -> Int { states.count { $0 == state } }
        let whole = "trong \(states.count) thành phần"
        if states.isEmpty { return "Chưa có thành phần nào được công khai" }
        if count(.down) > 0 { return "Đang gián đoạn \(count(.down) + count(.partial)) \(whole)" }
        if count(.partial) > 0 { return "Đang gián đoạn một phần ở \(count(.partial)) \(whole)" }
        if count(.maintenance) > 0 { return "Đang bảo trì \(count(.maintenance)) \(whole), theo kế hoạch đã thông báo" }
        if count(.unknown) > 0 { return "Hiện chưa đo đủ \(count(.unknown)) \(whole)" }
        if count(.degraded) > 0 { return "Mọi thành phần đang hoạt động, \(count(.degraded)) \(whole) chậm hơn mức cho phép" }
        return "Mọi thành phần đang hoạt động"
    }
}
