import Database
import Organization
import Web

/// A monitor as files and machines write it: the fields of its form by their names, so that one reading, one rule and
/// one set of words serve the form, the catalogue and the API, whatever kind of target there is.
package struct MonitorSheet: Hashable, Sendable {
    /// Every field of the monitor's kind as the form has it, but its agency by its code; empty where nothing was set.
    private(set) var fields: [String: String]
    /// What the form does not show: a file tells it, the API does not.
    let secrets: [String: String]
    let isPaused: Bool

    /// - Parameter agency: The code of the draft's agency.
    init(_ draft: MonitorDraft, isPaused: Bool, agency: String?) {
        (fields, secrets) = (draft.form.typed, draft.target.particulars.secrets)
        fields["agency"] = agency ?? ""
        self.isPaused = isPaused
    }

    /// What holds where nothing is said of a monitor of this kind.
    private static func standard(_ kind: String?) -> [String: String] {
        MonitorDraft.proposed(kind.flatMap(Target.Kind.init(rawValue:)) ?? .http).form.typed
    }

    /// Everything that the monitor's kind has, as machines read it.
    var settings: [String: SheetValue] {
        Dictionary(uniqueKeysWithValues: fields.map { ($0.key, SheetField.named($0.key).value(of: $0.value)) })
    }

    /// Everything, the secrets too, and whether it is paused.
    private var all: [String: String] {
        fields.merging(secrets) { $1 }.merging(["paused": isPaused ? "yes" : ""]) { $1 }
    }

    /// Where it differs from a monitor of which nothing was said, in the order in which people read it.
    var told: [(field: SheetField, value: SheetValue)] {
        let standard = Self.standard(fields["kind"])
        return all.filter { ["name", "kind"].contains($0.key) || $0.value != standard[$0.key] ?? "" }
            .map { (field: SheetField.named($0.key), text: $0.value) }
            .sorted { $0.field.precedes($1.field) }
            .map { (field: $0.field, value: $0.field.value(of: $0.text)) }
    }

    /// Where another one differs from it, in the order in which people read it; a field that a kind does not have is
    /// nothing.
    func differences(to other: MonitorSheet) -> [(field: SheetField, before: SheetValue, after: SheetValue)] {
        let (before, after) = (all, other.all)
        return Set(before.keys).union(after.keys)
            .filter { before[$0] != after[$0] }
            .map(SheetField.named)
            .sorted { $0.precedes($1) }
            .map { ($0, before[$0.name].map($0.value) ?? .none, after[$0.name].map($0.value) ?? .none) }
    }

    /// Reads what somebody wrote: what they leave out is as `base` has it, and what that does not have is as a form
    /// proposes it.
    ///
    /// - Parameters:
    ///   - agencies: Their numbers by code.
    /// - Throws: `Refusal` naming every field that cannot be read or that this kind does not have.
    static func read(
        _ written: [String: SheetValue], on base: [String: String] = [:], agencies: [String: Agency.ID]
    ) throws(Refusal) -> (draft: MonitorDraft, sheet: MonitorSheet) {
        let field = SheetField.named("kind")
        let kind = written[field.name].flatMap { field.text(of: $0, otherwise: "") } ?? base[field.name]
        let standard = Self.standard(kind)
        var (fields, problems) = (standard.merging(base) { $1 }, [Refusal.Problem]())
        for (name, value) in written.sorted(by: { $0.key < $1.key }) {
            let field = SheetField.named(name)
            if let text = field.text(of: value, otherwise: standard[name] ?? "") {
                fields[name] = text
            } else {
                problems.append(.init(field: name, text: field.demand))
            }
        }
        let code = fields["agency"] ?? ""
        let agency = agencies[code]
        if !code.isEmpty, agency == nil {
            problems.append(.init(field: "agency", text: "agency: không có cơ quan nào mang mã “\(code)”."))
        }
        fields["agency"] = agency.map { String($0.rawValue) } ?? ""
        let draft: MonitorDraft
        do {
            draft = try MonitorDraft(Form(fields))
            try draft.check()
        } catch {
            throw Refusal(problems + error.problems)
        }
        let sheet = MonitorSheet(draft, isPaused: fields["paused"]?.isEmpty == false, agency: agency.map { _ in code })
        for name in written.keys.sorted() where sheet.all[name] == nil {
            problems.append(.init(field: name, text: "\(name): loại \(draft.target.kind.rawValue) không có trường này."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
        return (draft, sheet)
    }
}
