package import Civil
import Database
package import Organization

/// The story of an incident: lines are added, and put right by other lines; none is ever changed.
extension IncidentStore {
    /// Adds a line to the story, with the files that belong to it.
    /// - Parameter fileCount: How many files came, with those that were not kept because they were too many.
    /// - Throws: `Refusal`
    package func add(
        _ kind: TimelineEntry.Kind, _ text: String, happenedAt: Instant, files: [IncomingFile] = [], fileCount: Int = 0,
        to code: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        let line = TimelineLine(kind: kind, text: text, happenedAt: happenedAt)
        try line.check(at: now)
        try checkFiles(files, count: fileCount)
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let incident = try await tx.locked(code, for: person)
            try incident.checkWriting()
            let entry = try await tx.write(line, in: incident, by: person.id, baseURL: baseURL, at: now)
            try await tx.claim(files, for: entry)
            tx.record(
                "incident.noted", code, by: .person(person, address: address), after: line.audited(files), at: now)
        }
    }

    /// Puts a line right by another one. The old one stays readable.
    /// - Throws: `Refusal`
    package func correct(
        _ id: TimelineEntry.ID, with line: TimelineLine, of code: String, by person: Person, address: String,
        form: FormKey? = nil, at now: Instant
    ) async throws {
        try line.check(at: now)
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let incident = try await tx.locked(code, for: person)
            try incident.checkWriting()
            guard let old = try await tx.entries(of: incident.id).first(where: { $0.id == id }) else {
                throw Refusal(field: "", "Không có dòng này trong diễn biến của \(code).")
            }
            try old.checkCorrecting()
            _ = try await tx.write(line, over: id, in: incident, by: person.id, baseURL: baseURL, at: now)
            tx.record(
                "incident.corrected", code, by: .person(person, address: address),
                before: TimelineLine(old).audited([]), after: line.audited([]), at: now)
        }
    }
}

extension Queryable {
    /// The story of an incident, and of what was merged into it.
    func entries(of incident: Incident.ID) async throws -> [TimelineEntry] {
        try await all(
            """
            SELECT \(columns: TimelineEntry.self)
            FROM   incident_members whole JOIN incident_entries e ON e.incident_id = whole.member_id
            LEFT   JOIN users u ON u.id = e.author_id
            LEFT   JOIN incident_entries n ON n.supersedes_id = e.id LEFT JOIN users nu ON nu.id = n.author_id
            WHERE  whole.incident_id = \(incident) ORDER BY e.happened_at, e.id
            """)
    }
}

extension Transaction {
    fileprivate func write(
        _ line: TimelineLine, over old: TimelineEntry.ID? = nil, in incident: Incident, by author: User.ID, baseURL: String,
        at now: Instant
    ) async throws -> TimelineEntry.ID {
        guard line.kind == .status else {
            return try await newEntry(
                in: incident.id, line.kind, line.text, happened: line.happenedAt, over: old, by: author, at: now)
        }
        return try await announce(
            line.text, in: incident.id, happened: line.happenedAt, over: old, by: author, baseURL: baseURL, at: now)
    }
}
