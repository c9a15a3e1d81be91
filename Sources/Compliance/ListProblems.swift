import Organization

/// What is wrong with a list. Everything is found in one pass, but only the first twenty are told.
struct ListProblems {
    /// How many problems are told at once.
    static let limit = 20

    private var told: [Refusal.Problem] = []
    private var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func note(_ text: String) {
        count += 1
        if told.count < Self.limit { told.append(.init(field: "file", text: text)) }
    }

    /// - Throws: `Refusal` with what was noted, and how much more there is.
    func check() throws(Refusal) {
        guard count > 0 else { return }
        let rest = count - told.count
        throw Refusal(told + (rest == 0 ? [] : [.init(field: "file", text: "Còn \(rest) chỗ nữa chưa kể ra ở đây.")]))
    }
}
