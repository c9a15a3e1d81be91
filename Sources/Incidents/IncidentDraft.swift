package import Civil
package import Organization

/// What somebody has typed of an incident, to open it or to edit it.
package struct IncidentDraft: Hashable, Sendable {
    package var title = ""
    package var kind = Incident.Kind.suspension
    package var severity = Incident.Severity.undetermined
    package var agency: Agency.ID?
    package var beganAt: Instant
    package var detectedAt: Instant
    package var reportedAt: Instant?
    package var suspendedAt: Instant?
    package var resumedAt: Instant?
    package var stableAt: Instant?
    package var description = ""
    package var temporaryMeasures = ""
    package var catchUp = ""
    package var cause = ""
    package var isCyber: Bool?
    package var hasPersonalData: Bool?
    package var particulars = Incident.Particulars()

    package init(beganAt: Instant, detectedAt: Instant) {
        self.beganAt = beganAt
        self.detectedAt = detectedAt
    }

    /// - Throws: `Refusal` naming every field that is not fit.
    package func check(at now: Instant) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        func refuse(_ isWrong: Bool, _ field: String, _ text: String) {
            if isWrong { problems.append(.init(field: field, text: text)) }
        }
        refuse(title.isEmpty, "title", "Cần ghi sự cố là gì, trong một câu.")
        let length = title.unicodeScalars.count
        refuse(length > 200, "title", "Tên sự cố dài quá 200 ký tự, đang có \(length).")
        for (field, label, time) in [
            ("began_at", "Bắt đầu", beganAt), ("detected_at", "Phát hiện", detectedAt),
            ("reported_at", "Được báo", reportedAt), ("suspended_at", "Tạm dừng", suspendedAt),
            ("resumed_at", "Sử dụng lại", resumedAt), ("stable_at", "Ổn định", stableAt),
        ] {
            refuse(time.map { $0 > now } ?? false, field, "\(label): không được ở tương lai.")
        }
        refuse(detectedAt < beganAt, "detected_at", "Phát hiện không thể sớm hơn lúc bắt đầu.")
        refuse(reportedAt.map { $0 < beganAt } ?? false, "reported_at", "Được báo không thể sớm hơn lúc bắt đầu.")
        refuse(suspendedAt.map { $0 < beganAt } ?? false, "suspended_at", "Tạm dừng không thể sớm hơn lúc bắt đầu.")
        if let resumedAt {
            refuse(suspendedAt == nil, "suspended_at", "Có thời gian sử dụng lại thì cần thời gian tạm dừng.")
            refuse(
                suspendedAt.map { resumedAt < $0 } ?? false, "resumed_at", "Sử dụng lại không thể sớm hơn lúc tạm dừng.")
        }
        if let stableAt {
            refuse(stableAt < beganAt, "stable_at", "Ổn định không thể sớm hơn lúc bắt đầu.")
            refuse(
                suspendedAt != nil && resumedAt == nil, "stable_at", "Có thời gian tạm dừng thì cần thời gian sử dụng lại trước.")
            refuse(resumedAt.map { stableAt < $0 } ?? false, "stable_at", "Ổn định không thể sớm hơn lúc sử dụng lại.")
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}

extension Incident {
    /// The incident as a form shows it.
    package var draft: IncidentDraft {
        var draft = IncidentDraft(beganAt: beganAt, detectedAt: detectedAt)
        (draft.title, draft.kind, draft.severity, draft.agency) = (title, kind, severity, agency)
        (draft.reportedAt, draft.suspendedAt) = (reportedAt, suspendedAt)
        (draft.resumedAt, draft.stableAt) = (resumedAt, stableAt)
        (draft.description, draft.temporaryMeasures, draft.catchUp) = (description, temporaryMeasures, catchUp)
        (draft.cause, draft.isCyber, draft.hasPersonalData) = (cause, isCyber, hasPersonalData)
        draft.particulars = particulars
        return draft
    }
}

/// A communication that somebody has typed.
package struct CommunicationDraft: Hashable, Sendable {
    package var audience: Audience
    package var channel: Channel
    package var toldAt: Instant
    package var toldBy: String
    package var facts: [Fact]
    package var reports: [LegalReport]
    package var note: String

    package init(
        audience: Audience, channel: Channel, toldAt: Instant, toldBy: String, facts: [Fact],
        reports: [LegalReport] = [], note: String = ""
    ) {
        self.audience = audience
        self.channel = channel
        self.toldAt = toldAt
        self.toldBy = toldBy
        self.facts = facts
        self.reports = reports
        self.note = note
    }

    /// - Parameter firstEnd: When the first downtime was over; nil while none is.
    /// - Throws: `Refusal` naming every field that is not fit.
    package func check(_ incident: Incident, firstEnd: Instant? = nil, at now: Instant) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        if facts.isEmpty && reports.isEmpty {
            problems.append(.init(field: "facts", text: "Đã báo nội dung nào: cần chọn ít nhất một trong năm nội dung."))
        }
        if !reports.isEmpty && audience != .authority {
            problems.append(.init(
                field: "reports", text: "Báo cáo theo luật chỉ gửi \(Audience.authority.label.lowercased())."))
        }
        if toldBy.isEmpty { problems.append(.init(field: "told_by", text: "Ai đã báo: cần nhập.")) }
        if toldAt > now { problems.append(.init(field: "told_at", text: "Lúc báo không được ở tương lai.")) }
        // A page asks for minutes, an incident begins at a second.
        if toldAt + .seconds(59) < incident.beganAt {
            problems.append(.init(field: "told_at", text: "Lúc báo không thể sớm hơn lúc sự cố bắt đầu."))
        }
        if let early = facts.toldTooEarly(toldAt, firstEnd) { problems.append(early) }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}

extension [Fact] {
    /// Nobody is told of a resumption before there was any.
    func toldTooEarly(_ toldAt: Instant, _ firstEnd: Instant?) -> Refusal.Problem? {
        guard contains(.resumption), let firstEnd, toldAt + .seconds(59) < firstEnd else { return nil }
        return .init(
            field: "told_at",
            text: "Lúc báo không thể sớm hơn thời gian bắt đầu sử dụng lại (\(VietnameseFormat.moment(firstEnd))) khi đã báo nội dung đó.")
    }
}
