import Civil
import Database

/// Takes the pings of one console. Those that come while others are being stored are stored together by the next
/// statement, so a thousand jobs at the full hour cost some dozens of commits and not a thousand. Each is answered after
/// the commit that holds it.
package actor PingDesk {
    private struct Waiting: Sendable {
        let ping: Ping
        let at: Instant
        let answered: CheckedContinuation<HeartbeatStore.Word, any Error>
    }

    /// So many at most go into one statement.
    private static let bound = 50
    /// While one statement waits for its commit, another collects.
    private static let statementsAtOnce = 2

    private let store: HeartbeatStore
    private var waiting: [Waiting] = []
    private var statements = 0

    package init(store: HeartbeatStore) {
        self.store = store
    }

    func take(_ ping: Ping, creates: Bool, at now: Instant) async throws -> HeartbeatStore.PingAnswer {
        try await store.take(ping, creates: creates, at: now) { try await self.say(ping, at: now) }
    }

    private func say(_ ping: Ping, at now: Instant) async throws -> HeartbeatStore.Word {
        try await withCheckedThrowingContinuation { answered in
            waiting.append(Waiting(ping: ping, at: now, answered: answered))
            guard statements < Self.statementsAtOnce else { return }
            statements += 1
            // Not a child of the request that happened to be first: it works for all of them.
            Task { await self.storeAll() }
        }
    }

    private func storeAll() async {
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(Self.bound))
            waiting.removeFirst(batch.count)
            await answer(batch)
        }
        statements -= 1
    }

    private func answer(_ batch: [Waiting]) async {
        do {
            let words = try await store.words(on: batch.map { ($0.ping, $0.at) })
            for (one, word) in zip(batch, words) { one.answered.resume(returning: word) }
        } catch let error as DatabaseError where batch.count > 1 && !error.isUnavailable {
            // One that the database refuses does not take the others with it.
            for one in batch { await answer([one]) }
        } catch {
            for one in batch { one.answered.resume(throwing: error) }
        }
    }
}
