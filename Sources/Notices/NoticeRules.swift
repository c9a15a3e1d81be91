package import Civil
package import Organization

extension Notice {
    /// Nobody approves what they have written themselves, while the setting asks for a second person.
    package func checkApproving(
        by person: Person, wantsSecondPerson: Bool, at now: Instant
    ) throws(Refusal) {
        try NoticeStep.approve.check(self, in: state(at: now))
        if wantsSecondPerson && [author.id, editor?.id].contains(person.id) {
            throw Refusal(
                field: "",
                "Người soạn thông báo không tự duyệt: cần một người khác (kiểm soát nội bộ, mục tiêu nội bộ; đổi được trong Cài đặt).")
        }
    }

    /// What keeps it from being published.
    ///
    /// Điều 21.7: it is announced before the work begins. Điều 21.6: an upgrade is tested before it is announced; nobody
    /// may pass over this. How many working days before is a setting, because the regulation gives none: below it the
    /// author writes why.
    ///
    /// - Parameters:
    ///   - test: What was tested on it, if anything was written down.
    ///   - leadDays: Whole working days from now to the start.
    ///   - wantedLeadDays: The setting.
    ///   - watched: The components that are watched now. One that is not would take nothing out of availability, though
    ///     the notice says so.
    package func checkPublishing(
        test: UpgradeTest?, leadDays: Int, wantedLeadDays: Int, watched: Set<String>, at now: Instant
    ) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        // The gate is told first and always, whatever else is wrong: the attempt is put on record.
        if kind == .upgrade, publishedAt == nil, let text = UpgradeTest.gate(test) {
            problems.append(.init(field: UpgradeTest.gateField, text: text))
        }
        do throws(Refusal) { try NoticeStep.publish.check(self, in: state(at: now)) } catch { problems += error.problems }
        if publishedAt == nil && cancelledAt == nil {
            if begins <= now {
                problems.append(.init(
                    field: "begins", text: "Điều 21.7: phải thông báo trước khi tiến hành; giờ bắt đầu đã qua."))
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
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }

    package func checkCancelling(reason: String, at now: Instant) throws(Refusal) {
        try NoticeStep.cancel.check(self, in: state(at: now))
        if reason.isEmpty { throw Refusal(field: "reason", "Cần ghi lý do hủy.") }
    }

    /// The work is done: when it really began and ended. What went on outside the announced hours is told, and excused
    /// nowhere.
    package func checkCompleting(from began: Instant, to ended: Instant, at now: Instant) throws(Refusal) {
        try NoticeStep.complete.check(self, in: state(at: now))
        var problems: [Refusal.Problem] = []
        if began > now { problems.append(.init(field: "began", text: "Bắt đầu thực tế không ở tương lai.")) }
        if ended > now { problems.append(.init(field: "ended", text: "Kết thúc thực tế không ở tương lai.")) }
        if ended <= began { problems.append(.init(field: "ended", text: "Kết thúc thực tế phải sau bắt đầu thực tế.")) }
        if let publishedAt, began < publishedAt {
            problems.append(.init(
                field: "began", text: "Bắt đầu thực tế không sớm hơn lúc đăng thông báo (\(VietnameseFormat.moment(publishedAt)))."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }

    /// Somebody has said on the phone that they know.
    ///
    /// - Parameters:
    ///   - name: Who said it.
    ///   - moment: When they said it.
    package func checkRecording(saidBy name: String, at moment: Instant, now: Instant) throws(Refusal) {
        try NoticeStep.record.check(self, in: state(at: now))
        var problems: [Refusal.Problem] = []
        if name.isEmpty { problems.append(.init(field: "said_by", text: "Người xác nhận: cần ghi họ tên người nghe máy.")) }
        if let problem = Refusal.tooLong("said_by", "Người xác nhận", name, maximum: 200) { problems.append(problem) }
        if moment > now { problems.append(.init(field: "said_at", text: "Lúc xác nhận không ở tương lai.")) }
        // The minute in which it was announced still counts: the form knows no seconds.
        if let announcedAt, moment < Instant(seconds: announcedAt.seconds / 60 * 60) {
            problems.append(.init(
                field: "said_at",
                text: "Lúc xác nhận không sớm hơn lúc báo bản \(revision) (\(VietnameseFormat.moment(announcedAt)))."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}

/// How it stands with a recipient's word that they have read what is announced now.
package enum Acknowledgement: Hashable, Sendable {
    case given, awaited
    /// Given of an earlier revision only: it says nothing about this one.
    case outdated
    /// The work has begun, and the recipient has not said that they know. The regulation gives no deadline; this one is
    /// our own.
    case overdue
    /// The notice was called off before.
    case notNeeded
}

extension NoticeRecipient {
    package func acknowledgement(of notice: Notice, at now: Instant) -> Acknowledgement {
        if said?.revision == notice.revision { return .given }
        if notice.cancelledAt != nil { return .notNeeded }
        if now >= notice.begins { return .overdue }
        return said == nil ? .awaited : .outdated
    }
}
