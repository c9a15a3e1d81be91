package import Civil

/// What came of one attempt.
package enum DeliveryOutcome: Hashable, Sendable {
    /// The other side took it, and said so.
    case accepted(String)
    /// It may work later: no connection, or a reply 4xx (RFC 5321 §4.2.1).
    case transient(String)
    /// It will never work: a reply 5xx, an address that is none.
    case permanent(String)
}

/// When to try again, and when to give up.
package enum DeliveryRules {
    /// About two days of trying.
    package static let maximumAttempts = 12
    /// A worker that says nothing for this long has died; its letter is sent again, with the same Message-ID.
    package static let lease = Duration.seconds(120)

    package enum Next: Hashable, Sendable {
        case delivered(String)
        case failed(String)
        case again(at: Instant, String)
    }

    /// - Parameters:
    ///   - attempt: Counted from 1.
    ///   - jitter: 0…1, so that what failed together does not come back together.
    package static func next(
        after outcome: DeliveryOutcome, attempt: Int, jitter: Double, at now: Instant
    ) -> Next {
        switch outcome {
        case .accepted(let answer): return .delivered(answer)
        case .permanent(let answer): return .failed(answer)
        case .transient(let answer):
            guard attempt < maximumAttempts else { return .failed(answer) }
            let seconds = Double(attempt * attempt * attempt * attempt) * (1 + jitter * 0.25) + 1
            return .again(at: now + .milliseconds(Int64(seconds * 1000)), answer)
        }
    }
}
