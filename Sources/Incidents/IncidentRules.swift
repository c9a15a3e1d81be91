package import Civil
package import Organization

/// Something that Điều 20 wants of an incident before it is closed.
package struct Requirement: Hashable, Sendable {
    /// In the reader's words: what must be there.
    package let text: String
    /// `Điều 20.1`, or what else it rests on.
    package let article: String
    package let isMet: Bool
    /// The field or form on the incident's page where it is mended.
    package let anchor: String
}

/// A requirement that is not met.
package typealias Obstacle = Requirement

extension Incident {
    /// The facts of Điều 20.1 that there are to tell: all five when the system stood still, otherwise the incident itself.
    package var applicableFacts: [Fact] { wasSuspended ? Fact.allCases : [.incident] }

    /// How many facts there are to tell of an incident of this kind.
    package static func factsToTell(_ kind: Kind, suspendedAt: Instant?) -> Int {
        kind == .suspension || suspendedAt != nil ? Fact.allCases.count : 1
    }

    /// Who has to be told. The manager at an agency tells its head and its users (Điều 20.1), and the Department at once
    /// (Điều 20.3); of the whole system's incident the Department itself is the manager.
    package var obligedAudiences: [Audience] { agency == nil ? [.head, .users] : [.head, .users, .department] }

    /// Everything that an incident needs before it is closed, in the order of Điều 20.
    package func closingRequirements(_ communications: [Communication]) -> [Requirement] {
        var list = [Requirement(
            text: "Nêu rõ sự cố", article: "Điều 20.1", isMet: !description.isEmpty, anchor: "description")]
        if wasSuspended {
            list += [
                Requirement(
                    text: "Ghi thời gian tạm dừng", article: "Điều 20.1", isMet: suspendedAt != nil,
                    anchor: "suspended_at"),
                Requirement(
                    text: "Ghi thời gian bắt đầu sử dụng lại", article: "Điều 20.1", isMet: resumedAt != nil,
                    anchor: "resumed_at"),
                Requirement(
                    text: "Ghi các biện pháp tạm thời", article: "Điều 20.1", isMet: !temporaryMeasures.isEmpty,
                    anchor: "temporary_measures"),
                Requirement(
                    text: "Ghi các biện pháp cập nhật văn bản", article: "Điều 20.1", isMet: !catchUp.isEmpty,
                    anchor: "catch_up"),
            ]
        }
        list += obligedAudiences.map { telling($0, communications) }
        list += [
            Requirement(
                text: "Ghi nguyên nhân và biện pháp khắc phục", article: "Điều 20.2", isMet: !cause.isEmpty,
                anchor: "cause"),
            Requirement(
                text: "Xác định mức độ", article: "mục tiêu nội bộ", isMet: severity != .undetermined,
                anchor: "severity"),
        ]
        // What was closed before this was asked is not asked for it afterwards.
        if needsReview, state != .closed || isReviewed {
            list.append(Requirement(
                text: "Viết rút kinh nghiệm (nguyên nhân, điều làm tốt, điều cần sửa)",
                article: "mục tiêu nội bộ với mức M1, M2", isMet: isReviewed, anchor: "review"))
        }
        return list
    }

    /// What a communication told that still holds. Who was told that the system is used again, and then it stood still a
    /// second time, has not been told of the second resumption. The view `incident_tellings` says the same.
    func standingFacts(of communication: Communication) -> [Fact] {
        // A page asks for minutes, a downtime ends at a second.
        let isOfThisOne = resumedAt.map { communication.toldAt + .seconds(59) >= $0 } ?? false
        return isOfThisOne ? communication.facts : communication.facts.filter { $0 != .resumption }
    }

    private func telling(_ audience: Audience, _ communications: [Communication]) -> Requirement {
        let told = Set(communications.filter { $0.audience == audience }.flatMap(standingFacts))
        let missing = applicableFacts.filter { !told.contains($0) }
        let what = missing.isEmpty ? "" : ": còn thiếu \(missing.map { $0.label.lowercased() }.joined(separator: ", "))"
        return Requirement(
            text: "Thông báo cho \(audience.inSentence)\(what)",
            article: audience == .department ? "Điều 20.3" : "Điều 20.1", isMet: missing.isEmpty, anchor: "audience")
    }

    /// What may be closed.
    /// - Throws: `Refusal` that names every obstacle.
    package func checkClosing(_ communications: [Communication]) throws(Refusal) {
        guard state != .closed else { throw Refusal(field: "", "Sự cố đã được đóng.") }
        try checkWriting()
        let obstacles = obstaclesToClosing(self, communications: communications)
        if !obstacles.isEmpty {
            // The page that closes has only the form of communications on it; the rest is mended on the editing page, to
            // which its checklist leads.
            throw Refusal(
                obstacles.map {
                    .init(field: $0.anchor == "audience" ? "audience" : "", text: "\($0.text) (\($0.article)).")
                })
        }
    }

    /// A closed record is opened again before anything more is written into it; what was merged is written of no more.
    package func checkWriting() throws(Refusal) {
        if let survivor { throw Refusal(field: "", "Sự cố đã gộp vào \(survivor): hãy ghi ở đó.") }
        if state == .closed { throw Refusal(field: "", "Sự cố đã đóng; hãy mở lại trước khi ghi thêm.") }
    }

    /// A closed incident is opened again when it turns out not to be over.
    package func checkReopening(_ reason: String) throws(Refusal) {
        guard state == .closed else { throw Refusal(field: "", "Sự cố chưa đóng.") }
        if reason.isEmpty { throw Refusal(field: "reason", "Cần ghi lý do mở lại.") }
    }

    /// What the duty desk does next, and where: the field that is mended, `audience` or `closing`.
    package func nextStep(_ communications: [Communication]) -> (text: String, anchor: String)? {
        if state == .closed || state == .merged { return nil }
        let ignorant = obligedAudiences.filter { audience in
            !communications.contains { $0.audience == audience && $0.facts.contains(.incident) }
        }
        if !ignorant.isEmpty {
            let articles = ignorant == [.department] ? "Điều 20.3" : "Điều 20.1"
            return ("Thông báo ngay cho \(ignorant.map(\.inSentence).joined(separator: ", ")) (\(articles)).", "audience")
        }
        if severity == .undetermined { return ("Xác định mức độ của sự cố.", "severity") }
        if wasSuspended, suspendedAt == nil { return ("Ghi thời gian tạm dừng.", "suspended_at") }
        if wasSuspended, resumedAt == nil {
            return ("Theo dõi; ghi thời gian bắt đầu sử dụng lại khi hệ thống trở lại.", "resumed_at")
        }
        let obstacles = obstaclesToClosing(self, communications: communications)
        return obstacles.isEmpty
            ? ("Đã đủ các nội dung của Điều 20: đóng sự cố.", "closing")
            : ("Bổ sung \(obstacles.count) nội dung còn thiếu rồi đóng sự cố.", "closing")
    }
}

/// What still keeps an incident from being closed, in the order of Điều 20.
package func obstaclesToClosing(_ incident: Incident, communications: [Communication]) -> [Obstacle] {
    incident.closingRequirements(communications).filter { !$0.isMet }
}
