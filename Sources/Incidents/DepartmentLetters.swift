import Civil
import Database
import Delivery
import Organization

/// What opening an agency's incident tells the Department at once (Điều 20.3).
enum DepartmentLetters {
    /// Begins the key of every one of them about an incident.
    static func keys(of code: String) -> String { "department:\(code):" }

    /// The same of the record that a row of `deliveries` is about.
    static let keys: SQL = "'department:' || about || ':'"

    /// Exactly what the letter says: what is not written yet is not told.
    static func facts(of draft: IncidentDraft) -> [Fact] {
        let said: [(Fact, Bool)] = [
            (.incident, true), (.suspension, draft.suspendedAt != nil), (.resumption, draft.resumedAt != nil),
            (.temporaryMeasures, !draft.temporaryMeasures.isEmpty), (.catchUp, !draft.catchUp.isEmpty),
        ]
        return said.filter(\.1).map(\.0)
    }

    static func report(
        _ draft: IncidentDraft, code: String, from person: Person, to desk: EscalationStep.Recipient, baseURL: String
    ) -> Letter {
        let agency = person.agencyName ?? ""
        let lines: [(String, String?)] = [
            ("Sự cố", draft.title), ("Loại", draft.kind.label), ("Mô tả", draft.description),
            ("Bắt đầu", VietnameseFormat.moment(draft.beganAt)), ("Phát hiện", VietnameseFormat.moment(draft.detectedAt)),
            ("Thời gian tạm dừng", draft.suspendedAt.map(VietnameseFormat.moment)),
            ("Thời gian bắt đầu sử dụng lại", draft.resumedAt.map(VietnameseFormat.moment)),
            ("Các biện pháp tạm thời", draft.temporaryMeasures), ("Các biện pháp cập nhật văn bản", draft.catchUp),
            ("Đầu mối", draft.particulars.contact),
        ]
        let told = lines.compactMap { label, text in
            text.flatMap { $0.isEmpty ? nil : "\(label): \($0)" }
        }
        return Letter(
            key: keys(of: code) + desk.address, about: code, agency: nil, recipientName: desk.name,
            recipientAddress: desk.address, subject: "[\(code)] \(agency) báo sự cố: \(draft.title)",
            body: """
                \(agency) báo sự cố \(code) (Điều 20.3), người báo: \(person.name).

                \(told.joined(separator: "\n"))

                Mở trang sự cố rồi bấm “Tôi tiếp nhận”, hoặc gắn vào sự cố toàn hệ thống:
                \(baseURL)/incidents/\(code)

                Thư tự động của Trực Ban, Sở Khoa học và Công nghệ.
                """)
    }
}

extension Queryable {
    /// Who is told at once of an agency's incident: the duty desk's address, else those of the first step of the
    /// escalation. Empty where neither is set: then nobody is told by itself, and the page says so.
    func dutyDesk() async throws -> [EscalationStep.Recipient] {
        let desk = try await one(
            """
            SELECT (SELECT value FROM settings WHERE key = \(Setting.dutyDeskAddress.key)),
                   (SELECT recipients FROM escalation_steps WHERE removed_at IS NULL ORDER BY after_minutes, id LIMIT 1)
            """, as: DutyDesk.self)
        if let address = desk.address, !address.isEmpty {
            return [.init(name: "Trực ban Sở Khoa học và Công nghệ", address: address)]
        }
        return EscalationDraft.recipients(typed: desk.firstStep ?? "").0
    }
}

private struct DutyDesk: PostgresRow {
    let address: String?
    let firstStep: String?

    static var columns: String { "" }

    init(row: inout RowReader) throws {
        address = try row.read()
        firstStep = try row.read()
    }
}

extension Transaction {
    /// Tells the Department of an agency's incident, and writes down that it was told. Where nobody can be written to,
    /// nothing is written down either.
    func report(
        _ draft: IncidentDraft, _ id: Incident.ID, code: String, from person: Person, to desk: [EscalationStep.Recipient],
        baseURL: String, at now: Instant
    ) {
        guard !desk.isEmpty else { return }
        enqueue(
            desk.map { DepartmentLetters.report(draft, code: code, from: person, to: $0, baseURL: baseURL) }, at: now)
        let facts = DepartmentLetters.facts(of: draft)
        later(
            """
            INSERT INTO incident_communications (incident_id, audience, channel, told_at, told_by, facts, written_at)
            VALUES (\(id), \(Audience.department), \(Channel.mail), \(now), 'Trực Ban', \(facts), \(now))
            """)
        tell(
            id, .communication,
            "Đã viết thư báo \(Audience.department.label): \(facts.map { $0.label.lowercased() }.joined(separator: ", ")).",
            happened: now, by: nil, at: now)
    }
}

extension IncidentStore {
    /// Whether the Department was to be told of an agency's incident, was not, and there is nobody to whom the console
    /// could write.
    func lacksDesk(_ incident: Incident, _ communications: [Communication]) async throws -> Bool {
        let isTold = communications.contains { $0.audience == .department && $0.facts.contains(.incident) }
        guard incident.state == .open || incident.state == .restored, !incident.isWhole, !isTold else { return false }
        return try await database.dutyDesk().isEmpty
    }
}
