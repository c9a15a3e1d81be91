import Civil

/// A value that an administrator may change. What no law fixes is labelled so: "mục tiêu nội bộ".
package struct Setting: Hashable, Sendable {
    package enum Shape: Hashable, Sendable {
        case text
        case wholeNumber(ClosedRange<Int>)
        /// An http or https URL, or empty.
        case address
        /// An e-mail address, or empty.
        case mailbox
        /// A domain name, or empty.
        case domain
        /// Networks of IP addresses between blanks or commas, or empty.
        case networks
    }

    package let key: String
    package let label: String
    package let help: String
    package let basis: String
    package let shape: Shape
    package let standard: String

    /// What is wrong with `value`, in the reader's words; nil when nothing is.
    package func problem(with value: String) -> Refusal.Problem? {
        if let long = Refusal.tooLong(key, label, value, maximum: 500) { return long }
        switch shape {
        case .text:
            return nil
        case .wholeNumber(let range):
            if let number = Int(value), range.contains(number) { return nil }
            return .init(field: key, text: "\(label): cần một số nguyên từ \(range.lowerBound) đến \(range.upperBound).")
        case .address:
            if value.isEmpty || value.wholeMatch(of: /https?:\/\/\S+/) != nil { return nil }
            return .init(field: key, text: "\(label): cần một địa chỉ bắt đầu bằng http:// hoặc https://, hoặc để trống.")
        case .mailbox:
            if value.isEmpty || isEmailAddress(value) { return nil }
            return .init(field: key, text: "\(label): cần một địa chỉ dạng ten@coquan.gov.vn, hoặc để trống.")
        case .domain:
            if value.isEmpty || isEmailAddress("a@\(value)") { return nil }
            return .init(field: key, text: "\(label): cần một tên miền dạng tra-lai.ninhbinh.gov.vn, hoặc để trống.")
        case .networks:
            guard let unfit = IPNetwork.list(value).unfit.first else { return nil }
            return .init(field: key, text: "\(label): “\(unfit)” không phải là một mạng; cần dạng 10.1.0.0/16 hoặc 10.1.2.3.")
        }
    }
}

extension Setting {
    package static let availabilityTarget = Setting(
        key: "availability.target", label: "Mục tiêu sẵn sàng (phần nghìn)",
        help: "995 nghĩa là 99,5%. Chỉ dùng để so sánh trên trang và trong báo cáo.",
        basis: "Mục tiêu nội bộ; pháp luật chưa ấn định con số.", shape: .wholeNumber(0...1000), standard: "995")
    package static let noticeLeadDays = Setting(
        key: "notices.lead_days", label: "Số ngày làm việc báo trước bảo trì",
        help: "Dưới số này, người đăng thông báo phải ghi lý do.",
        basis: "Điều 21.7 không ghi số ngày; NĐ 224/2026/NĐ-CP Đ13.1.a nêu 07 ngày làm việc cho dịch vụ công (bản chép, cần xác nhận phạm vi áp dụng).",
        shape: .wholeNumber(0...60), standard: "7")
    package static let noticeSecondPerson = Setting(
        key: "notices.second_person", label: "Người duyệt thông báo phải khác người soạn (1: có, 0: không)",
        help: "Người lập và người sửa sau cùng không tự duyệt thông báo của mình.",
        basis: "Quy chế không nêu; kiểm soát nội bộ, mục tiêu nội bộ.", shape: .wholeNumber(0...1), standard: "1")
    package static let noticeReminders: [Setting] = [
        noticeReminder("first", "thứ nhất", standard: 72), noticeReminder("second", "thứ hai", standard: 24),
        noticeReminder("last", "cuối", standard: 1),
    ]
    private static func noticeReminder(_ name: String, _ which: String, standard: Int) -> Setting {
        Setting(
            key: "notices.reminder_\(name)", label: "Nhắc xác nhận thông báo lần \(which) (số giờ trước khi bắt đầu)",
            help: "Chỉ nhắc nơi chưa xác nhận bản hiện hành, mỗi lần một thư; 0 là không nhắc.",
            basis: "Điều 21.7 không nêu việc nhắc; mục tiêu nội bộ.", shape: .wholeNumber(0...720), standard: String(standard))
    }
    package static let lockWarningDays = Setting(
        key: "accounts.lock_days", label: "Hạn khóa tài khoản sau khi nghỉ việc, chuyển công tác (ngày làm việc)",
        help: "Quá hạn này, tài khoản chưa khóa được báo là quá hạn.",
        basis: "Điều 23.1 c không ghi thời hạn; mục tiêu nội bộ.", shape: .wholeNumber(0...60), standard: "1")
    package static let cyberFirstReportHours = Setting(
        key: "incidents.cyber_first_hours", label: "Thông báo ban đầu sự cố an ninh mạng nghiêm trọng (giờ)",
        help: "Tính từ lúc phát hiện, không trừ ngày nghỉ.",
        basis: "NĐ 331/2026/NĐ-CP Đ31.2.d (đọc từ bản chép, cần đối chiếu).", shape: .wholeNumber(1...720), standard: "24")
    package static let cyberReportHours = Setting(
        key: "incidents.cyber_report_hours", label: "Báo cáo sự cố an ninh mạng (giờ)",
        help: "Tính từ lúc phát hiện, không trừ ngày nghỉ.",
        basis: "NĐ 331/2026/NĐ-CP Đ31.2.d (đọc từ bản chép, cần đối chiếu).", shape: .wholeNumber(1...720), standard: "72")
    package static let personalDataHours = Setting(
        key: "incidents.personal_data_hours", label: "Thông báo vi phạm dữ liệu cá nhân (giờ)",
        help: "Tính từ lúc phát hiện, không trừ ngày nghỉ.",
        basis: "Luật 91/2025/QH15 Đ23 (đọc từ bản chép, cần đối chiếu).", shape: .wholeNumber(1...720), standard: "72")
    package static let referenceAddress = Setting(
        key: "monitor.reference_url", label: "Địa chỉ đối chứng của bộ đo",
        help: "Khi địa chỉ này cũng không tới được thì lỗi thuộc về bộ đo: khoảng đó ghi là chưa đo, không ghi là gián đoạn.",
        basis: "Quy ước đo.", shape: .address, standard: "")

