import Database

/// The seven kinds of people who work in the console.
package enum Role: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
    /// Cán bộ vận hành at the Department.
    case `operator`
    /// Answers the hotline of Điều 21.9.
    case hotline
    /// The person whom Điều 20 and Điều 23.1 đ make responsible for the system at an agency.
    case agencyAdmin = "agency_admin"
    /// Thủ trưởng of an agency, who answers for locks (Điều 23.1 c) and downloads (Điều 23.1 d).
    case agencyHead = "agency_head"
    /// Văn phòng UBND tỉnh, which receives the reports of Điều 21.10.
    case provinceOffice = "province_office"
    /// Reads everything, changes nothing.
    case auditor
    /// Keeps users, settings, calendars and the catalogue.
    case administrator

    package var label: String {
        switch self {
        case .operator: "Cán bộ vận hành"
        case .hotline: "Trực đường dây nóng"
        case .agencyAdmin: "Người phụ trách tại cơ quan"
        case .agencyHead: "Thủ trưởng cơ quan"
        case .provinceOffice: "Văn phòng UBND tỉnh"
        case .auditor: "Kiểm tra, thanh tra"
        case .administrator: "Quản trị"
        }
    }

    /// Whether people of this role see only what belongs to their own agency.
    package var isBoundToAgency: Bool { self == .agencyAdmin || self == .agencyHead }
}
