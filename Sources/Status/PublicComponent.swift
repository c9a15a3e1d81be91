package import Database

/// Thành phần of the system that anybody may know of.
package struct PublicComponent: Hashable, Sendable {
    package typealias ID = RowID<PublicComponent>

    /// How it stands now, the worst of what is watched of it.
    package enum State: String, CaseIterable, Sendable {
        case down, maintenance, unknown, up

        package var label: String {
            switch self {
            case .down: "Gián đoạn"
            case .maintenance: "Bảo trì"
            case .unknown: "Chưa đo"
            case .up: "Hoạt động"
            }
        }

        /// In SVG, where no stylesheet reaches: dark enough under white letters (WCAG 2.1, 1.4.3).
        var colour: String {
            switch self {
            case .down: "#a11d18"
            case .maintenance: "#27437f"
            case .unknown: "#505b57"
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
