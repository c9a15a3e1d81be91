package import Organization

extension Notice {
    /// Where a notice stands in its life.
    package enum State: String, CaseIterable, Sendable {
        case draft, inReview, approved, published, underWay
        /// Its announced end has passed, and nobody has said that the work is done.
        case overrun
        case completed, cancelled

        package var label: String {
            switch self {
            case .draft: "Dự thảo"
            case .inReview: "Chờ duyệt"
            case .approved: "Đã duyệt"
            case .published: "Đã đăng"
            case .underWay: "Đang thực hiện"
            case .overrun: "Quá giờ dự kiến"
            case .completed: "Đã xong"
            case .cancelled: "Đã hủy"
            }
        }

        /// The look of its badge; see docs/look.md.
        package var badge: String {
            switch self {
            case .draft: "draft"
            case .inReview: "open"
            case .approved, .published: "new"
            case .underWay: "maintenance"
            case .overrun: "overdue"
            case .completed: "done"
            case .cancelled: "closed"
            }
        }

        /// Whether people have been told, and it holds.
        package var isAnnounced: Bool { [.published, .underWay, .overrun, .completed].contains(self) }
    }
}

/// What can be done with a notice.
package enum NoticeStep: String, CaseIterable, Sendable {
    /// Changing the draft or whom it names; in review or approved it becomes a draft again.
    case change
    /// Writing the test record of Điều 21.6; likewise.
    case test
    /// Naming people beside the agencies.
    case address
    case submit, sendBack, approve, publish
    /// Announcing something else than was announced.
    case revise
    case cancel, complete
    /// An agency says that it knows.
    case acknowledge
    /// Writing down who has said so on the phone.
    case record
    /// Entering the number and date that the document system gave it.
    case number

    /// Who may.
    package var permission: Permission {
        switch self {
        case .change, .test, .address, .submit, .publish, .revise, .cancel, .complete, .number: .writeNotices
        case .sendBack, .approve: .approveNotices
        case .acknowledge: .acknowledgeNotices
        case .record: .recordAcknowledgements
        }
    }

    /// From which states.
    package var origins: Set<Notice.State> {
        switch self {
        case .change, .test, .address: [.draft, .inReview, .approved]
        case .submit: [.draft]
        case .sendBack: [.inReview, .approved]
        case .approve: [.inReview]
        case .publish: [.approved]
        case .revise: [.published, .underWay, .overrun]
        case .cancel: [.draft, .inReview, .approved, .published, .underWay]
        case .complete: [.underWay, .overrun]
        case .acknowledge, .record: [.published, .underWay, .overrun, .completed]
        case .number: [.approved, .published, .underWay, .overrun, .completed, .cancelled]
        }
    }

    /// What the page calls it, as it stands in “chưa … được”.
    fileprivate var words: String {
        switch self {
        case .change: "sửa"
        case .test: "ghi kết quả thử nghiệm"
        case .address: "sửa danh sách người nhận"
        case .submit: "trình duyệt"
        case .sendBack: "trả lại"
        case .approve: "duyệt"
        case .publish: "đăng"
        case .revise: "điều chỉnh"
        case .cancel: "hủy"
        case .complete: "ghi hoàn thành"
        case .acknowledge, .record: "xác nhận"
        case .number: "ghi số, ngày văn bản"
        }
    }

    /// - Throws: `Refusal` in any other state.
    package func check(_ notice: Notice, in state: Notice.State) throws(Refusal) {
        if origins.contains(state) { return }
        let advice = self == .change && state.isAnnounced ? " Nội dung đã báo thì điều chỉnh bằng bản mới, không sửa." : ""
        throw Refusal(
            field: "", "\(notice.code) đang ở trạng thái “\(state.label)” nên không \(words) được.\(advice)")
    }
}
