import Civil
import Foundation
import Organization

/// What a catalogue would change, found before anything is changed.
package struct CataloguePlan: Sendable {
    let monitors: CatalogueSteps<Monitor>
    let heartbeats: CatalogueSteps<Heartbeat>

    /// Whether anything would be different afterwards.
    package var changesNothing: Bool { monitors.changesNothing && heartbeats.changesNothing }

    /// The plan, a line a monitor or heartbeat and a line a field, and the sum of it.
    package var text: String {
        let (some, more) = (monitors.counts, heartbeats.counts)
        let sum = """
            Thêm \(some.added + more.added), sửa \(some.changed + more.changed), xóa \(some.deleted + more.deleted), \
            giữ ngoài tệp \(some.kept + more.kept), không đổi \(monitors.unchanged + heartbeats.unchanged).
            """
        return (monitors.lines + heartbeats.lines + [sum]).joined(separator: "\n")
    }
}

/// What becomes of the monitors, or of the heartbeats.
struct CatalogueSteps<Item: CatalogueItem>: Sendable {
    /// One as it stands, and as a file would say it.
    struct Current: Sendable {
        let item: Item
        let sheet: Sheet<Item.Draft>
    }

    /// One as the file wants it.
    struct Wanted: Sendable {
        let draft: Item.Draft
        let sheet: Sheet<Item.Draft>
        let entry: CatalogueText.Entry
    }

    /// What becomes of one.
    enum Step: Sendable {
        case add(Wanted)
        case change(Current, Wanted)
        case delete(Current)
        /// It is not in the file, and what is not there stays.
        case keep(Current)
    }

    let steps: [Step]
    /// How many stand as the file says.
    let unchanged: Int

    /// Nothing is said of any.
    init() { (steps, unchanged) = ([], 0) }

    /// A heartbeat is known by its code, where the file says one that there is. All else is known by its name, and takes
    /// the code over that the file says; of several with one name, the first in the file is the oldest.
    ///
    /// - Parameters:
    ///   - current: All there are, oldest first.
    ///   - agencies: Their numbers by code.
    ///   - deletesMissing: Whether what the file does not name goes.
    /// - Throws: `Refusal`, each sentence with its line.
    init(
        from current: [Current], to entries: [CatalogueText.Entry], agencies: [String: Agency.ID], deletesMissing: Bool,
        at now: Instant
    ) throws(Refusal) {
        var (read, problems): ([Wanted], [Refusal.Problem]) = ([], [])
        for entry in entries {
            do {
                let (draft, sheet) = try Sheet<Item.Draft>.read(entry.fields, agencies: agencies)
                read.append(Wanted(draft: draft, sheet: sheet, entry: entry))
            } catch {
                problems += entry.placed(error).problems
            }
        }
        var codes: Set<UUID> = []
        for wanted in read {
            guard let code = wanted.draft.code, !codes.insert(code).inserted else { continue }
            problems += wanted.entry.placed(
                Refusal(field: "code", "code: một \(Item.noun)khác trong tệp đã có mã này.")).problems
        }
        if !problems.isEmpty { throw Refusal(problems) }
        let found = Self.pairs(read, current)
        var (steps, unchanged): ([Step], Int) = ([], 0)
        for (index, wanted) in read.enumerated() {
            let old = found[index]
            problems += wanted.entry.placed(
                Refusal(Item.problems(of: wanted.draft, insteadOf: old?.item.draft, at: now))).problems
            guard let old else {
                steps.append(.add(wanted))
                continue
            }
            // As in the form, a password that is not said stays what it was.
            let draft = old.item.keepingSecrets(wanted.draft)
            if old.item.draft == draft, old.sheet.isPaused == wanted.sheet.isPaused {
                unchanged += 1
            } else {
                let sheet = Sheet(draft, isPaused: wanted.sheet.isPaused, agency: wanted.sheet.fields["agency"])
                steps.append(.change(old, Wanted(draft: draft, sheet: sheet, entry: wanted.entry)))
            }
        }
        if !problems.isEmpty { throw Refusal(problems) }
        let named = Set(found.values.map(\.item.id))
        let missing = current.filter { !named.contains($0.item.id) }
        self.steps = steps + missing.map { deletesMissing ? .delete($0) : .keep($0) }
        self.unchanged = unchanged
    }

