import Civil
package import Organization

/// One field of what is written of an incident, by the name that the form, the audit trail and the summary of problems
/// all use.
struct IncidentField: Hashable, Sendable {
    enum Value: Hashable, Sendable {
        case text(String)
        case choice(String, label: String)
        case time(Instant?)
        case answer(Bool?)
    }

    let name: String
    /// What the page calls it.
    let label: String
    let value: Value

    /// As a form sends it; times to the second.
    var typed: String {
        switch value {
        case .text(let text): text
        case .choice(let value, _): value
        case .time(let time): time.map { String(VietnameseFormat.timestamp($0).prefix(19)) } ?? ""
        case .answer(let answer): answer.map { $0 ? "yes" : "no" } ?? ""
        }
    }

    /// As the audit trail keeps it; nil for nothing.
    var audited: String? {
        if case .time(let time) = value { return time.map(VietnameseFormat.timestamp) }
        return typed.isEmpty ? nil : typed
    }

    /// As people read it.
    var shown: String {
        switch value {
        case .text(let text): text.isEmpty ? "chưa ghi" : "“\(text)”"
        case .choice(_, let label): "“\(label)”"
        case .time(let time): time.map(VietnameseFormat.momentWithSeconds) ?? "chưa ghi"
        case .answer(let answer): answer.map { $0 ? "“Có”" : "“Không”" } ?? "“Chưa xác định”"
        }
    }
}

extension IncidentDraft {
    /// Everything that the editing page can change, in its order.
    var fields: [IncidentField] {
        func text(_ name: String, _ label: String, _ text: String) -> IncidentField {
            IncidentField(name: name, label: label, value: .text(text))
        }
        func time(_ name: String, _ label: String, _ time: Instant?) -> IncidentField {
            IncidentField(name: name, label: label, value: .time(time))
        }
        return [
            text("title", "Sự cố", title),
            IncidentField(name: "kind", label: "Loại", value: .choice(kind.rawValue, label: kind.label)),
            IncidentField(name: "severity", label: "Mức độ", value: .choice(severity.rawValue, label: severity.label)),
            time("began_at", "Bắt đầu", beganAt), time("detected_at", "Phát hiện", detectedAt),
            time("reported_at", "Được báo", reportedAt),
            text("description", "Mô tả sự cố", description),
            time("suspended_at", "Thời gian tạm dừng", suspendedAt),
            time("resumed_at", "Thời gian bắt đầu sử dụng lại", resumedAt),
            time("stable_at", "Ổn định", stableAt),
            text("temporary_measures", "Các biện pháp tạm thời", temporaryMeasures),
            text("catch_up", "Các biện pháp cập nhật văn bản", catchUp),
            text("cause", "Nguyên nhân, biện pháp khắc phục", cause),
            IncidentField(name: "is_cyber", label: "Sự cố an ninh mạng", value: .answer(isCyber)),
            IncidentField(name: "has_personal_data", label: "Có dữ liệu cá nhân", value: .answer(hasPersonalData)),
            text("contact", "Đầu mối", particulars.contact), text("scope", "Phạm vi, ảnh hưởng", particulars.scope),
            text("provider", "Doanh nghiệp", particulars.provider),
            text("measures", "Biện pháp đã thực hiện", particulars.measures),
            text("helpers", "Bên đã hỗ trợ", particulars.helpers),
            text("first_results", "Kết quả ban đầu", particulars.firstResults),
            text("proposals", "Kiến nghị, đề xuất", particulars.proposals),
        ]
    }

    /// For the audit trail.
    var audited: [String: String?] {
        Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.audited) })
    }

    /// What is stored otherwise than it stands here, to the second.
    func differences(from stored: IncidentDraft) -> [IncidentField] {
        zip(fields, stored.fields).filter { $0.typed != $1.typed }.map(\.1)
    }
}

/// Somebody else has saved the incident since the editor opened it. Nothing was overwritten.
package struct IncidentChanged: Error {
    /// The version that is stored now: an editor who has compared saves again on top of it.
    package let version: Int
    /// What is different, field by field.
    package let problems: [Refusal.Problem]

    init(_ incident: Incident, unlike draft: IncidentDraft) {
        version = incident.version
        problems = [
            .init(
                field: "",
                text: "Người khác vừa sửa sự cố này. Những gì bạn đã nhập còn nguyên: đối chiếu các chỗ khác nhau rồi lưu lại.")
        ] + draft.differences(from: incident.draft).map {
            .init(field: $0.name, text: "\($0.label): bản đã lưu là \($0.shown).")
        }
    }
}
