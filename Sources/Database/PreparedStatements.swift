/// The names under which one session knows its statements; the least recently used one makes room.
struct PreparedStatements {
    private struct Entry {
        let name: String
        var lastUse: UInt64
    }

    private let capacity: Int
    private var entries: [String: Entry] = [:]
    private var uses: UInt64 = 0
    private var made = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func name(of text: String) -> String? {
        uses += 1
        guard let index = entries.index(forKey: text) else { return nil }
        entries.values[index].lastUse = uses
        return entries.values[index].name
    }

    /// - Returns: The name to deallocate, when there is no room for another one.
    mutating func evict() -> String? {
        guard entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else {
            return nil
        }
        entries[oldest.key] = nil
        return oldest.value.name
    }

    mutating func nextName() -> String {
        made += 1
        return "s\(made)"
    }

    mutating func remember(_ text: String, as name: String) {
        entries[text] = Entry(name: name, lastUse: uses)
    }

    mutating func forget(_ text: String) {
        entries[text] = nil
    }

    /// Their names are not given again.
    mutating func forgetAll() {
        entries = [:]
    }
}
