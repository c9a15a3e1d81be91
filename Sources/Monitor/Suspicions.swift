import Database

/// Failures that would make an outage, of monitors that hang on another: they wait until that one was looked at too, so that
/// nobody is blamed for what its parent did.
struct Suspicions {
    struct Suspicion {
        let order: Watch.Order
        let sample: Sample
        /// The same as it is shown and stored.
        let shown: Sample
    }

    private var waiting: [Monitor.ID: (parent: Monitor.ID, suspicion: Suspicion)] = [:]
    private var children: [Monitor.ID: Set<Monitor.ID>] = [:]

    func contains(_ child: Monitor.ID) -> Bool { waiting[child] != nil }

    mutating func add(_ suspicion: Suspicion, under parent: Monitor.ID) {
        let child = suspicion.order.monitor
        waiting[child] = (parent, suspicion)
        children[parent, default: []].insert(child)
    }

    /// Forgets what waits of a monitor that is watched otherwise from now on, or no more.
    mutating func drop(_ child: Monitor.ID) -> Suspicion? {
        guard let (parent, suspicion) = waiting.removeValue(forKey: child) else { return nil }
        children[parent]?.remove(child)
        return suspicion
    }

    /// What waited for `parent`, which was looked at.
    mutating func take(under parent: Monitor.ID) -> [Suspicion] {
        let waited = children.removeValue(forKey: parent)?.sorted { $0.rawValue < $1.rawValue } ?? []
        return waited.compactMap { waiting.removeValue(forKey: $0)?.suspicion }
    }
}
