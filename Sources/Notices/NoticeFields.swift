import Civil
import Organization

extension Notice {
    /// The notice as a form shows it.
    package var draft: NoticeDraft {
        NoticeDraft(
            kind: kind, title: title, impact: impact, begins: begins, ends: ends, components: components,
            shortLeadReason: shortLeadReason)
    }

    /// What it concerns, in words.
    var scopeText: String { components?.joined(separator: ", ") ?? "Toàn hệ thống" }
}

extension NoticeDraft {
    var during: TimeRange { TimeRange(from: begins, to: ends) }

    /// What the form asks, in its order.
    var fields: [TypedField] {
        [
            TypedField("kind", "Loại", kind.label), TypedField("title", "Trích yếu", title),
            TypedField("begins", "Bắt đầu", VietnameseFormat.moment(begins)),
            TypedField("ends", "Dự kiến sử dụng lại", VietnameseFormat.moment(ends)),
            TypedField("scope", "Phạm vi", components?.joined(separator: ", ") ?? "Toàn hệ thống"),
            TypedField("impact", "Ảnh hưởng", impact),
            TypedField("short_lead_reason", "Lý do báo gấp", shortLeadReason ?? ""),
        ]
    }

    /// For the audit trail.
    var audited: [String: String?] {
        [
            "kind": kind.rawValue, "title": title, "impact": impact, "begins": VietnameseFormat.moment(begins),
            "ends": VietnameseFormat.moment(ends),
            "components": components?.joined(separator: ", "), "short_lead_reason": shortLeadReason,
        ]
    }
}
