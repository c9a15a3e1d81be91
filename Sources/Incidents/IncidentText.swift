package import Civil

/// A text that people are told, ready to be sent and open to be changed: filled from what is written of the incident. It
/// says of a fact that is not written yet that it will be told.
package struct IncidentText: Hashable, Sendable {
    package let subject: String
    package let body: String

    /// - Parameters:
    ///   - channel: A text message is one paragraph; every other text has the five facts in the order of Điều 20.1.
    ///   - link: Where who may sign in reads more.
    package init(_ stage: MessageStage, _ channel: Channel, of incident: Incident, link: String, at now: Instant) {
        subject = "[\(incident.code)] \(stage.heading): \(incident.title)"
        let facts = incident.writtenFacts
        if channel == .sms {
            let parts = ["\(stage.heading) \(incident.code)"] + facts.map { Self.short($0, incident) }
            body = parts.map(Self.asSentence).joined(separator: " ")
            return
        }
        let told = Fact.allCases.filter { facts.contains($0) || incident.applicableFacts.contains($0) }
        let numbered = told.enumerated().map { place, fact in
            "\(place + 1). \(fact.label): \(facts.contains(fact) ? Self.full(fact, incident) : "sẽ thông báo sau.")"
        }
        let besides = Self.besides(stage, incident)
        body =
            ([
                """
                \(incident.agencyName ?? "Sở Khoa học và Công nghệ") thông báo \(Self.occasion(stage)) của Hệ thống quản lý văn bản và điều hành \
                (Điều 20.1 Quy chế ban hành kèm theo Quyết định số 161/2025/QĐ-UBND).
                """
            ] + [numbered.joined(separator: "\n")] + besides + [
                "Tình hình đến \(VietnameseFormat.moment(now)). Mã sự cố: \(incident.code). Xem thêm: \(link)"
            ]).joined(separator: "\n\n")
    }

    private static func occasion(_ stage: MessageStage) -> String {
        switch stage {
        case .first: "sự cố kỹ thuật"
        case .update: "diễn biến mới của sự cố kỹ thuật"
        case .resumption: "việc bắt đầu sử dụng lại sau sự cố kỹ thuật"
        case .closing: "việc kết thúc xử lý sự cố kỹ thuật"
        }
    }

    private static func full(_ fact: Fact, _ incident: Incident) -> String {
        switch fact {
        case .incident:
            [incident.title, incident.description].filter { !$0.isEmpty }.map(asSentence).joined(separator: " ")
        case .suspension: "từ \(incident.suspendedAt.map(VietnameseFormat.moment) ?? "")."
        case .resumption: "\(incident.resumedAt.map(VietnameseFormat.moment) ?? "")."
        case .temporaryMeasures: asSentence(incident.temporaryMeasures)
        case .catchUp: asSentence(incident.catchUp)
        }
    }

    private static func short(_ fact: Fact, _ incident: Incident) -> String {
        switch fact {
        case .incident: incident.title
        case .suspension: "Tạm dừng từ \(incident.suspendedAt.map(VietnameseFormat.moment) ?? "")"
        case .resumption: "Sử dụng lại từ \(incident.resumedAt.map(VietnameseFormat.moment) ?? "")"
        case .temporaryMeasures: "Tạm thời: \(incident.temporaryMeasures)"
        case .catchUp: "Cập nhật văn bản: \(incident.catchUp)"
        }
    }

    /// What such a text says beside the five facts, where it is written.
    private static func besides(_ stage: MessageStage, _ incident: Incident) -> [String] {
        let lines: [(String, String)] =
            switch stage {
            case .first: [("Phạm vi, ảnh hưởng", incident.particulars.scope)]
            case .update:
                [("Biện pháp đã thực hiện", incident.particulars.measures), ("Kết quả", incident.particulars.firstResults)]
            case .resumption: []
            case .closing: [("Nguyên nhân, biện pháp khắc phục", incident.cause)]
            }
        let written = lines.filter { !$0.1.isEmpty }.map { "\($0.0): \(asSentence($0.1))" }
        return written.isEmpty ? [] : [written.joined(separator: "\n")]
    }

    private static func asSentence(_ text: String) -> String {
        text.last.map { ".!?…:".contains($0) } ?? true ? text : text + "."
    }
}
