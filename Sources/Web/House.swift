package import Civil
import Logging
package import Organization

/// What every page needs and no page owns. Console makes one; a `Visit` carries it.
package struct House: Sendable {
    let templates: Templates
    let assets: Assets
    let sessions: SessionStore
    let clock: WallClock
    /// All places that the navigation can lead to; each visitor is shown those that they may enter.
    let navigation: [NavigationItem]
    /// The address that people type, without a slash at its end: `https://trucban.ninhbinh.gov.vn`. Nil while nobody
    /// has told it; then the request's own host is believed.
    let baseURL: String?

    package init(
        templates: Templates, assets: Assets, sessions: SessionStore, clock: WallClock, navigation: [NavigationItem],
        baseURL: String?
    ) {
        self.templates = templates
        self.assets = assets
        self.sessions = sessions
        self.clock = clock
        self.navigation = navigation
        self.baseURL = baseURL
    }

    /// Whether people reach the console over TLS; then cookies say `Secure` and browsers are told to stay there.
    var isSecure: Bool { baseURL?.hasPrefix("https://") ?? false }

    /// Browsers accept the prefix `__Host-` only together with `Secure`.
    var sessionCookieName: String { isSecure ? "__Host-trucban" : "trucban" }
}

/// One place in the navigation.
package struct NavigationItem: Sendable {
    package let label: String
    package let href: String
    package let permission: Permission

    package init(_ label: String, _ href: String, _ permission: Permission) {
        self.label = label
        self.href = href
        self.permission = permission
    }
}
