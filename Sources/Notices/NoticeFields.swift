import Civil
import Organization

extension Notice {
    /// The notice as a form shows it.
    package var draft: NoticeDraft {
        NoticeDraft(
            kind: kind, title: title, impact: impact, begins: begins, ends: ends, components: components,
            testRecord: testRecord, shortLeadReason: shortLeadReason)
    }
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
            TypedField("impact", "Ảnh hưởng", impact), TypedField("test_record", "Kết quả thử nghiệm", testRecord ?? ""),
            TypedField("short_lead_reason", "Lý do báo gấp", shortLeadReason ?? ""),
        ]
    }

    /// For the audit trail.
    var audited: [String: String?] {
        [
            "kind": kind.rawValue, "title": title, "impact": impact, "begins": VietnameseFormat.moment(begins),
            "ends": VietnameseFormat.moment(ends),
            "components": components?.joined(separator: ", "), "test_record": testRecord, "short_lead_reason": shortLeadReason,
        ]
    }
}
