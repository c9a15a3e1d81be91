import Civil

/// Who is due next. A monitor is either waiting or being probed, never both, so no monitor is probed twice at once.
struct Schedule {
    private struct Entry {
        let due: Instant
        let monitor: Monitor.ID
    }

    /// A binary heap, earliest first. An entry counts only while `waiting` names the same moment for its monitor; others
    /// are left-overs of monitors that were moved, and fall out when they come to the top.
    private var heap: [Entry] = []
    private var waiting: [Monitor.ID: Instant] = [:]
    private var inFlight: Set<Monitor.ID> = []

    /// Probes that are under way.
    var underWay: Int { inFlight.count }

    /// When the next monitor is due.
    var next: Instant? {
        mutating get {
            dropLeftovers()
            return heap.first?.due
        }
    }

    /// Lets `monitor` wait until `due`, wherever it was before.
    mutating func wait(_ monitor: Monitor.ID, until due: Instant) {
        inFlight.remove(monitor)
        waiting[monitor] = due
        heap.append(Entry(due: due, monitor: monitor))
        rise(from: heap.count - 1)
    }

    /// Takes `monitor` off the list. If it is being probed, it stays so until `finish`.
    mutating func remove(_ monitor: Monitor.ID) {
        waiting[monitor] = nil
    }

    /// The probe of a monitor that is no longer on the list has ended.
    mutating func finish(_ monitor: Monitor.ID) {
        inFlight.remove(monitor)
    }

    func isUnderWay(_ monitor: Monitor.ID) -> Bool { inFlight.contains(monitor) }

    /// Takes the monitors that are due, longest overdue first, and counts them as being probed until they wait again.
    ///
    /// - Parameter bound: How many probes may be under way.
    mutating func take(at now: Instant, bound: Int) -> [(monitor: Monitor.ID, due: Instant)] {
        var taken: [(monitor: Monitor.ID, due: Instant)] = []
        while inFlight.count < bound, let next, next <= now {
            let entry = popped()
            waiting[entry.monitor] = nil
            inFlight.insert(entry.monitor)
            taken.append((entry.monitor, entry.due))
        }
        return taken
    }

    /// Moves everything by the same time: the clock was set back, and nobody shall wait for it to catch up.
    mutating func shift(by duration: Duration) {
        waiting = waiting.mapValues { $0 + duration }
        heap = heap.map { Entry(due: $0.due + duration, monitor: $0.monitor) }
    }

    private mutating func dropLeftovers() {
        while let first = heap.first, waiting[first.monitor] != first.due { _ = popped() }
    }

    private mutating func popped() -> Entry {
        heap.swapAt(0, heap.count - 1)
        let first = heap.removeLast()
        sink(from: 0)
        return first
    }

    private mutating func rise(from index: Int) {
        var child = index
        while child > 0, heap[child].due < heap[(child - 1) / 2].due {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func sink(from index: Int) {
        var parent = index
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let right = left + 1
            let least = right < heap.count && heap[right].due < heap[left].due ? right : left
            guard heap[least].due < heap[parent].due else { return }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
