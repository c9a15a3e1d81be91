/// Walks the audit trail from its first entry and stops at the first that does not hold.
package struct AuditChain: Sendable {
    package enum Fault: String, Sendable {
        /// The entry's own hash does not fit what it says.
        case content
        /// The entry does not name the hash of the one before it.
        case link
        /// Numbers are missing before this entry.
        case gap
        /// The number or the time runs backwards.
        case order

        package var text: String {
            switch self {
            case .content: "nội dung đã bị sửa"
            case .link: "không nối với dòng trước"
            case .gap: "thiếu dòng phía trước"
            case .order: "sai thứ tự"
            }
        }
    }

    package struct Break: Error, Hashable, Sendable {
        package let seq: Int64
        package let fault: Fault
    }

    private var previous: AuditEntry?
    /// How many entries were found sound.
    package private(set) var count = 0
    /// Number and hash of the newest sound entry: what a checkpoint signs.
    package var head: (seq: Int64, hash: [UInt8])? { previous.map { ($0.seq, $0.hash) } }

    package init() {}

    /// Takes the next entry, in the order in which the trail is stored.
    package mutating func follow(_ entry: AuditEntry) throws(Break) {
        let lastSeq = previous?.seq ?? 0
        if entry.seq <= lastSeq || previous.map({ entry.at < $0.at }) ?? false {
            throw Break(seq: entry.seq, fault: .order)
        }
        if entry.seq != lastSeq + 1 { throw Break(seq: entry.seq, fault: .gap) }
        if entry.previousHash != previous?.hash ?? AuditEntry.genesis { throw Break(seq: entry.seq, fault: .link) }
        if entry.hash != entry.expectedHash { throw Break(seq: entry.seq, fault: .content) }
        previous = entry
        count += 1
    }
}
