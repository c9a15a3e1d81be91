import Database
import Organization
import Web

/// A monitor as files and machines write it: the fields of its form by their names, so that one reading, one rule and
/// one set of words serve the form, the catalogue and the API, whatever kind of target there is.
package struct MonitorSheet: Hashable, Sendable {
    /// Every field of the monitor's kind; empty where nothing was set.
    package private(set) var fields: [String: String]
    package var isPaused: Bool

    /// - Parameter agency: The code of the draft's agency.
    init(_ draft: MonitorDraft, isPaused: Bool, agency: String?) {
        fields = draft.form.typed
        fields["agency"] = agency ?? ""
        self.isPaused = isPaused
    }

    /// Fields that are either on or off. A form ticks them (`yes`, or nothing).
    static let flags: Set<String> = ["follow_redirects", "verify_tls"]

    /// Fields whose values may be credentials.
    static let secrets: Set<String> = ["headers"]

    /// What holds where nothing is said.
    static let standard = MonitorDraft.proposed.form.typed

    /// The fields in which it differs from a monitor of which nothing was said, in the order in which people read them.
    package var told: [(name: String, value: String)] {
        let known = Dictionary(uniqueKeysWithValues: Self.order.enumerated().map { ($1, $0) })
        return fields
            .filter { ["name", "kind"].contains($0.key) || $0.value != Self.standard[$0.key] ?? "" }
            .sorted { (known[$0.key] ?? known.count, $0.key) < (known[$1.key] ?? known.count, $1.key) }
            .map { (name: $0.key, value: Self.flags.contains($0.key) ? ($0.value.isEmpty ? "no" : "yes") : $0.value) }
            + (isPaused ? [(name: "paused", value: "yes")] : [])
    }

    private static let order = [
        "name", "kind", "url", "host", "port", "method", "headers", "accepted_statuses", "keyword", "keyword_mode",
        "follow_redirects", "verify_tls", "family", "interval", "retry_interval", "timeout", "confirm_after",
        "recover_after", "degraded_ms", "degraded_after", "component", "group", "tags", "parent", "agency",
    ]

    /// Reads what somebody wrote: what they leave out is as `base` has it.
    ///
    /// - Parameters:
    ///   - written: Field → text, in the words of the form; `paused`, and whatever is on or off, is `yes` or `no`.
    ///   - agencies: Their numbers by code.
    /// - Throws: `Refusal` naming every field that cannot be read or that this kind does not have.
    static func read(
        _ written: [String: String], on base: [String: String] = standard, isPaused: Bool = false,
        agencies: [String: Agency.ID]
    ) throws(Refusal) -> (draft: MonitorDraft, sheet: MonitorSheet) {
        var (fields, problems) = (base, [Refusal.Problem]())
        var paused = isPaused
        for (name, value) in written.sorted(by: { $0.key < $1.key }) {
            guard flags.contains(name) || name == "paused" else {
                fields[name] = value
                continue
            }
            guard ["yes", "no"].contains(value) else {
                problems.append(.init(field: name, text: "\(name): cần ghi yes hoặc no."))
                continue
            }
            if name == "paused" { paused = value == "yes" } else { fields[name] = value == "yes" ? "yes" : "" }
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
        let sheet = MonitorSheet(draft, isPaused: paused, agency: code.isEmpty ? nil : code)
        for name in written.keys.sorted() where name != "paused" && sheet.fields[name] == nil {
            problems.append(.init(field: name, text: "\(name): loại \(draft.target.kind.rawValue) không có trường này."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
        return (draft, sheet)
    }
}
