import Civil
import Hotline
import Incidents
import Markdown
import Monitor

/// What the report says, section by section. Sections that the console has no figures for say so.
struct ReportBody {
    let facts: ReportFacts

    init(_ facts: ReportFacts) {
        self.facts = facts
    }

    var document: Document {
        Document(
            opening + [.heading(level: 2, "I. TÌNH HÌNH QUẢN LÝ, VẬN HÀNH HỆ THỐNG")] + availability + incidents
                + maintenance + backups + security + hotline
                + [.heading(level: 2, "II. QUẢN LÝ TÀI KHOẢN")] + accounts
                + [.heading(level: 2, "III. TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN")] + shortcomings + closing)
    }

    // MARK: Sections

    private var opening: [Block] {
        let end = facts.window.range.upper
        let cut = end.map { $0 > facts.asOf } ?? true
        let asOf = cut ? " Kỳ chưa kết thúc: số liệu đến \(VietnameseFormat.moment(facts.asOf))." : ""
        return [
            .paragraph(
                """
                Thực hiện Điều 21 khoản 10 Quy chế quản lý, vận hành và sử dụng Hệ thống quản lý văn bản và điều hành \
                ban hành kèm theo Quyết định số 161/2025/QĐ-UBND, Sở Khoa học và Công nghệ báo cáo \
                \(facts.window.title) như sau.
                """),
            .paragraph(
                """
                Số liệu tính từ ngày \(VietnameseFormat.date(facts.window.firstDay)) đến hết ngày \
                \(VietnameseFormat.date(facts.window.lastDay))\
                \(facts.window.period == nil ? "" : " (Điều 12 Nghị định số 09/2019/NĐ-CP)"), giờ Việt Nam.\(asOf)
                """),
        ]
    }

    private var availability: [Block] {
        let all = Availability.sum(facts.availability.map(\.availability))
        let target = VietnameseFormat.share(Int64(facts.availabilityTarget), of: 1000, digits: 1)
        return [
            .heading(level: 3, "1. Mức độ sẵn sàng (Điều 21 khoản 5)"),
            .paragraph([
                "Hệ thống được theo dõi tự động tại ", .strong("\(VietnameseFormat.number(facts.availability.count)) điểm giám sát"),
                ". Tỷ lệ sẵn sàng chung: ", .strong(all.share), .text(" (kỳ trước: \(facts.previous.share); mục tiêu nội bộ: \(target))."),
            ]),
            .paragraph(
                """
                Mẫu số là thời gian đo được, cộng của các điểm: \(VietnameseFormat.clock(seconds: all.measured.inSeconds)) \
                (giờ:phút:giây). Không đo được \(VietnameseFormat.clock(seconds: all.notMeasured.inSeconds)), bằng \
                \(all.notMeasuredShare) khoảng xét.
                """),
        ] + reclassified(all) + closedMonths + [
            .paragraph([.emphasis(Availability.rule)]),
            .table(
                Table(
                    caption: "Thời gian theo nhóm điểm giám sát (giờ:phút:giây, cộng của các điểm)",
                    columns: [
                        .init("Nhóm"), .init("Điểm", isNumber: true), .init("Khoảng xét", isNumber: true),
                        .init("Bảo trì", isNumber: true), .init("Không đo", isNumber: true),
                        .init("Đo được", isNumber: true), .init("Gián đoạn", isNumber: true), .init("Lần", isNumber: true),
                        .init("Sẵn sàng", isNumber: true),
                    ],
                    rows: facts.availability.isEmpty
                        ? []
                        : components.map { row($0.name, $0.parts.count, Availability.sum($0.parts)) }
                            + [row("Tổng cộng", facts.availability.count, all)],
                    empty: "Chưa có điểm giám sát.")),
        ]
    }

    var days: (first: String, last: String) {
        (VietnameseFormat.localDate(facts.window.firstDay), VietnameseFormat.localDate(facts.window.lastDay))
    }

    private var components: [(name: String, parts: [Availability])] {
        Dictionary(grouping: facts.availability, by: \.component)
            .map { (name: $0.key.isEmpty ? "Khác" : $0.key, parts: $0.value.map(\.availability)) }
            .sorted { Folding.folded($0.name) < Folding.folded($1.name) }
    }

    private func row(_ name: String, _ count: Int, _ value: Availability) -> [Inline] {
        [.text(name), .text(VietnameseFormat.number(count))] + value.times
            + [.text(VietnameseFormat.number(value.outages)), .text(value.share)]
    }

