package import Civil
package import Database
package import Organization

/// What hangs together with an incident, as its page names it.
package struct IncidentBond: Hashable, Sendable {
    package enum Kind: String, Sendable, PostgresDecodable {
        /// The whole system's incident whose updates it follows.
        case parent
        /// An agency's incident that follows this one's updates.
        case attached
        /// A double that was merged into this one.
        case merged
        /// An incident of the whole system to which this one may be attached.
        case candidate
    }

    package let kind: Kind
    package let code: String
    package let title: String
    package let agency: String?
    package let state: Incident.State
    /// When it was detected; of a double, when it was merged.
    package let at: Instant
    /// Whether anybody can be written to about it.
    package let hasMailbox: Bool
}

extension IncidentBond: PostgresRow {
    /// For `incidents b LEFT JOIN agencies a`, with the kind before them.
    package static var columns: String {
        """
        b.code, b.title, a.name, b.state, coalesce(b.merged_at, b.detected_at),
        EXISTS (SELECT FROM incident_mailboxes x WHERE x.agency_id = b.agency_id)
        """
    }

    package init(row: inout RowReader) throws {
        kind = try row.read()
        code = try row.read()
        title = try row.read()
        agency = try row.read()
        state = try row.read()
        at = try row.read()
        hasMailbox = try row.read()
    }
}

extension Incident {
    /// Of the whole system, which the Department keeps (Điều 21.5).
    package var isWhole: Bool { agency == nil }

    /// That this agency's incident may follow the updates of `parent`.
    ///
    /// Only the whole system's incidents have others attached, and only agencies' are attached, so there are two floors
    /// and never a circle.
    package func checkAttaching(to parent: Incident) throws(Refusal) {
        func refuse(_ text: String) -> Refusal { Refusal(field: "parent", text) }
        try checkWriting()
        if isWhole { throw refuse("Chỉ sự cố của cơ quan được gắn vào sự cố toàn hệ thống.") }
        if self.parent != nil { throw refuse("Sự cố này đã gắn vào một sự cố khác: hãy gỡ ra trước.") }
        if !parent.isWhole { throw refuse("\(parent.code) là sự cố của một cơ quan; chỉ gắn được vào sự cố toàn hệ thống.") }
        if let survivor = parent.survivor { throw refuse("\(parent.code) đã gộp vào \(survivor): hãy gắn vào đó.") }
        if parent.state == .closed { throw refuse("\(parent.code) đã đóng: hãy mở lại trước khi gắn vào.") }
    }

    package func checkDetaching() throws(Refusal) {
        try checkWriting()
        if parent == nil { throw Refusal(field: "", "Sự cố này không gắn vào sự cố nào.") }
    }

    /// That this incident is a double of `survivor`. A double is of the same agency, or both are the whole system's: an
    /// agency's incident is attached to the whole system's and not merged into it, because its duty to tell its own
    /// people (Điều 20.1) stays.
    package func checkMerging(into survivor: Incident) throws(Refusal) {
        func refuse(_ text: String) -> Refusal { Refusal(field: "survivor", text) }
        try checkWriting()
        if survivor.id == id { throw refuse("Không gộp sự cố vào chính nó.") }
        if let last = survivor.survivor { throw refuse("\(survivor.code) đã gộp vào \(last): hãy gộp vào đó.") }
        if survivor.state == .closed { throw refuse("\(survivor.code) đã đóng: hãy mở lại trước khi gộp vào.") }
        if survivor.agency != agency {
            throw refuse(
                !isWhole && survivor.isWhole
                    ? "Sự cố của cơ quan thì gắn vào sự cố toàn hệ thống, không gộp: cơ quan vẫn phải thông báo theo Điều 20.1."
                    : "Chỉ gộp sự cố của cùng một cơ quan.")
        }
        if survivor.stableAt != nil, resumedAt == nil, suspendedAt != nil {
            throw refuse("\(survivor.code) đã ghi ổn định, còn sự cố này chưa sử dụng lại.")
        }
        if let stable = survivor.stableAt, let resumedAt, resumedAt > stable {
            throw refuse("\(survivor.code) đã ghi ổn định trước khi sự cố này được sử dụng lại: hãy sửa mốc đó trước.")
        }
    }
}
