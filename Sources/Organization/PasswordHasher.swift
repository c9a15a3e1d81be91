import Foundation

/// Hashes and checks passwords on threads of its own, two at once: a hash takes a tenth of a second and tens of
/// megabytes, which neither Swift's thread pool nor the machine's memory should feel.
package final class PasswordHasher: Sendable {
    private let cost: Password.Cost
    private let queue: OperationQueue
    /// What an unknown user's password is checked against, so that it takes as long as a known one's.
    private let decoy: String

    package init(cost: Password.Cost = .standard) throws {
        self.cost = cost
        queue = OperationQueue()
        queue.name = "passwords"
        queue.maxConcurrentOperationCount = 2
        decoy = try Password.hash("", cost: cost, salt: Self.salt())
    }

    package func hash(_ password: String) async throws -> String {
        try await run { [cost] in try Password.hash(password, cost: cost, salt: Self.salt()) }
    }

    package struct Verdict: Sendable {
        package let matches: Bool
        /// The same password under today's cost, where it was stored with a lesser one.
        package let rehashed: String?
    }

    /// - Parameter stored: nil for a user that does not exist; this takes as long and never matches.
    package func verify(_ password: String, against stored: String?) async throws -> Verdict {
        try await run { [cost, decoy] in
            guard let (matches, storedCost) = try Password.verify(password, against: stored ?? decoy) else {
                return Verdict(matches: false, rehashed: nil)
            }
            guard matches, stored != nil else { return Verdict(matches: false, rehashed: nil) }
            let rehashed = storedCost == cost ? nil : try Password.hash(password, cost: cost, salt: Self.salt())
            return Verdict(matches: true, rehashed: rehashed)
        }
    }

    private func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result(catching: work)) }
        }
    }

    private static func salt() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }
}