    private var incidents: [Block] {
        let all = facts.incidents
        let told = all.count { $0.factsTold == $0.factsToTell }
        let kinds = Incident.Kind.allCases.map { kind in
            (kind, all.count { $0.kind == kind }, all.count { $0.kind == kind && $0.closedAt != nil })
        }
        let suspended = all.compactMap(\.suspension).reduce(.zero, +)
        return [
            .heading(level: 3, "2. Sự cố kỹ thuật (Điều 20)"),
            .paragraph(
                all.isEmpty
                    ? "Trong kỳ không ghi nhận sự cố."
                    : """
                    Trong kỳ ghi nhận \(VietnameseFormat.number(all.count)) sự cố, đã đóng \
                    \(VietnameseFormat.number(all.count { $0.closedAt != nil })). Tổng thời gian tạm dừng của các sự cố đã sử dụng lại: \
                    \(VietnameseFormat.duration(suspended)). Đã thông báo đủ nội dung của Điều 20 khoản 1 cho Thủ trưởng và người sử dụng: \
                    \(told)/\(all.count) (\(VietnameseFormat.share(Int64(told), of: Int64(all.count), digits: 1))).
                    """),
            .table(
                Table(
                    caption: "Sự cố theo loại",
                    columns: [.init("Loại"), .init("Số sự cố", isNumber: true), .init("Đã đóng", isNumber: true)],
                    rows: kinds.map { [.text($0.label), .text("\($1)"), .text("\($2)")] })),
            .paragraph("Danh sách sự cố ở Phụ lục II."),
        ]
    }

    private var maintenance: [Block] {
        let held = facts.notices.filter { !$0.isCancelled }
        let early = held.count { $0.leadDays >= 7 }
        return [
            .heading(level: 3, "3. Bảo trì, bảo dưỡng, nâng cấp (Điều 21 khoản 7)"),
            .paragraph(
                held.isEmpty
                    ? "Trong kỳ không có đợt bảo trì nào được thông báo."
                    : """
                    Đã thông báo \(held.count) đợt; báo trước từ 07 ngày làm việc trở lên: \(early)/\(held.count) \
                    (\(VietnameseFormat.share(Int64(early), of: Int64(held.count), digits: 1))). Thời gian đã thông báo không tính \
                    vào tỷ lệ sẵn sàng.
                    """),
            .table(
                Table(
                    caption: "Các đợt bảo trì, nâng cấp",
                    columns: [
                        .init("Mã"), .init("Nội dung"), .init("Từ"), .init("Đến"), .init("Thực tế"),
                        .init("Báo trước (ngày làm việc)", isNumber: true), .init("Đã xác nhận", isNumber: true),
                    ],
                    rows: facts.notices.map { notice in
                        [
                            .link(notice.code, to: "/notices/\(notice.code)"),
                            .text(notice.told),
                            .text(notice.during.lower.map(VietnameseFormat.moment) ?? ""),
                            .text(notice.during.upper.map(VietnameseFormat.moment) ?? ""), .text(notice.real),
                            .text("\(notice.leadDays)"),
                            .text("\(notice.acknowledged)/\(notice.recipients)"),
                        ]
                    })),
        ]
    }

    private var backups: [Block] {
        let last = facts.window.lastWholeDay(asOf: facts.asOf)
        let days = max(0, last.dayNumber - facts.window.firstDay.dayNumber + 1)
        let counted = facts.duties.backups == 0
            ? "\(VietnameseFormat.noFigure) (chưa có bản ghi sao lưu nào trong kỳ)"
            : """
            \(facts.duties.backupDays)/\(days) ngày \
            (\(VietnameseFormat.share(Int64(facts.duties.backupDays), of: Int64(days), digits: 1)))
            """
        return [
            .heading(level: 3, "4. Sao lưu (Điều 18 khoản 2)"),
            .paragraph("Số ngày có bản sao lưu tốt, yêu cầu 01 lần mỗi ngày: \(counted)."),
        ]
    }

    private var security: [Block] {
        let duties = facts.duties
        let counted = duties.hasOfficers
            ? """
            \(VietnameseFormat.number(duties.agenciesWithOfficer))/\(VietnameseFormat.number(duties.agencies)) \
            (\(VietnameseFormat.share(Int64(duties.agenciesWithOfficer), of: Int64(duties.agencies), digits: 1)))
            """ : "\(VietnameseFormat.noFigure) (chưa nhập danh sách người phụ trách)"
        return [
            .heading(level: 3, "5. An toàn thông tin (Điều 19)"),
            .paragraph("Cơ quan, đơn vị đã phân công người phụ trách an toàn thông tin: \(counted)."),
        ]
    }

