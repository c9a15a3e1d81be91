package import Civil
package import Database
package import Organization

/// Nấc báo động: after so long without anybody who has taken an incident up, these people are written to.
package struct EscalationStep: Hashable, Sendable {
    package typealias ID = RowID<EscalationStep>

    package struct Recipient: Hashable, Sendable {
        package let name: String
        package let address: String
    }

    package let id: ID
    /// After the outage was detected.
    package let after: Duration
    package let recipients: [Recipient]
}

extension EscalationStep: PostgresRow {
    package static var columns: String { "id, after_minutes, recipients" }

    package init(row: inout RowReader) throws {
        id = try row.read()
        after = .seconds(try row.read(Int.self) * 60)
        recipients = EscalationDraft.recipients(typed: try row.read()).0
    }
}

/// What somebody typed of a step.
package struct EscalationDraft: Hashable, Sendable {
    package var minutes: Int
    /// One a line: `Phạm Thùy Linh <linh@ninhbinh.gov.vn>`, or the address alone.
    package var recipients: String

    package init(minutes: Int, recipients: String) {
        self.minutes = minutes
        self.recipients = recipients
    }

    /// - Throws: `Refusal` with everything that is not fit, named after the fields of the form.
    package func check() throws(Refusal) {
        var problems: [Refusal.Problem] = []
        if !(0...10_080).contains(minutes) {
            problems.append(.init(field: "after_minutes", text: "Sau (phút): cần từ 0 đến 10080."))
        }
        let (fit, unfit) = Self.recipients(typed: recipients)
        if fit.isEmpty, unfit.isEmpty { problems.append(.init(field: "recipients", text: "Người nhận: cần ít nhất một.")) }
        for line in unfit {
            problems.append(.init(field: "recipients", text: "Người nhận “\(line)”: cần dạng Họ tên <ten@coquan.gov.vn>."))
        }
        if fit.count > 20 { problems.append(.init(field: "recipients", text: "Người nhận: tối đa 20.")) }
        if !problems.isEmpty { throw Refusal(problems) }
    }

    /// Who can be written to, and the lines in which nobody is named.
    static func recipients(typed text: String) -> ([EscalationStep.Recipient], [String]) {
        var fit: [EscalationStep.Recipient] = []
        var unfit: [String] = []
        for line in text.split(separator: "\n").map({ $0.trimmingPrefix(while: \.isWhitespace) }) where !line.isEmpty {
            let sides = line.split(separator: "<", maxSplits: 1, omittingEmptySubsequences: false)
            let isNamed = sides.count == 2
            let name = isNamed ? words(sides[0]) : ""
            var address = words(isNamed ? sides[1] : sides[0])
            if isNamed, address.hasSuffix(">") { address.removeLast() }
            if isEmailAddress(address), isNamed == line.contains(">") {
                fit.append(.init(name: name.isEmpty ? address : name, address: address))
            } else {
                unfit.append(String(line))
            }
        }
        return (fit, unfit)
    }

    private static func words(_ text: Substring) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// A letter that is due: which step, and how often it has been said before.
package struct EscalationRound: Hashable, Sendable {
    package let step: EscalationStep.ID
    /// 0 the first time.
    package let number: Int
}

extension EscalationStep {
    /// Which round of this step is due at `now`; nil before its time.
    ///
    /// Rounds that nobody could send in time, because the console did not run, are not made up for: only the newest one is
    /// said, once.
    ///
    /// - Parameters:
    ///   - detectedAt: When the outage was confirmed.
    ///   - pause: From one round to the next; nil: it is said once.
    package func round(of detectedAt: Instant, every pause: Duration?, at now: Instant) -> EscalationRound? {
        let late = now - (detectedAt + after)
        guard late >= .zero else { return nil }
        guard let pause, pause > .zero else { return EscalationRound(step: id, number: 0) }
        return EscalationRound(step: id, number: Int(late.inSeconds / pause.inSeconds))
    }
}
