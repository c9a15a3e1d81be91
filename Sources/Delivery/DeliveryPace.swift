import Civil
import Database

/// How many deliveries may be tried in a minute over one way, by all processes together.
///
/// Each takes its turn of so many seconds, and turns of up to five seconds ahead may be taken at once, because workers look
/// for work that often. Turns are as much longer than their share of the minute as these five seconds want, so that no minute,
/// wherever it begins, has more than were allowed.
package struct DeliveryPace: Hashable, Sendable {
    package static let free = DeliveryPace(perMinute: 0)
    static let burst = Duration.seconds(5)

    private let perMinute: Int

    /// - Parameter perMinute: 0: as many as there are.
    package init(perMinute: Int) {
        self.perMinute = perMinute
    }

    /// How long a turn takes.
    var interval: Duration {
        perMinute > 0 ? .microseconds((60_000_000 + Self.burst.inMicroseconds) / Int64(perMinute) + 1) : .zero
    }

    /// What has a pace of its own.
    enum Way: Hashable, Sendable {
        case mail
        case channel(Channel.ID)

        /// As `delivery_paces.channel_id` says it.
        var number: Int64 {
            switch self {
            case .mail: 0
            case .channel(let id): id.rawValue
            }
        }
    }
}
