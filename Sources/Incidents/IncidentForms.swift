import Civil
import Database
import Organization
import Web

extension IncidentDraft {
    /// - Throws: `Refusal` naming every field that cannot be read.
    init(_ form: Form) throws(Refusal) {
        var form = form
        let kind = form.choice("kind", "Loại", Incident.Kind.self)
        let severity = form.choice("severity", "Mức độ", Incident.Severity.self)
        let began = form.instant("began_at", "Bắt đầu", isRequired: true)
        let detected = form.instant("detected_at", "Phát hiện", isRequired: true)
        let reported = form.instant("reported_at", "Được báo")
        let suspended = form.instant("suspended_at", "Tạm dừng")
        let resumed = form.instant("resumed_at", "Sử dụng lại")
        let stable = form.instant("stable_at", "Ổn định")
        for field in IncidentDraft(beganAt: Self.unread, detectedAt: Self.unread).fields.dropFirst() {
            _ = form.optional(field.name, field.label)
        }
        if !form["agency"].isEmpty, Int64(form["agency"]) == nil {
            form.note("agency", "Của cơ quan: cần chọn một mục trong danh sách.")
        }
        try form.check()
        // Both are required, so neither is nil here.
        self.init(beganAt: began ?? Self.unread, detectedAt: detected ?? Self.unread)
        title = form["title"]
        self.kind = kind ?? .suspension
        self.severity = severity ?? .undetermined
        agency = Int64(form["agency"]).map(Agency.ID.init(rawValue:))
        (reportedAt, suspendedAt, resumedAt, stableAt) = (reported, suspended, resumed, stable)
        (description, cause) = (form["description"], form["cause"])
        (temporaryMeasures, catchUp) = (form["temporary_measures"], form["catch_up"])
        (isCyber, hasPersonalData) = (Self.answer(form["is_cyber"]), Self.answer(form["has_personal_data"]))
        particulars.contact = form["contact"]
        particulars.scope = form["scope"]
        particulars.provider = form["provider"]
        particulars.measures = form["measures"]
        particulars.helpers = form["helpers"]
        particulars.firstResults = form["first_results"]
        particulars.proposals = form["proposals"]
    }

    /// Stands where a moment is still to be read.
    private static let unread = Instant(seconds: 0)

    private static func answer(_ text: String) -> Bool? {
        text == "yes" ? true : text == "no" ? false : nil
    }
}

extension Form {
    /// The form as it stands before anybody has typed: with what is stored.
    init(_ draft: IncidentDraft) {
        self.init(Dictionary(uniqueKeysWithValues: draft.fields.map { ($0.name, $0.typed) }))
    }
}

extension CommunicationDraft {
    /// - Throws: `Refusal` naming every field that cannot be read.
    init(_ form: Form) throws(Refusal) {
        var form = form
        let audience = form.choice("audience", "Báo cho ai", Audience.self)
        let channel = form.choice("channel", "Bằng cách nào", Channel.self)
        let told = form.instant("told_at", "Báo lúc", isRequired: true)
        _ = form.optional("told_by", "Người báo", maximum: 200)
        _ = form.optional("told_note", "Ghi chú")
        try form.check()
        self.init(
            audience: audience ?? .users, channel: channel ?? .phone, toldAt: told ?? Instant(seconds: 0),
            toldBy: form["told_by"], facts: form.all("facts").compactMap(Fact.init(rawValue:)),
            reports: form.all("reports").compactMap(LegalReport.init(rawValue:)), note: form["told_note"])
    }
}
