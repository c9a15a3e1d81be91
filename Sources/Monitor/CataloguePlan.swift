import Organization

/// What a catalogue would change, found before anything is changed.
package struct CataloguePlan: Sendable {
    /// A monitor as it stands, and as a file would say it.
    struct Current: Sendable {
        let monitor: Monitor
        let sheet: MonitorSheet
    }

    /// What becomes of one monitor.
    enum Step: Sendable {
        case add(MonitorDraft, MonitorSheet)
        case change(Current, MonitorDraft, MonitorSheet)
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
                    steps.append(.add(draft, sheet))
                    continue
                }
                left[draft.name]?.removeFirst()
                if old.sheet == sheet { unchanged += 1 } else { steps.append(.change(old, draft, sheet)) }
            } catch {
                problems += error.problems.map {
                    .init(field: $0.field, text: "Dòng \(entry.lines[$0.field] ?? entry.line): \($0.text)")
                }
            }
        }
        if !problems.isEmpty { throw Refusal(problems) }
        let missing = current.filter { old in left[old.monitor.name]?.contains { $0.monitor.id == old.monitor.id } ?? false }
        self.steps = steps + missing.map { deletesMissing ? .delete($0) : .keep($0) }
        self.unchanged = unchanged
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
            case .add(_, let sheet):
                counts.added += 1
                lines.append("+ thêm “\(sheet.fields["name"] ?? "")”")
                lines += sheet.told.dropFirst().map { "    \($0.name): \(Self.shown($0.name, $0.value))" }
            case .change(let old, _, let sheet):
                counts.changed += 1
                lines.append("~ sửa “\(old.monitor.name)”")
                lines += Self.differences(old.sheet, sheet)
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

    private static func differences(_ old: MonitorSheet, _ new: MonitorSheet) -> [String] {
        var (before, after) = (old.fields, new.fields)
        (before["paused"], after["paused"]) = (old.isPaused ? "yes" : "no", new.isPaused ? "yes" : "no")
        for flag in MonitorSheet.flags {
            before[flag] = before[flag].map { $0.isEmpty ? "no" : "yes" }
            after[flag] = after[flag].map { $0.isEmpty ? "no" : "yes" }
        }
        return Set(before.keys).union(after.keys).sorted().compactMap { name in
            let (was, becomes) = (before[name] ?? "", after[name] ?? "")
            guard was != becomes else { return nil }
            return "    \(name): \(shown(name, was)) → \(shown(name, becomes))"
        }
    }

    /// A value on one line. What may hold a secret is only said to be there.
    private static func shown(_ name: String, _ value: String) -> String {
        if value.isEmpty { return "(trống)" }
        return MonitorSheet.secrets.contains(name) ? redacted : value.replacing("\n", with: " ⏎ ")
    }
}
