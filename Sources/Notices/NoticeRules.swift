package import Civil
package import Organization

/// What somebody typed of a notice.
package struct NoticeDraft: Hashable, Sendable {
    package var kind: Notice.Kind
    package var title: String
    package var impact: String
    package var begins: Instant
    package var ends: Instant
    /// What it concerns; nil: the whole system.
    package var components: [String]?
    package var testRecord: String?
    package var shortLeadReason: String?

    package init(
        kind: Notice.Kind, title: String, impact: String, begins: Instant, ends: Instant, components: [String]? = nil,
        testRecord: String? = nil, shortLeadReason: String? = nil
    ) {
        self.kind = kind
        self.title = title
        self.impact = impact
        self.begins = begins
        self.ends = ends
        self.components = components
        self.testRecord = testRecord
        self.shortLeadReason = shortLeadReason
    }

    /// How far ahead work is announced; beyond two years a date is a slip.
    package static let furthest = Duration.seconds(731 * 86_400)

    package func check(at now: Instant) throws(Refusal) {
        let problems = problems(at: now)
        if !problems.isEmpty { throw Refusal(problems) }
    }

    /// Everything that is wrong with it as a draft.
    package func problems(at now: Instant) -> [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        if begins > now + Self.furthest {
            problems.append(.init(field: "begins", text: "Giờ bắt đầu không quá 2 năm kể từ nay."))
        }
        if title.isEmpty { problems.append(.init(field: "title", text: "Trích yếu: cần nhập.")) }
        if impact.isEmpty { problems.append(.init(field: "impact", text: "Ảnh hưởng: cần ghi người dùng sẽ thấy gì.")) }
        if ends <= begins { problems.append(.init(field: "ends", text: "Giờ kết thúc phải sau giờ bắt đầu.")) }
        if ends - begins > .seconds(14 * 86_400) {
            problems.append(.init(field: "ends", text: "Một đợt bảo trì không quá 14 ngày; hãy chia thành nhiều thông báo."))
        }
        if components?.isEmpty ?? false {
            problems.append(.init(field: "component", text: "Phạm vi: cần chọn ít nhất một thành phần, hoặc chọn toàn hệ thống."))
        }
        return problems
    }
}

extension Notice {
    /// What keeps it from being published.
    ///
    /// Điều 21.7: it is announced before the work begins. Điều 21.6: an upgrade is tested before it is announced; nobody
    /// may pass over this. How many working days before is a setting, because the regulation gives none: below it the
    /// author writes why.
    ///
    /// - Parameters:
    ///   - leadDays: Whole working days from now to the start.
    ///   - wantedLeadDays: The setting.
    ///   - watched: The components that are watched now. One that is not would take nothing out of availability, though
    ///     the notice says so.
    package func checkPublishing(
        leadDays: Int, wantedLeadDays: Int, watched: Set<String>, at now: Instant
    ) throws(Refusal) {
        if publishedAt != nil { throw Refusal(field: "", "\(code) đã được đăng.") }
        if cancelledAt != nil { throw Refusal(field: "", "\(code) đã bị hủy.") }
        var problems: [Refusal.Problem] = []
        if begins <= now {
            problems.append(.init(
                field: "begins", text: "Điều 21.7: phải thông báo trước khi tiến hành; giờ bắt đầu đã qua."))
        }
        if kind == .upgrade && (testRecord ?? "").isEmpty {
            problems.append(.init(
                field: "test_record", text: "Điều 21.6: phải kiểm tra, thử nghiệm bản nâng cấp trước khi thông báo; cần ghi kết quả."))
        }
        if leadDays < wantedLeadDays && (shortLeadReason ?? "").isEmpty {
            problems.append(.init(
                field: "short_lead_reason",
                text: "Chỉ báo trước \(leadDays) ngày làm việc (mục tiêu \(wantedLeadDays)); cần ghi lý do."))
        }
        for component in components ?? [] where !watched.contains(component) {
            problems.append(.init(
                field: "component", text: "Không còn địa chỉ giám sát nào thuộc thành phần “\(component)”; cần sửa phạm vi."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }

    package func checkChanging() throws(Refusal) {
        if publishedAt != nil { throw Refusal(field: "", "\(code) đã đăng nên không sửa được; hãy hủy và lập thông báo mới.") }
        if cancelledAt != nil { throw Refusal(field: "", "\(code) đã bị hủy.") }
    }

    package func checkCancelling(reason: String, at now: Instant) throws(Refusal) {
        if cancelledAt != nil { throw Refusal(field: "", "\(code) đã bị hủy.") }
        if publishedAt != nil && now >= ends { throw Refusal(field: "", "\(code) đã xong, không hủy được nữa.") }
        if reason.isEmpty { throw Refusal(field: "reason", "Cần ghi lý do hủy.") }
    }

    /// An agency acknowledges what was published and holds; however late that is.
    package func checkAcknowledging() throws(Refusal) {
        if publishedAt == nil { throw Refusal(field: "", "\(code) chưa được đăng.") }
        if cancelledAt != nil { throw Refusal(field: "", "\(code) đã bị hủy, không cần xác nhận nữa.") }
    }
}

/// How it stands with one agency's word that it has read a notice.
package enum Acknowledgement: Hashable, Sendable {
    case given, awaited
    /// The work has begun, and the agency has not said that it knows. The regulation gives no deadline; this one is our
    /// own.
    case overdue
    /// The notice was called off before.
    case notNeeded
}

extension NoticeRecipient {
    package func acknowledgement(of notice: Notice, at now: Instant) -> Acknowledgement {
        if acknowledgedAt != nil { return .given }
        if notice.cancelledAt != nil { return .notNeeded }
        return now < notice.begins ? .awaited : .overdue
    }
}
