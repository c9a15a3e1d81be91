package import Civil
package import Database
package import Organization

/// Somebody whom an agency put in charge, from one day to another, by a decision.
package struct Officer: Hashable, Sendable {
    package typealias ID = RowID<Officer>

    /// What somebody is put in charge of.
    package enum Duty: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        /// Cán bộ phụ trách an toàn thông tin (Điều 19.1)
        case securityOfficer = "security_officer"
        /// Cán bộ chuyên trách hoặc phụ trách công nghệ thông tin quản lý Phần mềm (Điều 23.1 đ)
        case softwareManager = "software_manager"

        package var label: String {
            switch self {
            case .securityOfficer: "Phụ trách an toàn thông tin"
            case .softwareManager: "Quản lý Phần mềm"
            }
        }

        package var article: String {
            switch self {
            case .securityOfficer: "Điều 19.1"
            case .softwareManager: "Điều 23.1 đ"
            }
        }
    }

    /// Where an assignment stands on a day.
    package enum State: Hashable, Sendable {
        case upcoming, current, over

        package var label: String {
            switch self {
            case .upcoming: "Chưa bắt đầu"
            case .current: "Đang phụ trách"
            case .over: "Đã kết thúc"
            }
        }

        /// The look of its badge; see docs/look.md.
        package var badge: String {
            switch self {
            case .upcoming: "new"
            case .current: "met"
            case .over: "closed"
            }
        }
    }

    package let id: ID
    package let agency: Agency.ID
    package let agencyName: String
    package let duty: Duty
    package let fullName: String
    package let position: String
    package let phone: String
    package let email: String
    /// The first day in charge.
    package let begins: CivilDate
    /// The last day in charge; nil while nobody has set one.
    package let ends: CivilDate?
    /// Số quyết định that assigned the duty.
    package let decisionNumber: String

    package func state(on today: CivilDate) -> State {
        if begins > today { return .upcoming }
        return ends.map { $0 < today } ?? false ? .over : .current
    }
}

extension Officer: PostgresRow {
    /// For `officers o JOIN agencies a`.
    package static var columns: String {
        """
        o.id, o.agency_id, a.name, o.duty, o.full_name, o.position, o.phone, o.email, lower(o.during),
        upper(o.during) - 1, o.decision_number
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        agency = try row.read()
        agencyName = try row.read()
        duty = try row.read()
        fullName = try row.read()
        position = try row.read()
        phone = try row.read()
        email = try row.read()
        begins = try row.read()
        ends = try row.read()
        decisionNumber = try row.read()
    }
}
