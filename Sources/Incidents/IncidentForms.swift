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
        let suspended = form.instant("suspended_at", "Tạm dừng")
        let resumed = form.instant("resumed_at", "Sử dụng lại")
        for (name, label) in Self.texts { _ = form.optional(name, label) }
        try form.check()
        // Both are required, so neither is nil here.
        self.init(beganAt: began ?? Instant(seconds: 0), detectedAt: detected ?? Instant(seconds: 0))
        title = form["title"]
        self.kind = kind ?? .suspension
        self.severity = severity ?? .undetermined
        agency = Int64(form["agency"]).map(Agency.ID.init(rawValue:))
        (suspendedAt, resumedAt) = (suspended, resumed)
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

    static let texts = [
        ("description", "Mô tả"), ("temporary_measures", "Biện pháp tạm thời"),
        ("catch_up", "Biện pháp cập nhật văn bản"), ("cause", "Nguyên nhân"), ("contact", "Đầu mối"),
        ("scope", "Phạm vi"), ("provider", "Doanh nghiệp"), ("measures", "Biện pháp đã làm"),
        ("helpers", "Bên hỗ trợ"), ("first_results", "Kết quả ban đầu"), ("proposals", "Đề nghị"),
    ]

    private static func answer(_ text: String) -> Bool? {
        text == "yes" ? true : text == "no" ? false : nil
    }
}

extension Form {
    /// The form as it stands before anybody has typed: with what is stored, to the second.
    init(_ draft: IncidentDraft) {
        func local(_ value: Instant) -> String { String(VietnameseFormat.timestamp(value).prefix(19)) }
        func answer(_ value: Bool?) -> String { value.map { $0 ? "yes" : "no" } ?? "" }
        self.init([
            "title": draft.title, "kind": draft.kind.rawValue, "severity": draft.severity.rawValue,
            "began_at": local(draft.beganAt), "detected_at": local(draft.detectedAt),
            "suspended_at": draft.suspendedAt.map(local) ?? "",
            "resumed_at": draft.resumedAt.map(local) ?? "", "description": draft.description,
            "temporary_measures": draft.temporaryMeasures, "catch_up": draft.catchUp, "cause": draft.cause,
            "is_cyber": answer(draft.isCyber), "has_personal_data": answer(draft.hasPersonalData),
            "contact": draft.particulars.contact, "scope": draft.particulars.scope,
            "provider": draft.particulars.provider, "measures": draft.particulars.measures,
            "helpers": draft.particulars.helpers, "first_results": draft.particulars.firstResults,
            "proposals": draft.particulars.proposals,
        ])
    }
}

extension CommunicationDraft {
    /// - Throws: `Refusal` naming every field that cannot be read.
    init(_ form: Form) throws(Refusal) {
        var form = form
        let audience = form.choice("audience", "Báo cho ai", Audience.self)
        let channel = form.choice("channel", "Bằng cách nào", Channel.self)
        let told = form.instant("told_at", "Báo lúc", isRequired: true)
        try form.check()
        self.init(
            audience: audience ?? .users, channel: channel ?? .phone, toldAt: told ?? Instant(seconds: 0),
            toldBy: form["told_by"], facts: form.all("facts").compactMap(Fact.init(rawValue:)), note: form["told_note"])
    }
}
