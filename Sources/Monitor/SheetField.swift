/// How a field of the form is written where machines and files write it. Whatever is not in the table is a text, so a new
/// field needs a line here only when it is more than that, or when it has a place among the others. The fields of a step
/// of a journey (`step1_url`) are written as those without a number.
struct SheetField: Sendable {
    enum Shape: Hashable, Sendable {
        case text, number
        /// A box that a form ticks (`yes`, or nothing).
        case flag
        /// Several in one field of the form, parted by this.
        case list(String)
    }

    let name: String
    var shape = Shape.text
    /// Whether a value may be a credential.
    var isSecret = false

    /// In the order in which people read them.
    private static let table = [
        SheetField(name: "name"),
        SheetField(name: "code", isSecret: true),
        SheetField(name: "slug"),
        SheetField(name: "kind"),
        SheetField(name: "schedule"),
        SheetField(name: "period", shape: .number),
        SheetField(name: "period_unit"),
        SheetField(name: "expression"),
        SheetField(name: "zone"),
        SheetField(name: "grace", shape: .number),
        SheetField(name: "grace_unit"),
        SheetField(name: "is_daily_backup", shape: .flag),
        SheetField(name: "url"),
        SheetField(name: "host"),
        SheetField(name: "port", shape: .number),
        SheetField(name: "dns_name"),
        SheetField(name: "record"),
        SheetField(name: "server"),
        SheetField(name: "expected", shape: .list("\n")),
        SheetField(name: "encryption"),
        SheetField(name: "minimum_days", shape: .number),
        SheetField(name: "database"),
        SheetField(name: "user"),
        SheetField(name: "password", isSecret: true),
        SheetField(name: "statement"),
        SheetField(name: "expected_value"),
        SheetField(name: "send", isSecret: true),
        SheetField(name: "expect"),
        SheetField(name: "method"),
        SheetField(name: "headers", shape: .list("\n"), isSecret: true),
        SheetField(name: "body", isSecret: true),
        SheetField(name: "accepted_statuses"),
        SheetField(name: "keyword"),
        SheetField(name: "keyword_mode"),
        SheetField(name: "json_conditions", shape: .list("\n")),
        SheetField(name: "header_conditions", shape: .list("\n")),
        SheetField(name: "extractions", shape: .list("\n")),
        SheetField(name: "size_limit", shape: .number),
        SheetField(name: "follow_redirects", shape: .flag),
        SheetField(name: "verify_tls", shape: .flag),
        SheetField(name: "family"),
        SheetField(name: "interval", shape: .number),
        SheetField(name: "retry_interval", shape: .number),
        SheetField(name: "timeout", shape: .number),
        SheetField(name: "confirm_after", shape: .number),
        SheetField(name: "recover_after", shape: .number),
        SheetField(name: "degraded_ms", shape: .number),
        SheetField(name: "degraded_after", shape: .number),
        SheetField(name: "component"),
        SheetField(name: "group"),
        SheetField(name: "tags", shape: .list(", ")),
        SheetField(name: "parent"),
        SheetField(name: "agency"),
        paused,
    ]

    /// Not of the form: there it is a command of its own.
    static let paused = SheetField(name: "paused", shape: .flag)

    private static let places = Dictionary(uniqueKeysWithValues: table.enumerated().map { ($1.name, $0) })

    static func named(_ name: String) -> SheetField {
        guard let known = places[stem(of: name).name].map({ table[$0] }) else { return SheetField(name: name) }
        return SheetField(name: name, shape: known.shape, isSecret: known.isSecret)
    }

    /// Whether people read `self` before the other: steps in their order after all else; what is not in the table comes
    /// last, by name.
    func precedes(_ other: SheetField) -> Bool { rank < other.rank }

    private var rank: (step: Int, place: Int, name: String) {
        let stem = Self.stem(of: name)
        return (stem.step, Self.places[stem.name] ?? Self.table.count, name)
    }

    private static func stem(of name: String) -> (step: Int, name: String) {
        guard let match = name.wholeMatch(of: /step(\d{1,2})_(.+)/) else { return (0, name) }
        return (Int(match.1) ?? 0, String(match.2))
    }

    /// - Parameter text: As the form has it.
    func value(of text: String) -> SheetValue {
        switch shape {
        case .text: .text(text)
        case .number: Int(text).map(SheetValue.number) ?? .none
        case .flag: .flag(!text.isEmpty)
        case .list(let separator): .list(text.split(separator: separator).map(String.init))
        }
    }

    /// As the form has it; nil for what this field cannot be.
    /// - Parameter standard: What it is where nothing is said.
    func text(of value: SheetValue, otherwise standard: String) -> String? {
        switch (shape, value) {
        case (_, .none): standard
        case (.flag, .flag(let flag)): flag ? "yes" : ""
        case (.flag, .text(let word)): ["yes": "yes", "true": "yes", "no": "", "false": ""][word]
        case (.list(let separator), .list(let list)): list.joined(separator: separator)
        case (.text, .text(let text)), (.number, .text(let text)), (.list, .text(let text)): text
        case (.text, .number(let number)), (.number, .number(let number)): String(number)
        default: nil
        }
    }

    /// What to say of a value that `text(of:)` does not know.
    var demand: String {
        switch shape {
        case .text, .number: "\(name): cần một giá trị."
        case .flag: "\(name): cần ghi true hoặc false."
        case .list: "\(name): cần một dãy giá trị."
        }
    }
}
