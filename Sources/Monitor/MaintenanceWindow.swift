package import Civil
package import Database

/// Đợt bảo trì: planned from then to then, and really from when to when. What counts is what really was: a window that
/// ended early excuses nothing afterwards.
package struct MaintenanceWindow: Hashable, Sendable {
    package typealias ID = RowID<MaintenanceWindow>

    package enum State: String, CaseIterable, Sendable {
        case underWay, planned, over, cancelled

        package var label: String {
            switch self {
            case .underWay: "Đang bảo trì"
            case .planned: "Đã lên lịch"
            case .over: "Đã xong"
            case .cancelled: "Đã hủy"
            }
        }

        /// The look of its badge; see docs/look.md.
        var badge: String {
            switch self {
            case .underWay: "maintenance"
            case .planned: "new"
            case .over: "done"
            case .cancelled: "closed"
            }
        }
    }

    package let id: ID
    package let title: String
    /// As a table says it.
    package let scopeText: String
    package let planned: TimeRange
    package let startedAt: Instant?
    package let endedAt: Instant?
    package let cancelledAt: Instant?
    package let isRecurring: Bool
    /// TB-2026-0003: the published notice that announces it; nil: nobody was told, and availability is not spared.
    package let notice: String?
    /// Until when the notice has announced it.
    package let announced: TimeRange?

    /// From the actual start to the actual end.
    package var during: TimeRange { TimeRange(from: startedAt ?? planned.lower, to: endedAt ?? planned.upper) }

    package func state(at now: Instant) -> State {
        if cancelledAt != nil { return .cancelled }
        if during.contains(now) { return .underWay }
        return (during.lower.map { now < $0 } ?? false) ? .planned : .over
    }
}

extension MaintenanceWindow: PostgresRow {
    /// For `maintenance_windows w LEFT JOIN monitor_groups g LEFT JOIN announced_work n`.
    package static var columns: String {
        """
        w.id, w.title, w.scope, g.name, w.component,
        (SELECT count(*) FROM maintenance_window_monitors t WHERE t.window_id = w.id), w.planned, w.started_at,
        w.ended_at, w.cancelled_at, w.schedule_id IS NOT NULL, n.code, n.during
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        title = try row.read()
        scopeText = try Self.scopeText(row: &row)
        planned = try row.read()
        startedAt = try row.read()
        endedAt = try row.read()
        cancelledAt = try row.read()
        isRecurring = try row.read()
        notice = try row.read()
        announced = try row.read()
    }

    /// Reads scope, group, component and the number of monitors.
    static func scopeText(row: inout RowReader) throws -> String {
        let (scope, group) = (try row.read(String.self), try row.read(String?.self))
        let (component, monitors) = (try row.read(String?.self), try row.read(Int?.self))
        switch scope {
        case "group": return "Nhóm “\(group ?? "")”"
        case "component": return "Thành phần “\(component ?? "")”"
        case "monitors": return "\(monitors ?? 0) điểm giám sát"
        default: return "Toàn hệ thống"
        }
    }
}
