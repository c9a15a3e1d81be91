package import Civil
package import Database

/// The five facts that people are told (Điều 20.1), in the order of the regulation.
package enum Fact: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    case incident, suspension, resumption
    case temporaryMeasures = "temporary_measures"
    case catchUp = "catch_up"

    package var label: String {
        switch self {
        case .incident: "Sự cố"
        case .suspension: "Thời gian tạm dừng"
        case .resumption: "Thời gian bắt đầu sử dụng lại"
        case .temporaryMeasures: "Các biện pháp tạm thời"
        case .catchUp: "Các biện pháp cập nhật văn bản"
        }
    }
}

/// A report that a law wants of an incident, beside what the regulation wants.
package enum LegalReport: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    /// The first notice of a serious cyber incident
    case cyberFirst = "cyber_first"
    /// Cause, scope and remedy of a cyber incident
    case cyberFull = "cyber_full"
    case personalData = "personal_data"

    package var label: String {
        switch self {
        case .cyberFirst: "Thông báo ban đầu về sự cố an ninh mạng"
        case .cyberFull: "Báo cáo nguyên nhân, phạm vi, khắc phục sự cố an ninh mạng"
        case .personalData: "Thông báo vi phạm dữ liệu cá nhân"
        }
    }
}

/// Who is told.
package enum Audience: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
    /// Thủ trưởng cơ quan, đơn vị (Điều 20.1)
    case head
    /// Người sử dụng (Điều 20.1)
    case users
    /// Sở Khoa học và Công nghệ (Điều 20.3)
    case department
    case provinceOffice = "province_office"
    case provider
    case authority

    package var label: String {
        switch self {
        case .head: "Thủ trưởng cơ quan, đơn vị"
        case .users: "Người sử dụng"
        case .department: "Sở Khoa học và Công nghệ"
        case .provinceOffice: "Văn phòng UBND tỉnh"
        case .provider: "Doanh nghiệp cung cấp dịch vụ"
        case .authority: "Cơ quan chuyên trách an ninh mạng"
        }
    }

    /// In the middle of a sentence.
    var inSentence: String { self == .users ? "người sử dụng" : label }
}

/// How they are told.
package enum Channel: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
    case mail, phone, sms
    case documentSystem = "document_system"
    case meeting

    package var label: String {
        switch self {
        case .mail: "Thư điện tử"
        case .phone: "Điện thoại"
        case .sms: "Tin nhắn"
        case .documentSystem: "Hệ thống QLVB&ĐH"
        case .meeting: "Họp, trực tiếp"
        }
    }

    /// In the middle of a sentence.
    var inSentence: String { self == .documentSystem ? label : label.lowercased() }
}

/// Who was told what, when and how: evidence for Điều 20. It is appended and never changed.
package struct Communication: Hashable, Sendable {
    package let audience: Audience
    package let channel: Channel
    package let toldAt: Instant
    package let toldBy: String
    package let facts: [Fact]
    /// Which legal reports it was; only an authority is sent one.
    package let reports: [LegalReport]
    package let note: String
    /// Nil: the console itself, which has written a letter.
    package let writtenBy: String?

    package init(
        audience: Audience, channel: Channel, toldAt: Instant, toldBy: String, facts: [Fact],
        reports: [LegalReport] = [], note: String = "", writtenBy: String? = nil
    ) {
        self.audience = audience
        self.channel = channel
        self.toldAt = toldAt
        self.toldBy = toldBy
        self.facts = facts
        self.reports = reports
        self.note = note
        self.writtenBy = writtenBy
    }
}

extension Communication: PostgresRow {
    package static var columns: String {
        "c.audience, c.channel, c.told_at, c.told_by, c.facts, c.reports, c.note, u.full_name"
    }

    package init(row: inout RowReader) throws {
        audience = try row.read()
        channel = try row.read()
        toldAt = try row.read()
        toldBy = try row.read()
        facts = try row.read()
        reports = try row.read()
        note = try row.read()
        writtenBy = try row.read()
    }
}
