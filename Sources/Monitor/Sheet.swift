import Database
import Foundation
import Organization
import Web

/// A draft that is written as a sheet: that of a monitor, or of a heartbeat.
protocol SheetDraft: Hashable, Sendable {
    var name: String { get }
    var agency: Agency.ID? { get }
    /// Every field of its kind as the form has it, its agency by its number; empty where nothing was set.
    var fields: [String: String] { get }
    /// What the form does not show: a file tells it, the API does not.
    var secrets: [String: String] { get }
    /// By what a catalogue may know it besides its name: the secret of a heartbeat's address.
    var code: UUID? { get }
    /// What the audit trail keeps of it.
    var audited: [String: String?] { get }
    /// The kind, as a sentence names it.
    var kindInWords: String { get }

    /// The field that says which others there are.
    static var kindField: String { get }
    /// What is told even where it is as in a new one.
    static var alwaysTold: Set<String> { get }
    /// What holds where nothing is said of one of this kind; of a kind that there is not, of the usual one.
    static func standard(_ kind: String?) -> [String: String]

    /// - Parameter form: The fields and the secrets.
    /// - Throws: `Refusal` for what cannot be read.
    init(sheet form: Form) throws(Refusal)
    /// What is wrong with it, whatever time it is, named after the fields.
    var problems: [Refusal.Problem] { get }
}

/// A monitor or a heartbeat as files and machines write it: the fields of its form by their names, so that one reading,
/// one rule and one set of words serve the form, the catalogue and the API, whatever there is to be said.
struct Sheet<Draft: SheetDraft>: Hashable, Sendable {
    /// Every field of its kind as the form has it, but its agency by its code; empty where nothing was set.
    private(set) var fields: [String: String]
    let secrets: [String: String]
    let isPaused: Bool

    /// - Parameter agency: The code of the draft's agency.
    init(_ draft: Draft, isPaused: Bool, agency: String?) {
        (fields, secrets) = (draft.fields, draft.secrets)
        fields["agency"] = agency ?? ""
        self.isPaused = isPaused
    }

    /// Everything that its kind has, as machines read it.
    var settings: [String: SheetValue] {
        Dictionary(uniqueKeysWithValues: fields.map { ($0.key, SheetField.named($0.key).value(of: $0.value)) })
    }

    /// Everything, the secrets too, and whether it is paused.
    private var all: [String: String] {
        fields.merging(secrets) { $1 }.merging(["paused": isPaused ? "yes" : ""]) { $1 }
    }

    /// Where it differs from one of which nothing was said, in the order in which people read it.
    var told: [(field: SheetField, value: SheetValue)] {
        let standard = Draft.standard(fields[Draft.kindField])
        return all.filter { Draft.alwaysTold.contains($0.key) || $0.value != standard[$0.key] ?? "" }
            .map { (field: SheetField.named($0.key), text: $0.value) }
            .sorted { $0.field.precedes($1.field) }
            .map { (field: $0.field, value: $0.field.value(of: $0.text)) }
    }

    /// Where another one differs from it, in the order in which people read it; a field that a kind does not have is
    /// nothing.
    func differences(to other: Sheet) -> [(field: SheetField, before: SheetValue, after: SheetValue)] {
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
    ) throws(Refusal) -> (draft: Draft, sheet: Sheet) {
        let field = SheetField.named(Draft.kindField)
        let kind = written[field.name].flatMap { field.text(of: $0, otherwise: "") } ?? base[field.name]
        let standard = Draft.standard(kind)
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
        let draft: Draft
        do {
            draft = try Draft(sheet: Form(fields))
        } catch {
            throw Refusal(problems + error.problems)
        }
        problems += draft.problems
        let sheet = Sheet(draft, isPaused: fields["paused"]?.isEmpty == false, agency: agency.map { _ in code })
        for name in written.keys.sorted() where sheet.all[name] == nil {
            problems.append(.init(field: name, text: "\(name): \(draft.kindInWords) không có trường này."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
        return (draft, sheet)
    }
}

typealias MonitorSheet = Sheet<MonitorDraft>

extension MonitorDraft: SheetDraft {
    var fields: [String: String] { form.typed }
    var secrets: [String: String] { target.particulars.secrets }
    var code: UUID? { nil }
    var kindInWords: String { "loại \(target.kind.rawValue)" }

    static var kindField: String { "kind" }
    static var alwaysTold: Set<String> { ["name", "kind"] }

    static func standard(_ kind: String?) -> [String: String] {
        proposed(kind.flatMap(Target.Kind.init(rawValue:)) ?? .http).fields
    }

    init(sheet form: Form) throws(Refusal) { try self.init(form) }
}

extension HeartbeatDraft: SheetDraft {
    var fields: [String: String] { form.typed.filter { Self.isTold($0.key, of: schedule.kind) } }
    var secrets: [String: String] { ["code": code?.uuidString.lowercased() ?? ""] }
    var kindInWords: String { "lịch hẹn \(schedule.kind.rawValue)" }

    static var kindField: String { "schedule" }

    /// A number without its unit would be misread, and a time without its zone.
    static var alwaysTold: Set<String> {
        ["name", "schedule", "period", "period_unit", "expression", "zone", "grace", "grace_unit"]
    }

    static func standard(_ kind: String?) -> [String: String] {
        let kind = kind.flatMap(HeartbeatSchedule.Kind.init(rawValue:)) ?? .period
        return proposed.form.typed.merging(["schedule": kind.rawValue]) { $1 }.filter { isTold($0.key, of: kind) }
    }

    private static func isTold(_ field: String, of kind: HeartbeatSchedule.Kind) -> Bool {
        switch field {
        case "period", "period_unit": kind == .period
        case "expression", "zone": kind != .period
        default: true
        }
    }

    init(sheet form: Form) throws(Refusal) {
        try self.init(form)
        guard !form["code"].isEmpty else { return }
        code = UUID(uuidString: form["code"])
        if code == nil {
            throw Refusal(field: "code", "code: cần mã 36 ký tự trong địa chỉ báo tín hiệu, hoặc bỏ trống để có mã mới.")
        }
    }
}
