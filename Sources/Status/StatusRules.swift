package import Monitor
package import Organization

/// What the administrator has chosen of one component.
package struct ComponentChoice: Hashable, Sendable {
    /// As monitors name it.
    package let name: String
    package var isPublic: Bool
    package var title: String
    /// Smaller stands higher on the page.
    package var position: Int

    package init(name: String, isPublic: Bool, title: String, position: Int) {
        self.name = name
        self.isPublic = isPublic
        self.title = title
        self.position = position
    }
}

/// Decisions about what the public is told.
package enum StatusRules {
    /// What one thing that is watched says of its component: how it stands, and whether announced maintenance goes on.
    package typealias Standing = (state: MonitorSummary.State, isPlanned: Bool)

    /// How a component stands: as badly as the worst of what is watched of it. What fails during announced maintenance
    /// is maintenance; what is slow works; what is paused says nothing; of what nobody watches nothing is known.
    package static func state(of standings: [Standing]) -> PublicComponent.State {
        let told = standings.filter { $0.state != .paused }
        if told.contains(where: { $0.state == .down && !$0.isPlanned }) { return .down }
        if told.contains(where: \.isPlanned) { return .maintenance }
        if told.isEmpty || told.contains(where: { $0.state == .unknown }) { return .unknown }
        return .up
    }

    /// The one sentence on top of the page.
    package static func summary(of states: [PublicComponent.State]) -> String {
        let down = states.count { $0 == .down }
        if down > 0 { return "Đang gián đoạn \(down) trong \(states.count) thành phần." }
        if states.contains(.maintenance) { return "Đang bảo trì theo kế hoạch." }
        if states.isEmpty || states.contains(.unknown) { return "Hiện chưa đo được đủ các thành phần." }
        return "Mọi thành phần đang hoạt động."
    }

    /// - Throws: `Refusal` naming each field by the component's place in `choices`.
    package static func check(_ choices: [ComponentChoice]) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        var taken: Set<String> = []
        for (index, choice) in choices.enumerated() where choice.isPublic {
            if choice.title.isEmpty {
                problems.append(.init(field: "title-\(index)", text: "Tên công khai của “\(choice.name)”: cần nhập."))
            } else if choice.title.count > 100 {
                problems.append(.init(field: "title-\(index)", text: "Tên công khai của “\(choice.name)”: tối đa 100 ký tự."))
            } else if !taken.insert(choice.title.lowercased()).inserted {
                problems.append(
                    .init(field: "title-\(index)", text: "Tên công khai “\(choice.title)”: đã đặt cho thành phần khác."))
            }
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}