    /// Which of those there are each of those in the file is, by its place in the file.
    private static func pairs(_ read: [Wanted], _ current: [Current]) -> [Int: Current] {
        let byCode = Dictionary(current.compactMap { old in old.item.draft.code.map { ($0, old) } }) { first, _ in first }
        var found: [Int: Current] = [:]
        for (index, wanted) in read.enumerated() {
            found[index] = wanted.draft.code.flatMap { byCode[$0] }
        }
        let taken = Set(found.values.map(\.item.id))
        var left = Dictionary(grouping: current.filter { !taken.contains($0.item.id) }) { $0.item.name }
        for (index, wanted) in read.enumerated() where found[index] == nil {
            guard let old = left[wanted.draft.name]?.first else { continue }
            found[index] = old
            left[wanted.draft.name]?.removeFirst()
        }
        return found
    }

    /// Those that it changes or deletes, as they stood when it was made.
    var touched: [Item] {
        steps.compactMap { step in
            switch step {
            case .change(let old, _), .delete(let old): old.item
            case .add, .keep: nil
            }
        }
    }

    var changesNothing: Bool {
        steps.allSatisfy { if case .keep = $0 { true } else { false } }
    }

    var counts: (added: Int, changed: Int, deleted: Int, kept: Int) {
        var counts = (added: 0, changed: 0, deleted: 0, kept: 0)
        for step in steps {
            switch step {
            case .add: counts.added += 1
            case .change: counts.changed += 1
            case .delete: counts.deleted += 1
            case .keep: counts.kept += 1
            }
        }
        return counts
    }

    /// What stands of it in the audit trail, in order.
    var trail: [(action: String, name: String, before: [String: String?]?, after: [String: String?]?)] {
        func pausing(_ isPaused: Bool, _ name: String) -> (String, String, [String: String?]?, [String: String?]?) {
            ("\(Item.auditName).\(isPaused ? "paused" : "resumed")", name, nil, nil)
        }
        return steps.flatMap { step in
            switch step {
            case .add(let wanted):
                let name = wanted.draft.name
                return [("\(Item.auditName).added", name, nil, wanted.draft.audited)]
                    + (wanted.sheet.isPaused ? [pausing(true, name)] : [])
            case .change(let old, let wanted):
                let (before, after) = (old.item.draft, wanted.draft)
                var told = after.audited
                // The address itself is a secret; that it was changed is not.
                if before.code != after.code { told["code"] = redacted }
                return (before == after ? [] : [("\(Item.auditName).changed", after.name, before.audited, told)])
                    + (old.sheet.isPaused == wanted.sheet.isPaused ? [] : [pausing(wanted.sheet.isPaused, after.name)])
            case .delete(let old):
                return [("\(Item.auditName).deleted", old.item.name, old.item.draft.audited, nil)]
            case .keep: return []
            }
        }
    }

    /// A line for each, and a line a field.
    var lines: [String] {
        steps.flatMap { step in
            switch step {
            case .add(let wanted):
                ["+ thêm \(Item.noun)“\(wanted.draft.name)”"]
                    + wanted.sheet.told.dropFirst().map { "    \($0.field.name): \($0.field.shown($0.value))" }
            case .change(let old, let wanted):
                ["~ sửa \(Item.noun)“\(old.item.name)”"]
                    + old.sheet.differences(to: wanted.sheet).map {
                        $0.field.name == "code"
                            ? "    code: đổi; địa chỉ báo tín hiệu đang dùng sẽ không dùng được nữa"
                            : "    \($0.field.name): \($0.field.shown($0.before)) → \($0.field.shown($0.after))"
                    }
            case .delete(let old): ["- xóa \(Item.noun)“\(old.item.name)”"]
            case .keep(let old): ["= giữ \(Item.noun)“\(old.item.name)” (không có trong tệp)"]
            }
        }
    }
}

extension CatalogueText.Entry {
    /// The same refusal, each sentence with the line that it speaks of.
    func placed(_ refusal: Refusal) -> Refusal {
        Refusal(
            refusal.problems.map {
                .init(field: $0.field, text: "Dòng \(lines[$0.field] ?? line): \($0.text)")
            }.sorted { (lines[$0.field] ?? line, $0.text) < (lines[$1.field] ?? line, $1.text) })
    }
}

extension SheetField {
    /// A value on one line. What may hold a secret is only said to be there.
    fileprivate func shown(_ value: SheetValue) -> String {
        switch value {
        case .none, .text(""), .list([]): "(trống)"
        case _ where isSecret: redacted
        case .text(let text): text.replacing("\n", with: " ⏎ ")
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .list(let list): list.joined(separator: ", ")
        }
    }
}
