/// What is sent to the server: a text with `$1`, `$2`, … and the values bound to it.
struct Statement: Sendable {
    let text: String
    let parameters: [Parameter]
    /// BEGIN and COMMIT are not: they ask for nothing.
    let isCounted: Bool

    init(_ sql: SQL) {
        (text, parameters, isCounted) = (sql.text, sql.parameters, true)
    }

    init(control text: String) {
        (self.text, parameters, isCounted) = (text, [], false)
    }

    static let begin = Statement(control: "BEGIN")
    static let commit = Statement(control: "COMMIT")
}
