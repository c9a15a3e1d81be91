import Civil
package import Organization

extension OutageRevisionDraft {
    /// Whether an outage may be judged so. Nobody makes a percentage better without a reason that others can read, and
    /// work counts as announced only when it was announced before it began (Điều 21.7).
    ///
    /// - Parameter work: What the code of the notice leads to; nil when it leads nowhere.
    /// - Throws: `Refusal` with everything that is wrong.
    package func check(_ outage: Outage, announced work: AnnouncedWork?) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        if !outage.isOver && classification != .unplanned {
            problems.append(
                .init(field: "classification", text: "Gián đoạn còn đang diễn ra: kết thúc rồi mới phân loại lại được."))
        }
        if reason.isEmpty {
            problems.append(.init(field: "reason", text: "Lý do: cần nhập, để người đọc tỷ lệ sẵn sàng hiểu vì sao."))
        }
        switch classification {
        case .planned:
            if let text = problem(of: work, outage) { problems.append(.init(field: "notice", text: text)) }
        case .unplanned, .falseAlarm:
            if !notice.isEmpty {
                problems.append(.init(field: "notice", text: "Chỉ bảo trì đã thông báo mới có mã thông báo."))
            }
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }

    private func problem(of work: AnnouncedWork?, _ outage: Outage) -> String? {
        if notice.isEmpty { return "Mã thông báo: cần nhập, ví dụ TB-2026-0003." }
        guard let work, let publishedAt = work.publishedAt else {
            return "Không có thông báo nào đã phát hành mang mã “\(notice)”."
        }
        guard let began = outage.during.lower, publishedAt <= began else {
            return "\(work.code) phát hành sau khi gián đoạn bắt đầu: không phải là báo trước."
        }
        let end = outage.during.upper ?? began
        guard let from = work.during.lower, let to = work.during.upper, from < end, began < to else {
            return "Gián đoạn nằm ngoài thời gian mà \(work.code) đã thông báo."
        }
        return nil
    }
}
