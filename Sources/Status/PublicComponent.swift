package import Database

/// Thành phần of the system that anybody may know of.
package struct PublicComponent: Hashable, Sendable {
    package typealias ID = RowID<PublicComponent>

    /// How it stands now.
    package enum State: String, CaseIterable, Sendable {
        case down, partial, maintenance, unknown, degraded, up

        package var label: String {
            switch self {
            case .down: "Gián đoạn"
            case .partial: "Gián đoạn một phần"
            case .maintenance: "Bảo trì"
            case .unknown: "Chưa đo"
            case .degraded: "Hoạt động chậm"
            case .up: "Hoạt động"
            }
        }

        /// The look of its badge; see docs/look.md.
        var badge: String { self == .partial ? "down" : rawValue }

        /// In SVG, where no stylesheet reaches: dark enough under white letters (WCAG 2.1, 1.4.3).
        var colour: String {
            switch self {
            case .down, .partial: "#a11d18"
            case .maintenance: "#27437f"
            case .unknown: "#505b57"
            case .degraded: "#7a4a00"
            case .up: "#1c6633"
            }
        }
    }

    /// Its number, for good: badges are found under it.
    package let id: ID
    /// As monitors name it; not told to the public.
    package let name: String
    /// What everybody reads.
    package let title: String
}

extension PublicComponent: PostgresRow {
    /// For `public_components c`.
    package static var columns: String { "c.id, c.name, c.title" }

    package init(row: inout RowReader) throws {
        id = try row.read()
        name = try row.read()
        title = try row.read()
    }
}
