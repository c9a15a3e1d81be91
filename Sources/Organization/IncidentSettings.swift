/// Settings of what is due once there is an incident: reminders, addresses, and what is expected of the provider.
extension Setting {
    package static let severityMinutes = Setting(
        key: "incidents.severity_minutes", label: "Xác định mức độ sự cố trong (phút)",
        help: "Quá chừng ấy phút từ lúc phát hiện mà chưa có mức thì trang báo quá hạn và viết thư một lần cho nấc báo động đầu tiên.",
        basis: "Mục tiêu nội bộ; quy chế không ghi số phút.", shape: .wholeNumber(1...1440), standard: "30")
    package static let clockWarningHours = Setting(
        key: "incidents.clock_warning_hours", label: "Nhắc trước khi hết hạn báo cáo theo luật (giờ)",
        help: "Còn chừng ấy giờ thì trang báo sắp hết hạn và viết thư một lần; 0 là không nhắc trước.",
        basis: "Mục tiêu nội bộ.", shape: .wholeNumber(0...72), standard: "4")

    private static func updateMinutes(_ level: String, standard: String) -> Setting {
        Setting(
            key: "incidents.update_minutes_\(level.lowercased())", label: "Cập nhật cho người sử dụng khi sự cố mức \(level) chưa khôi phục (phút)",
            help: "Tính từ lần báo gần nhất cho Thủ trưởng hoặc người sử dụng; 0 là không nhắc.",
            basis: "Điều 20.1 ghi “thông báo ngay”, không ghi nhịp cập nhật; mục tiêu nội bộ.",
            shape: .wholeNumber(0...10_080), standard: standard)
    }

    package static let updateMinutesM1 = updateMinutes("M1", standard: "30")
    package static let updateMinutesM2 = updateMinutes("M2", standard: "60")
    package static let updateMinutesM3 = updateMinutes("M3", standard: "240")
    package static let updateMinutesM4 = updateMinutes("M4", standard: "0")

    private static func mailbox(_ name: String, _ label: String, _ basis: String) -> Setting {
        Setting(
            key: "incidents.\(name)_mail", label: "Địa chỉ thư nhận thông báo sự cố: \(label)",
            help: "Để trống: không gửi thư cho nơi này được, chỉ ghi lại khi đã báo bằng cách khác.", basis: basis,
            shape: .mailbox, standard: "")
    }

    package static let provinceOfficeMail = mailbox(
        "province_office", "Văn phòng UBND tỉnh", "Điều 21.10: Sở phối hợp với Văn phòng UBND tỉnh.")
    package static let providerMail = mailbox(
        "provider", "doanh nghiệp cung cấp dịch vụ", "Điều 24.2–24.3: hỗ trợ kỹ thuật 24/7, khắc phục nhanh nhất.")

    package static let providerAnswerMinutes = Setting(
        key: "incidents.provider_answer_minutes", label: "Doanh nghiệp trả lời sự cố trong (phút)",
        help: "Tính 24/7 từ lúc bàn giao.", basis: providerBasis, shape: .wholeNumber(1...10_080), standard: "30")

    private static let providerBasis =
        "Hợp đồng hoặc mục tiêu nội bộ; Điều 24.2 ghi hỗ trợ 24/7, thời gian khắc phục nhanh nhất, không ghi con số."

    private static func providerFixHours(_ level: String, standard: String) -> Setting {
        Setting(
            key: "incidents.provider_fix_hours_\(level.lowercased())", label: "Doanh nghiệp khắc phục sự cố mức \(level) trong (giờ)",
            help: "Tính 24/7 từ lúc bàn giao; sự cố chưa xác định mức thì chưa đánh giá.", basis: providerBasis,
            shape: .wholeNumber(1...2160), standard: standard)
    }

    package static let providerFixHoursM1 = providerFixHours("M1", standard: "4")
    package static let providerFixHoursM2 = providerFixHours("M2", standard: "8")
    package static let providerFixHoursM3 = providerFixHours("M3", standard: "24")
    package static let providerFixHoursM4 = providerFixHours("M4", standard: "72")

    /// What is shown of incidents, in the order in which the page shows it.
    static let incidentSettings: [Setting] = [
        severityMinutes, clockWarningHours, updateMinutesM1, updateMinutesM2, updateMinutesM3, updateMinutesM4,
        provinceOfficeMail, providerMail, providerAnswerMinutes, providerFixHoursM1, providerFixHoursM2,
        providerFixHoursM3, providerFixHoursM4,
    ]
}
