package import Civil
package import Transfer

/// What came of one attempt.
package enum DeliveryOutcome: Hashable, Sendable {
    /// The other side took it, and said so.
    case accepted(String)
    /// It may work later: no connection, a reply 4xx of a mail server (RFC 5321 §4.2.1), a server that is overloaded. `after`:
    /// how long the other side asks to be left alone.
    case transient(String, after: Duration? = nil)
    /// It will never work: a reply 5xx, an address that is none.
    case permanent(String)

    /// libcurl's CURLE_BAD_FUNCTION_ARGUMENT: what was asked for cannot be said to a mail server.
    private static let isNoAddress: Int32 = 43
    /// A server that wants another password (RFC 4954 §6) says nothing about the letter: it waits until somebody has
    /// mended the setting.
    private static let aboutSigningIn: Set<Int> = [530, 534, 535, 538]

    /// - Parameter outcome: What became of a letter that was handed in. A reply counts only when it refuses: after a
    ///   connection that broke, the last reply is about an earlier step.
    package init(_ outcome: Outcome) {
        let reply = outcome.reply.isEmpty ? outcome.message : outcome.reply
        switch (outcome.code, outcome.status) {
        case (0, _): self = .accepted(reply)
        case (Self.isNoAddress, _): self = .permanent("Không phải là địa chỉ thư điện tử.")
        case (_, let status) where Self.aboutSigningIn.contains(status):
            self = .transient("Máy chủ thư không nhận tài khoản của Trực Ban: \(reply)")
        case (_, 500...599): self = .permanent(reply)
        case (_, 400...499): self = .transient(reply)
        default: self = .transient("Không liên lạc được với máy chủ thư: \(outcome.message)")
        }
    }
}

/// When to try again, and when to give up.
package enum DeliveryRules {
    /// Some three days of trying: a mail server that stands still over a weekend loses nothing.
    package static let maximumAttempts = 80
    /// A worker that says nothing for this long has died; its letter is sent again, with the same Message-ID. It is
    /// longer than a transfer may take.
    package static let lease = Duration.seconds(120)
    /// However often it failed, a letter waits no longer than this after the mail server is back.
    package static let longestPause = Duration.seconds(3600)
    /// Who asks to be left alone for longer than this is asked again all the same.
    package static let longestWish = Duration.seconds(86_400)

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
        case .transient(let answer, let wish):
            guard attempt < maximumAttempts else { return .failed(answer) }
            let seconds = min(Double(attempt * attempt * attempt * attempt) + 1, Double(longestPause.inSeconds))
            let pause = Duration.milliseconds(Int64(seconds * (1 + jitter * 0.25) * 1000))
            return .again(at: now + max(pause, min(wish ?? .zero, longestWish)), answer)
        }
    }
}
