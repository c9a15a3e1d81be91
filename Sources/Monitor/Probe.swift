/// One look at a target: what is asked, and how long it may take.
package struct Probe: Hashable, Sendable {
    package var target: Target
    package var family: AddressFamily
    /// For everything together, body included.
    package var timeout: Duration

    package init(target: Target, family: AddressFamily = .any, timeout: Duration = .seconds(10)) {
        self.target = target
        self.family = family
        self.timeout = timeout
    }
}

/// Whoever can look at a target. It never throws: that a target could not be reached is an answer.
package protocol Prober: Sendable {
    func look(_ probe: Probe) async -> Sample
}
