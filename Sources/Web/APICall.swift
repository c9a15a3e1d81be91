import HTTPTypes
package import Civil
package import Hummingbird
import NIOCore
package import Organization
import Synchronization

/// One request of a machine that has shown a token.
package struct APICall: Sendable {
    package let visit: Visit
    /// Whom the token speaks for, in the token's role and scope.
    package let person: Person

    package var parameters: Parameters { visit.parameters }
    package var now: Instant { visit.now }
    package var actor: Actor { .person(person, address: visit.address) }

    package func query(_ name: String) -> String { visit.query(name) }

    /// The body of the request.
    ///
    /// - Parameter limit: The largest that is read, in bytes.
    /// - Throws: `HTTPError` 413 above the limit, 415 when it does not say that it is JSON.
    package func body(limit: Int = 65_536) async throws -> [UInt8] {
        let type = (visit.request.headers[.contentType] ?? "").lowercased()
        guard type.wholeMatch(of: /application\/(merge-patch\+)?json\s*(;.*)?/) != nil else {
            throw HTTPError(.unsupportedMediaType)
        }
        do {
            return Array(buffer: try await visit.request.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge)
        }
    }
}

/// How many requests a token may send in a minute. Each process counts for itself: it is there to stop a script that
/// runs wild, not to be exact.
final class APIRate: Sendable {
    static let limit = 600

    private let counted = Mutex<(minute: Int64, requests: [[UInt8]: Int])>((0, [:]))

    /// - Parameter token: The hash of a token that counts, so that strangers fill nothing.
    /// - Returns: nil, or after how many seconds to come again.
    func excess(of token: [UInt8], at now: Instant) -> Int64? {
        let second = now.microseconds / 1_000_000
        return counted.withLock { counted in
            if counted.minute != second / 60 { counted = (second / 60, [:]) }
            counted.requests[token, default: 0] += 1
            return counted.requests[token, default: 0] > Self.limit ? 60 - second % 60 : nil
        }
    }
}
