package import Civil
package import Database
package import Organization

/// What was learned from an incident: why it happened, what went well, what must be mended.
package struct Review: Hashable, Sendable, PostgresRow {
    package let draft: ReviewDraft
    package let version: Int
    package let updatedBy: String
    package let updatedAt: Instant

    package static var columns: String { "r.causes, r.went_well, r.to_mend, r.version, u.full_name, r.updated_at" }

    package init(row: inout RowReader) throws {
        draft = ReviewDraft(causes: try row.read(), wentWell: try row.read(), toMend: try row.read())
        version = try row.read()
        updatedBy = try row.read()
        updatedAt = try row.read()
    }
}

/// What somebody has typed of a review.
package struct ReviewDraft: Hashable, Sendable {
    package var causes: String
    package var wentWell: String
    package var toMend: String

    package init(causes: String, wentWell: String, toMend: String) {
        self.causes = causes
        self.wentWell = wentWell
        self.toMend = toMend
    }

    /// What the form asks, in its order.
    var fields: [(name: String, label: String, value: String)] {
        [("causes", "Nguyên nhân", causes), ("went_well", "Điều làm tốt", wentWell), ("to_mend", "Điều cần sửa", toMend)]
    }

    /// - Throws: `Refusal` naming every field that is not fit.
    package func check() throws(Refusal) {
        let problems = fields.compactMap { name, label, value in
            value.isEmpty
                ? Refusal.Problem(field: name, text: "\(label): cần nhập.")
                : Refusal.tooLong(name, label, value, maximum: 10_000)
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}

/// What somebody has undertaken to do after an incident, by a day of their own: no law gives one.
package struct ReviewAction: Hashable, Sendable, PostgresRow {
    package typealias ID = RowID<ReviewAction>

    package let id: ID
    package let incident: String
    package let incidentTitle: String
    package let incidentAgency: Agency.ID?
    package let text: String
    package let owner: String
    package let dueOn: CivilDate
    package let doneAt: Instant?
    package let doneBy: String?
    package let doneNote: String?

    /// For `incident_actions t JOIN incidents i LEFT JOIN users u` (who has done it).
    package static var columns: String {
        "t.id, i.code, i.title, i.agency_id, t.text, t.owner, t.due_on, t.done_at, u.full_name, t.done_note"
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        incident = try row.read()
        incidentTitle = try row.read()
        incidentAgency = try row.read()
        text = try row.read()
        owner = try row.read()
        dueOn = try row.read()
        doneAt = try row.read()
        doneBy = try row.read()
        doneNote = try row.read()
    }

    package enum State: Sendable {
        case done, overdue, due, open
    }

    /// The day itself is still in time; a week before it counts as near, which is our own reading.
    package func state(on today: CivilDate) -> State {
        if doneAt != nil { return .done }
        if today > dueOn { return .overdue }
        return dueOn.dayNumber - today.dayNumber <= 7 ? .due : .open
    }
}

/// What somebody has typed of an action.
package struct ActionDraft: Hashable, Sendable {
    package var text: String
    package var owner: String
    package var dueOn: CivilDate

    package init(text: String, owner: String, dueOn: CivilDate) {
        self.text = text
        self.owner = owner
        self.dueOn = dueOn
    }

    /// - Throws: `Refusal` naming every field that is not fit.
    package func check(on today: CivilDate) throws(Refusal) {
        var problems = [
            Refusal.tooLong("action_text", "Việc cần làm", text, maximum: 1000),
            Refusal.tooLong("action_owner", "Người làm", owner, maximum: 200),
        ].compactMap(\.self)
        if text.isEmpty { problems.append(.init(field: "action_text", text: "Việc cần làm: cần nhập.")) }
        if owner.isEmpty { problems.append(.init(field: "action_owner", text: "Người làm: cần nhập.")) }
        if dueOn < today { problems.append(.init(field: "action_due", text: "Hạn: không được trước hôm nay.")) }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}

extension Incident {
    /// Whether it is closed only after a review: the two highest levels, which is our own target.
    package var needsReview: Bool { severity == .m1 || severity == .m2 }
}