    package static let quorum = Setting(
        key: "monitor.quorum", label: "Số nơi đo cùng báo lỗi mới là gián đoạn",
        help: "Chỉ có tác dụng khi có nhiều nơi đo (trang Nơi đo); lớn hơn số nơi đo thì hiểu là tất cả.",
        basis: "Quy ước đo.", shape: .wholeNumber(1...20), standard: "2")

    package static let renotifyMinutes = Setting(
        key: "incidents.renotify_minutes", label: "Nhắc lại khi sự cố chưa ai tiếp nhận (phút)",
        help: "Mỗi nấc báo động viết thư lại sau chừng ấy phút, đến khi có người tiếp nhận; 0 là không nhắc lại.",
        basis: "Điều 21.5 yêu cầu phát hiện kịp thời, không ghi số phút; mục tiêu nội bộ.",
        shape: .wholeNumber(0...1440), standard: "60")

    package static let dutyDeskAddress = Setting(
        key: "incidents.duty_desk", label: "Địa chỉ trực của Sở, nhận báo sự cố của cơ quan",
        help: "Cơ quan mở sự cố thì thư tới đây ngay. Để trống: những người của nấc báo động đầu tiên; không có nấc nào thì không ai được báo tự động.",
        basis: "Điều 20.3: thông báo ngay cho Sở Khoa học và Công nghệ.", shape: .mailbox, standard: "")

    package static let sampleMonths = Setting(
        key: "monitor.sample_months", label: "Giữ số liệu từng lần đo (tháng)",
        help: "Ngoài tháng đang chạy. Gián đoạn, khoảng không đo và tỷ lệ sẵn sàng được giữ mãi, không phụ thuộc số này.",
        basis: "Mục tiêu nội bộ.", shape: .wholeNumber(1...120), standard: "13")

    package static let rollupMonths = Setting(
        key: "monitor.rollup_months", label: "Giữ số liệu từng giờ (tháng)",
        help: "Ngoài tháng đang chạy: trung vị, 95% và 99% của mỗi giờ. Số liệu từng ngày được giữ mãi.",
        basis: "Mục tiêu nội bộ.", shape: .wholeNumber(1...240), standard: "25")

    package static let deliverySender = Setting(
        key: "delivery.from", label: "Địa chỉ gửi thư",
        help: "Để trống: dùng tên đăng nhập máy chủ thư (TRUCBAN_SMTP_URL) nếu đó là một địa chỉ, nếu không thì trucban@ninhbinh.gov.vn.",
        basis: "Quy ước; cơ quan nhận trả lời về địa chỉ này.", shape: .mailbox, standard: "")

    package static let deliveryPerMinute = Setting(
        key: "delivery.per_minute", label: "Số thư gửi tối đa mỗi phút",
        help: "Tính chung mọi tiến trình; 0 là không giới hạn. Mỗi kênh khác có giới hạn riêng ở trang Kênh gửi tin.",
        basis: "Theo giới hạn của máy chủ thư; mục tiêu nội bộ.", shape: .wholeNumber(0...60_000), standard: "0")
    package static let bounceDomain = Setting(
        key: "delivery.bounce_domain", label: "Tên miền nhận thư bị trả lại",
        help: "Thư gửi đi ghi địa chỉ trả lại riêng bounce+…@ tên miền này; máy chủ thư của tên miền chuyển thư trả lại vào /api/v1/bounces. Để trống: trả lại về địa chỉ gửi.",
        basis: "Quy ước.", shape: .domain, standard: "")
    package static let deliveryNetworks = Setting(
        key: "delivery.networks", label: "Mạng nội bộ được gửi tới (webhook, cổng tin nhắn)",
        help: "Địa chỉ riêng, máy này và các địa chỉ đặc biệt bị từ chối, trừ những mạng ghi ở đây, ví dụ 10.1.2.0/24.",
        basis: "Quy ước an toàn: địa chỉ kênh do người nhập, Trực Ban không để bị dùng để dò mạng nội bộ.",
        shape: .networks, standard: "")

    /// All settings, in the order in which the page shows them.
    package static let all: [Setting] = [
        availabilityTarget, noticeLeadDays, noticeSecondPerson,
    ] + noticeReminders + [
        lockWarningDays, cyberFirstReportHours, cyberReportHours, personalDataHours,
        referenceAddress, quorum, sampleMonths, rollupMonths, renotifyMinutes, dutyDeskAddress, deliverySender,
        deliveryPerMinute, bounceDomain, deliveryNetworks,
    ]
}
