package import Hummingbird
import NIOCore

/// The router's context: anybody, before it is known who. Handlers do not see it; they get a `Visit` or a `SignedIn`.
package struct Visitor: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The peer's address as text; "local" where the transport has none.
    let peerAddress: String

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peerAddress = source.channel.remoteAddress?.ipAddress ?? "local"
    }
}
