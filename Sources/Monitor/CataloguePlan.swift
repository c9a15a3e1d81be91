import Organization

/// What a catalogue would change, found before anything is changed.
package struct CataloguePlan: Sendable {
    /// A monitor as it stands, and as a file would say it.
    struct Current: Sendable {
        let monitor: Monitor
        let sheet: MonitorSheet
    }

    /// A monitor as the file wants it.
    struct Wanted: Sendable {
        let draft: MonitorDraft
        let sheet: MonitorSheet
        let entry: CatalogueText.Entry
    }

    /// What becomes of one monitor.
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

    /// A monitor is known by its name; of several with one name, the first in the file is the oldest.
    ///
    /// - Parameters:
    ///   - current: All monitors, oldest first.
    ///   - agencies: Their numbers by code.
    ///   - deletesMissing: Whether what the file does not name goes.
    /// - Throws: `Refusal`, each sentence with its line.
    init(
        from current: [Current], to entries: [CatalogueText.Entry], agencies: [String: Agency.ID], deletesMissing: Bool
    ) throws(Refusal) {
        var left = Dictionary(grouping: current) { $0.monitor.name }
        var (steps, unchanged, problems): ([Step], Int, [Refusal.Problem]) = ([], 0, [])
        for entry in entries {
            do {
                let (draft, sheet) = try MonitorSheet.read(entry.fields, agencies: agencies)
                guard let old = left[draft.name]?.first else {
                    steps.append(.add(Wanted(draft: draft, sheet: sheet, entry: entry)))
                    continue
                }
                left[draft.name]?.removeFirst()
                // As in the form, a password that is not said stays what it was.
                let kept = draft.keepingSecrets(of: old.monitor)
                if old.monitor.draft == kept, old.sheet.isPaused == sheet.isPaused {
                    unchanged += 1
                } else {
                    let whole = MonitorSheet(kept, isPaused: sheet.isPaused, agency: sheet.fields["agency"])
                    steps.append(.change(old, Wanted(draft: kept, sheet: whole, entry: entry)))
                }
            } catch {
                problems += entry.placed(error).problems
            }
        }
        if !problems.isEmpty { throw Refusal(problems) }
        let missing = current.filter { old in left[old.monitor.name]?.contains { $0.monitor.id == old.monitor.id } ?? false }
        self.steps = steps + missing.map { deletesMissing ? .delete($0) : .keep($0) }
        self.unchanged = unchanged
    }

    /// The monitors that it changes or deletes, as they stood when it was made.
    var touched: [Monitor] {
        steps.compactMap { step in
            switch step {
            case .change(let old, _), .delete(let old): old.monitor
            case .add, .keep: nil
            }
        }
    }

    /// Whether anything would be different afterwards.
    package var changesNothing: Bool {
        steps.allSatisfy { if case .keep = $0 { true } else { false } }
    }

    /// The plan, a line a monitor and a line a field, and the sum of it.
    package var text: String {
        var (lines, counts) = ([String](), (added: 0, changed: 0, deleted: 0, kept: 0))
        for step in steps {
            switch step {
            case .add(let wanted):
                counts.added += 1
                lines.append("+ thêm “\(wanted.draft.name)”")
                lines += wanted.sheet.told.dropFirst().map { "    \($0.field.name): \($0.field.shown($0.value))" }
            case .change(let old, let wanted):
                counts.changed += 1
                lines.append("~ sửa “\(old.monitor.name)”")
                lines += old.sheet.differences(to: wanted.sheet).map {
                    "    \($0.field.name): \($0.field.shown($0.before)) → \($0.field.shown($0.after))"
                }
            case .delete(let old):
                counts.deleted += 1
                lines.append("- xóa “\(old.monitor.name)”")
            case .keep(let old):
                counts.kept += 1
                lines.append("= giữ “\(old.monitor.name)” (không có trong tệp)")
            }
        }
        lines.append(
            "Thêm \(counts.added), sửa \(counts.changed), xóa \(counts.deleted), giữ ngoài tệp \(counts.kept), không đổi \(unchanged).")
        return lines.joined(separator: "\n")
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
