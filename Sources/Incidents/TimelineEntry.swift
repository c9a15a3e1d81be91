package import Civil
package import Database
package import Organization

/// One line of an incident's story. It is appended and never changed; what was wrong is put right by another line.
package struct TimelineEntry: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case detection, observation, measure, decision, communication, status

        package var label: String {
            switch self {
            case .detection: "Phát hiện"
            case .observation: "Ghi nhận"
            case .measure: "Biện pháp"
            case .decision: "Quyết định"
            case .communication: "Thông báo"
            case .status: "Trạng thái"
            }
        }
    }

    package typealias ID = RowID<TimelineEntry>

    package let id: ID
    package let kind: Kind
    package let happenedAt: Instant
    package let writtenAt: Instant
    /// Nil: the console itself.
    package let author: String?
    package let text: String
    /// The code of the incident that it repeats an entry of: the whole system's, to which this one is attached.
    package let source: String?
    /// The code of the incident that it was written for, where that was merged into this one.
    package let merged: String?
    /// Whether it puts another line right.
    package let isCorrection: Bool
    /// When another line put it right, and whose that is.
    package let correctedAt: Instant?
    package let correctedBy: String?

    /// Only what people wrote here is put right by people; the console's own lines say what it saw, and what came from the
    /// whole system's incident is put right there.
    package func checkCorrecting() throws(Refusal) {
        func refuse(_ text: String) -> Refusal { Refusal(field: "", text) }
        if let correctedAt {
            throw refuse(
                "Dòng này đã được \(correctedBy ?? "người khác") đính chính lúc \(VietnameseFormat.moment(correctedAt)): hãy đính chính dòng mới.")
        }
        if let source { throw refuse("Dòng này từ sự cố \(source): hãy đính chính ở đó.") }
        if author == nil { throw refuse("Dòng do Trực Ban tự ghi không đính chính được; hãy ghi thêm một dòng.") }
    }

    var mayBeCorrected: Bool { (try? checkCorrecting()) != nil }
}

/// A line of the story that somebody has typed.
package struct TimelineLine: Hashable, Sendable {
    package let kind: TimelineEntry.Kind
    package let text: String
    package let happenedAt: Instant

    package init(kind: TimelineEntry.Kind, text: String, happenedAt: Instant) {
        self.kind = kind
        self.text = text
        self.happenedAt = happenedAt
    }

    init(_ entry: TimelineEntry) {
        self.init(kind: entry.kind, text: entry.text, happenedAt: entry.happenedAt)
    }

    /// - Throws: `Refusal` naming every field that is not fit.
    package func check(at now: Instant) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        if text.isEmpty { problems.append(.init(field: "text", text: "Diễn biến: cần nhập nội dung.")) }
        if let long = Refusal.tooLong("text", "Diễn biến", text, maximum: 10_000) { problems.append(long) }
        if happenedAt > now { problems.append(.init(field: "happened_at", text: "Diễn biến không được ở tương lai.")) }
        if !problems.isEmpty { throw Refusal(problems) }
    }

    /// For the audit trail, with the files that came with it.
    func audited(_ files: [IncomingFile]) -> [String: String?] {
        let files = files.map { "\($0.name ?? $0.originalName) \(hexadecimal($0.sha256))" }.joined(separator: "\n")
        return [
            "kind": kind.rawValue, "happened_at": VietnameseFormat.timestamp(happenedAt), "text": text,
            "files": files.isEmpty ? nil : files,
        ]
    }
}

extension TimelineEntry: PostgresRow {
    package static var columns: String {
        """
        e.id, e.kind, e.happened_at, e.written_at, u.full_name, e.text,
        (SELECT p.code FROM incident_entries s JOIN incidents p ON p.id = s.incident_id WHERE s.id = e.source_id),
        CASE WHEN whole.member_id <> whole.incident_id THEN (SELECT c.code FROM incidents c WHERE c.id = whole.member_id) END,
        e.supersedes_id IS NOT NULL, n.written_at, nu.full_name
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        kind = try row.read()
        happenedAt = try row.read()
        writtenAt = try row.read()
        author = try row.read()
        text = try row.read()
        source = try row.read()
        merged = try row.read()
        isCorrection = try row.read()
        correctedAt = try row.read()
        correctedBy = try row.read()
    }
}
