package import Civil
import Database
package import Delivery

/// What became of one letter, as far as a list of recipients shows it.
package struct LetterStanding: Hashable, Sendable {
    package let id: Delivery.ID
    package let state: Delivery.State
    package let attempts: Int
    /// When it is tried next, while it is ready.
    package let runAt: Instant
    package let finishedAt: Instant?
    /// What the other side said last.
    package let answer: String?

    static func columns(of letter: String) -> String {
        ["id", "state", "attempts", "run_at", "finished_at", "answer"].map { "\(letter).\($0)" }.joined(separator: ", ")
    }

    /// - Returns: nil where there is no letter: every column is NULL.
    init?(row: inout RowReader) throws {
        let (id, state) = (try row.read(Delivery.ID?.self), try row.read(Delivery.State?.self))
        let (attempts, runAt) = (try row.read(Int?.self), try row.read(Instant?.self))
        finishedAt = try row.read()
        answer = try row.read()
        guard let id, let state, let attempts, let runAt else { return nil }
        self.id = id
        self.state = state
        self.attempts = attempts
        self.runAt = runAt
    }
}
