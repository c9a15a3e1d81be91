package import Civil
package import Database
package import Organization

/// Khoảng tạm dừng: from when to when the system, or one component of it, could not be used (Điều 20.1).
package struct Downtime: Hashable, Sendable {
    package typealias ID = RowID<Downtime>

    package let id: ID
    /// Empty: the whole system.
    package let component: String
    package let beganAt: Instant
    /// Nil while it goes on.
    package let endedAt: Instant?
    /// Counts edits: an edit names the version that it began from.
    package let version: Int
    /// The code of the incident that it was written for, where that was merged into this one.
    package let merged: String?
    /// How long its component was down in all, windows that overlap counted once.
    package let ofComponent: Duration
    /// How long anything was, in the same way.
    package let ofAll: Duration

    package var draft: DowntimeDraft { DowntimeDraft(component: component, beganAt: beganAt, endedAt: endedAt) }
}

extension Downtime: PostgresRow {
    /// For `incident_members m JOIN incident_downtimes r`.
    /// - Parameter now: Until when a window that is open is counted.
    static func columns(at now: Instant) -> SQL {
        """
        r.id, r.component, lower(r.during), upper(r.during), r.version,
        CASE WHEN m.member_id <> m.incident_id THEN (SELECT c.code FROM incidents c WHERE c.id = m.member_id) END,
        (SELECT seconds FROM incident_downtime(m.incident_id, \(now), r.component)),
        (SELECT seconds FROM incident_downtime(m.incident_id, \(now)))
        """
    }

    package static var columns: String { "" }

    package init(row: inout RowReader) throws {
        id = try row.read()
        component = try row.read()
        beganAt = try row.read()
        endedAt = try row.read()
        version = try row.read()
        merged = try row.read()
        ofComponent = .seconds(try row.read(Int64.self))
        ofAll = .seconds(try row.read(Int64.self))
    }
}

/// What somebody has typed of a downtime.
package struct DowntimeDraft: Hashable, Sendable {
    package var component: String
    package var beganAt: Instant
    package var endedAt: Instant?

    package init(component: String = "", beganAt: Instant, endedAt: Instant? = nil) {
        self.component = component
        self.beganAt = beganAt
        self.endedAt = endedAt
    }

    /// - Parameter others: What is written already of the same incident, without the one that this replaces.
    /// - Throws: `Refusal` naming every field that is not fit.
    package func check(_ incident: Incident, others: [Downtime], at now: Instant) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        func refuse(_ isWrong: Bool, _ field: String, _ text: String) {
            if isWrong { problems.append(.init(field: field, text: text)) }
        }
        refuse(beganAt > now, "downtime_from", "Từ: không được ở tương lai.")
        refuse(endedAt.map { $0 > now } ?? false, "downtime_to", "Đến: không được ở tương lai.")
        // A form knows whole seconds, an incident begins within one.
        refuse(
            beganAt < incident.beganAt.flooredToSecond, "downtime_from",
            "Từ: không thể sớm hơn lúc sự cố bắt đầu, \(VietnameseFormat.momentWithSeconds(incident.beganAt)).")
        refuse(endedAt.map { $0 < beganAt } ?? false, "downtime_to", "Đến: không thể sớm hơn lúc tạm dừng.")
        if let stable = incident.stableAt {
            refuse(
                endedAt.map { $0 > stable } ?? true, "downtime_to",
                "Sự cố đã ghi ổn định lúc \(VietnameseFormat.moment(stable)): hãy sửa mốc đó trước.")
        }
        if let met = others.first(where: overlaps) {
            problems.append(.init(field: "downtime_from", text: "Trùng với khoảng đã ghi \(met.draft.words): hãy sửa khoảng đó."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }

    /// Of the same component; of what was merged another window may say the same.
    private func overlaps(_ other: Downtime) -> Bool {
        guard other.merged == nil, other.component == component else { return false }
        return other.endedAt.map { beganAt < $0 } ?? true && endedAt.map { other.beganAt < $0 } ?? true
    }

    /// A form knows whole seconds: what is typed of the second in which the incident began, began with it.
    func within(_ incident: Incident) -> DowntimeDraft {
        let began = max(beganAt, incident.beganAt)
        return DowntimeDraft(component: component, beganAt: began, endedAt: endedAt.map { max($0, began) })
    }

    /// “toàn hệ thống, từ 08:00:00 24/11/2026 đến 08:30:00 24/11/2026”
    package var words: String {
        let end = endedAt.map { "đến \(VietnameseFormat.momentWithSeconds($0))" } ?? "đang tiếp diễn"
        return "\(component.isEmpty ? "toàn hệ thống" : component), từ \(VietnameseFormat.momentWithSeconds(beganAt)) \(end)"
    }

    /// What the form asks, in its order.
    var fields: [TypedField] {
        [
            TypedField("downtime_component", "Thành phần", component),
            TypedField("downtime_from", "Từ", VietnameseFormat.momentWithSeconds(beganAt)),
            TypedField("downtime_to", "Đến", endedAt.map(VietnameseFormat.momentWithSeconds) ?? ""),
        ]
    }

    /// For the audit trail.
    var audited: [String: String?] {
        [
            "component": component, "began_at": VietnameseFormat.timestamp(beganAt),
            "ended_at": endedAt.map(VietnameseFormat.timestamp),
        ]
    }
}

extension IncidentDraft {
    /// The one downtime that the incident's own form tells; nil for none.
    var downtime: DowntimeDraft? {
        suspendedAt.map { DowntimeDraft(beganAt: $0, endedAt: resumedAt) }
    }

    /// The form of an incident that was suspended several times shows only from when to when, and changes neither: that
    /// is done window by window.
    /// - Throws: `Refusal`
    mutating func keepTimes(of incident: Incident) throws(Refusal) {
        let kept = incident.draft
        let moved = fields.filter { ["suspended_at", "resumed_at"].contains($0.name) }.filter { field in
            kept.fields.first { $0.name == field.name }?.typed != field.typed
        }
        if !moved.isEmpty {
            throw Refusal(moved.map {
                .init(field: $0.name, text: "\($0.label): sự cố có nhiều khoảng tạm dừng; hãy sửa từng khoảng ở trang sự cố.")
            })
        }
        (suspendedAt, resumedAt) = (incident.suspendedAt, incident.resumedAt)
    }
}
