import Synchronization

/// How many statements a database was sent: a page that needs one for each row shows here.
final class StatementCounter: Sendable {
    private let count = Atomic<Int>(0)

    func add() {
        count.wrappingAdd(1, ordering: .relaxed)
    }

    var value: Int { count.load(ordering: .relaxed) }
}