    private var hotline: [Block] {
        let received = facts.requests.map(\.received).reduce(0, +)
        let resolved = facts.requests.map(\.resolved).reduce(0, +)
        return [
            .heading(level: 3, "6. Đường dây nóng (Điều 21 khoản 9)"),
            .paragraph(
                received == 0
                    ? "Trong kỳ không ghi nhận yêu cầu nào."
                    : """
                    Tiếp nhận \(VietnameseFormat.number(received)) yêu cầu, đã giải quyết \
                    \(VietnameseFormat.number(resolved)) (\(VietnameseFormat.share(Int64(resolved), of: Int64(received), digits: 1))).
                    """),
            .table(
                Table(
                    caption: "Yêu cầu theo loại",
                    columns: [
                        .init("Loại"), .init("Tiếp nhận", isNumber: true), .init("Đã giải quyết", isNumber: true),
                        .init("Thời gian trung vị", isNumber: true),
                    ],
                    rows: facts.requests.map { count in
                        [
                            .text(count.kind.label), .text(VietnameseFormat.number(count.received)),
                            .text(VietnameseFormat.number(count.resolved)),
                            .text(count.median.map(VietnameseFormat.duration) ?? VietnameseFormat.noFigure),
                        ]
                    })),
        ]
    }

    private var accounts: [Block] {
        let duties = facts.duties
        guard duties.accounts > 0 else {
            return [.paragraph("Tài khoản: \(VietnameseFormat.noFigure) (chưa nhập danh sách tài khoản).")]
        }
        return [
            .paragraph(
                """
                Tài khoản theo danh sách mới nhất: \(VietnameseFormat.number(duties.accounts)), trong đó đã khóa \
                \(VietnameseFormat.number(duties.lockedAccounts)). Phát hiện trong kỳ tài khoản chưa khóa sau khi nghỉ việc, \
                chuyển công tác (Điều 23 khoản 1 điểm c): \(VietnameseFormat.number(duties.findings)), còn mở \
                \(VietnameseFormat.number(duties.openFindings)).
                """)
        ]
    }

    /// Only what the figures themselves show; causes and proposals are for people to write.
    private var shortcomings: [Block] {
        let all = Availability.sum(facts.availability.map(\.availability))
        var items: [String] = []
        if let share = all.millionths, share < facts.availabilityTarget * 1000 {
            items.append("Tỷ lệ sẵn sàng \(all.share) thấp hơn mục tiêu nội bộ.")
        }
        if all.notMeasured > .zero {
            items.append(
                """
                Có \(all.notMeasuredShare) thời gian không đo được; \
                thời gian này không tính là hoạt động.
                """)
        }
        let untold = facts.incidents.count { $0.factsTold < $0.factsToTell }
        if untold > 0 { items.append("Có \(untold) sự cố chưa thông báo đủ nội dung của Điều 20 khoản 1.") }
        let missing = facts.duties.agencies - facts.duties.agenciesWithOfficer
        if facts.duties.hasOfficers, missing > 0 { items.append("Còn \(missing) cơ quan, đơn vị chưa phân công người phụ trách an toàn thông tin.") }
        if facts.duties.openFindings > 0 {
            items.append("Còn \(facts.duties.openFindings) tài khoản của người đã nghỉ việc, chuyển công tác chưa khóa.")
        }
        return items.isEmpty
            ? [.paragraph("Không có tồn tại nào hiện ra từ số liệu của kỳ này.")] : [.bullets(items.map { [.text($0)] })]
    }

    private var closing: [Block] {
        [
            .paragraph(
                """
                Trên đây là báo cáo \(facts.window.title), Sở Khoa học và Công nghệ báo cáo Ủy ban nhân dân tỉnh./.
                """)
        ]
    }
}

extension Availability {
    /// The five times, in the order of the tables: window, planned, not measured, measured, down.
    var times: [Inline] {
        [window, planned, notMeasured, measured, down].map { .text(VietnameseFormat.clock(seconds: $0.inSeconds)) }
    }

    /// `99,98%`, rounded down.
    var share: String {
        VietnameseFormat.share((measured - down).inSeconds, of: measured.inSeconds)
    }

    /// `0,70%`, rounded up: what nobody saw is never made smaller.
    var notMeasuredShare: String { Self.roundedUp(notMeasuredMillionths) }

    /// The same of what only a reclassification took out.
    var reclassifiedShare: String { Self.roundedUp(reclassifiedMillionths) }

    private static func roundedUp(_ millionths: Int?) -> String {
        guard let millionths else { return VietnameseFormat.noFigure }
        return VietnameseFormat.share(Int64((millionths + 99) / 100), of: 10_000)
    }
}

extension ReportedNotice {
    fileprivate var told: String {
        let marks = [revision > 1 ? "bản \(revision)" : nil, isCancelled ? "đã hủy" : nil].compactMap(\.self)
        return marks.isEmpty ? title : "\(title) (\(marks.joined(separator: ", ")))"
    }

    /// From when to when the work really went on.
    fileprivate var real: String {
        guard let from = worked?.lower, let to = worked?.upper else { return isCancelled ? "–" : VietnameseFormat.noFigure }
        return "\(VietnameseFormat.moment(from)) – \(VietnameseFormat.moment(to))"
    }
}
