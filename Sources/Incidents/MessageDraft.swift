package import Civil
package import Organization

/// What somebody is about to tell of an incident: by letter, which is sent, or by hand, which is only written down.
package struct MessageDraft: Hashable, Sendable {
    package var stage: MessageStage
    package var channel: Channel
    package var audiences: [Audience]
    /// Other addresses, one a line: `Phạm Thùy Linh <linh@example.vn>`, or the address alone.
    package var others: String
    /// Of which audience the other addresses are.
    package var othersAudience: Audience?
    package var subject: String
    package var body: String
    package var facts: [Fact]
    /// When people were told; a letter is told when it is written.
    package var toldAt: Instant
    package var note: String

    package init(
        stage: MessageStage, channel: Channel, audiences: [Audience], others: String = "", othersAudience: Audience? = nil,
        subject: String, body: String, facts: [Fact], toldAt: Instant, note: String = ""
    ) {
        self.stage = stage
        self.channel = channel
        self.audiences = audiences
        self.others = others
        self.othersAudience = othersAudience
        // A subject is one line, whatever was pasted into it.
        self.subject = subject.split(whereSeparator: \.isNewline).joined(separator: " ")
        self.body = body
        self.facts = facts
        self.toldAt = toldAt
        self.note = note
    }

    /// Who is told: the audiences that were ticked, and that of the other addresses.
    package var told: [Audience] {
        Audience.allCases.filter { audiences.contains($0) || (!others.isEmpty && $0 == othersAudience) }
    }

    /// - Parameters:
    ///   - book: Whom letters can reach.
    ///   - firstEnd: When the first downtime was over; nil while none is.
    /// - Throws: `Refusal` naming every field that is not fit: a fact that the incident does not have yet is not told.
    package func check(
        _ incident: Incident, _ book: AddressBook, firstEnd: Instant? = nil, at now: Instant
    ) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        func refuse(_ isWrong: Bool, _ field: String, _ text: String) {
            if isWrong { problems.append(.init(field: field, text: text)) }
        }
        refuse(told.isEmpty, "audiences", "Báo cho ai: cần chọn ít nhất một nơi nhận.")
        refuse(told.contains(.authority), "audiences", "Báo cáo theo luật cho cơ quan chuyên trách ghi ở trang sự cố.")
        refuse(subject.isEmpty, "subject", "Tiêu đề: cần nhập.")
        refuse(body.isEmpty, "body", "Nội dung: cần nhập.")
        problems += [
            Refusal.tooLong("subject", "Tiêu đề", subject, maximum: 300),
            Refusal.tooLong("body", "Nội dung", body, maximum: 20_000), Refusal.tooLong("note", "Ghi chú", note, maximum: 1000),
        ].compactMap(\.self)
        for fact in facts where !incident.writtenFacts.contains(fact) {
            refuse(
                true, "facts",
                "Sự cố chưa ghi “\(fact.label)”: ghi vào sự cố trước (Sửa sự cố), hoặc bỏ nội dung này.")
        }
        for fact in stage.needs(incident) where !facts.contains(fact) {
            refuse(
                true, "facts", "“\(stage.label)” phải có nội dung “\(fact.label)”\(incident.writtenFacts.contains(fact) ? "" : "; sự cố chưa ghi nội dung này").")
        }
        if channel == .mail {
            problems += book.problems(of: self)
        } else {
            refuse(!others.isEmpty, "others", "Địa chỉ khác chỉ dùng khi gửi thư điện tử.")
            refuse(toldAt > now, "told_at", "Lúc báo không được ở tương lai.")
            // A page asks for minutes, an incident begins at a second.
            refuse(toldAt + .seconds(59) < incident.beganAt, "told_at", "Lúc báo không thể sớm hơn lúc sự cố bắt đầu.")
            if let early = facts.toldTooEarly(toldAt, firstEnd) { problems.append(early) }
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}

/// Whom letters about an incident can reach.
package struct AddressBook: Hashable, Sendable {
    /// One who can be written to.
    package struct Entry: Hashable, Sendable {
        package let agency: Agency.ID?
        package let name: String
        package let address: String
    }

    /// The contacts of the agencies that the incident concerns: all, or the one whose incident it is.
    package let agencies: [Entry]
    /// Agencies that it concerns and that have no address, by name.
    package let unreachable: [String]
    package let department: String
    package let provinceOffice: String
    package let provider: String

    package init(agencies: [Entry], unreachable: [String], settings: Settings) {
        self.agencies = agencies
        self.unreachable = unreachable
        department = settings[.dutyDeskAddress]
        provinceOffice = settings[.provinceOfficeMail]
        provider = settings[.providerMail]
    }

    /// Whom a letter to this audience reaches without any other address. The contact of an agency passes on what its head
    /// and its users are told.
    package func entries(for audience: Audience) -> [Entry] {
        func office(_ address: String) -> [Entry] {
            address.isEmpty ? [] : [Entry(agency: nil, name: audience.label, address: address)]
        }
        return switch audience {
        case .head, .users: agencies
        case .department: office(department)
        case .provinceOffice: office(provinceOffice)
        case .provider: office(provider)
        case .authority: []
        }
    }

    /// Everybody whom a letter goes to, each address once.
    func recipients(of draft: MessageDraft) -> [Entry] {
        let others = EscalationDraft.recipients(typed: draft.others).0.map { Entry(agency: nil, name: $0.name, address: $0.address) }
        var seen: Set<String> = []
        return (draft.audiences.flatMap { entries(for: $0) } + others).filter { seen.insert($0.address.lowercased()).inserted }
    }

    fileprivate func problems(of draft: MessageDraft) -> [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        let (others, unfit) = EscalationDraft.recipients(typed: draft.others)
        for line in unfit {
            problems.append(.init(field: "others", text: "Địa chỉ khác “\(line)”: cần dạng Họ tên <ten@coquan.gov.vn>."))
        }
        if others.count > 50 { problems.append(.init(field: "others", text: "Địa chỉ khác: tối đa 50.")) }
        if !draft.others.isEmpty, draft.othersAudience == nil {
            problems.append(.init(field: "others_audience", text: "Địa chỉ khác là của ai: cần chọn một mục trong danh sách."))
        }
        for audience in draft.audiences where audience != .authority && entries(for: audience).isEmpty {
            guard others.isEmpty || draft.othersAudience != audience else { continue }
            let mend = audience == .head || audience == .users ? "ghi ở trang Cơ quan" : "ghi ở trang Cài đặt"
            problems.append(.init(
                field: "audiences", text: "Chưa có địa chỉ thư của \(audience.inSentence): \(mend), hoặc báo bằng cách khác."))
        }
        return problems
    }
}
