import Civil
package import Database
import Organization

/// Where a monitor stands among the others: its group, its tags, and what it hangs on. All of it is typed as words, so
/// that a form, a catalogue in a file and the audit trail say the same.
package struct MonitorPlace: Hashable, Sendable {
    /// The group's name; empty for none. A group is made by naming it.
    package var group = ""
    /// Thẻ: lower case, sorted, each once.
    package var tags: [String] = []
    /// The name of the monitor without which this one cannot be reached; empty for none.
    package var parent = ""

    package init() {}

    package init(group: String, tags: [String], parent: String) {
        self.group = group
        self.tags = Self.unified(tags)
        self.parent = parent
    }

    /// Tags as they are kept, out of what somebody typed: parted by commas or line ends.
    package static func tags(typed text: String) -> [String] {
        unified(text.split(whereSeparator: { $0 == "," || $0 == "\n" || $0 == ";" }).map(String.init))
    }

    private static func unified(_ tags: [String]) -> [String] {
        let words = tags.map { $0.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        return Array(Set(words.filter { !$0.isEmpty })).sorted()
    }

    /// What is wrong with it, named after the fields of the form.
    var problems: [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        if group.unicodeScalars.count > 100 { problems.append(.init(field: "group", text: "Nhóm: tối đa 100 ký tự.")) }
        if tags.count > 10 { problems.append(.init(field: "tags", text: "Thẻ: tối đa 10 thẻ, đang có \(tags.count).")) }
        for tag in tags where tag.unicodeScalars.count > 40 {
            problems.append(.init(field: "tags", text: "Thẻ “\(tag)”: tối đa 40 ký tự."))
        }
        return problems
    }

    var audited: [String: String?] {
        [
            "group": group.isEmpty ? nil : group, "tags": tags.isEmpty ? nil : tags.joined(separator: ", "),
            "parent": parent.isEmpty ? nil : parent,
        ]
    }
}

extension MonitorPlace: PostgresRow {
    /// For `monitors m`.
    package static var columns: String {
        """
        coalesce((SELECT g.name FROM monitor_groups g WHERE g.id = m.group_id), ''), m.tags,
        coalesce((SELECT parent.name FROM monitors parent WHERE parent.id = m.parent_id), '')
        """
    }

    package init(row: inout RowReader) throws {
        group = try row.read()
        tags = try row.read()
        parent = try row.read()
    }
}

extension Transaction {
    /// Sorts a monitor in.
    ///
    /// - Throws: `Refusal` for a parent that is not there or not the only one of its name, and for a circle: what hangs
    ///   on itself would never be measured again.
    func put(_ id: Monitor.ID, into place: MonitorPlace, at now: Instant) async throws {
        // Two changes at once could close a circle that neither of them sees.
        try await run("SELECT pg_advisory_xact_lock(161202512)")
        let parent = try await parent(named: place.parent, of: id)
        if let parent {
            let above = try await values(
                """
                WITH RECURSIVE above (id) AS (
                    SELECT \(parent)::bigint
                    UNION SELECT m.parent_id FROM above a JOIN monitors m ON m.id = a.id WHERE m.parent_id IS NOT NULL)
                SELECT id FROM above
                """, as: Monitor.ID.self)
            if above.contains(id) {
                throw Refusal(field: "parent", "Phụ thuộc: “\(place.parent)” đang phụ thuộc vào chính điểm giám sát này.")
            }
        }
        if !place.group.isEmpty {
            try await run(
                """
                INSERT INTO monitor_groups (name, created_at) VALUES (\(place.group), \(now)) ON CONFLICT (name) DO NOTHING
                """)
        }
        try await run(
            """
            UPDATE monitors
            SET    group_id = (SELECT g.id FROM monitor_groups g WHERE g.name = \(place.group)), tags = \(place.tags),
                   parent_id = \(parent)
            WHERE  id = \(id)
            """)
    }

    private func parent(named name: String, of id: Monitor.ID) async throws -> Monitor.ID? {
        guard !name.isEmpty else { return nil }
        // The one that it hangs on already comes first: another of the same name may have been made since.
        let found = try await values(
            """
            SELECT p.id FROM monitors p LEFT JOIN monitors child ON child.id = \(id) AND child.parent_id = p.id
            WHERE  p.name = \(name) AND p.deleted_at IS NULL AND p.id <> \(id)
            ORDER  BY child.id IS NULL, p.id LIMIT 2
            """, as: Monitor.ID.self)
        guard let first = found.first else {
            throw Refusal(field: "parent", "Phụ thuộc: không có điểm giám sát nào khác tên “\(name)”.")
        }
        let kept = try await values("SELECT parent_id FROM monitors WHERE id = \(id)", as: Monitor.ID?.self).first ?? nil
        if found.count > 1, kept != first {
            throw Refusal(field: "parent", "Phụ thuộc: có nhiều điểm giám sát tên “\(name)”; cần đổi tên cho khác nhau.")
        }
        return first
    }
}
