package import Civil
package import Database
package import Organization

/// What was tested on an upgrade before it is announced (Điều 21.6): a record of its own beside the notice, frozen with its
/// publication.
package struct UpgradeTest: Hashable, Sendable {
    package enum Verdict: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case passed, failed

        package var label: String {
            switch self {
            case .passed: "Đạt"
            case .failed: "Không đạt"
            }
        }

        /// The look of its badge; see docs/look.md.
        var badge: String {
            switch self {
            case .passed: "met"
            case .failed: "missing"
            }
        }
    }

    /// Nil for one that was written as free text before there was a form.
    package let draft: UpgradeTestDraft?
    /// What was written as free text before there was a form.
    package let legacyText: String?
    package let version: Int
    package let writer: String
    package let updatedAt: Instant

    package init(
        draft: UpgradeTestDraft?, legacyText: String? = nil, version: Int = 1, writer: String, updatedAt: Instant
    ) {
        self.draft = draft
        self.legacyText = legacyText
        self.version = version
        self.writer = writer
        self.updatedAt = updatedAt
    }

    /// The field that a refusal at the gate names.
    package static let gateField = "test"

    /// Why an upgrade with this record is not announced; nil when it may be.
    package static func gate(_ test: UpgradeTest?) -> String? {
        let duty = "Điều 21.6: phải kiểm tra, thử nghiệm bản nâng cấp trước khi thông báo"
        guard let test else { return "\(duty); chưa có hồ sơ thử nghiệm." }
        guard let draft = test.draft else { return "\(duty); kết quả ghi tự do trước đây cần ghi lại theo mẫu." }
        return draft.verdict == .passed ? nil : "\(duty); kết luận thử nghiệm là “\(draft.verdict.label)”."
    }
}

/// What somebody typed of a test.
package struct UpgradeTestDraft: Hashable, Sendable {
    package var version: String
    package var changes: String
    package var environment: String
    package var plan: String
    package var casesPassed: Int
    package var casesFailed: Int
    package var tester: String
    package var approver: String
    /// Words, or where it lies.
    package var evidence: String
    package var verdict: UpgradeTest.Verdict

    package init(
        version: String, changes: String, environment: String, plan: String, casesPassed: Int, casesFailed: Int,
        tester: String, approver: String, evidence: String, verdict: UpgradeTest.Verdict
    ) {
        self.version = version
        self.changes = changes
        self.environment = environment
        self.plan = plan
        self.casesPassed = casesPassed
        self.casesFailed = casesFailed
        self.tester = tester
        self.approver = approver
        self.evidence = evidence
        self.verdict = verdict
    }

    private var texts: [(field: String, label: String, value: String, maximum: Int)] {
        [
            ("tested_version", "Phiên bản", version, 100), ("changes", "Nội dung thay đổi", changes, 10_000),
            ("environment", "Môi trường thử", environment, 1000), ("plan", "Kịch bản thử", plan, 10_000),
            ("tester", "Người thử", tester, 200), ("approver", "Người phê duyệt kết quả", approver, 200),
            ("evidence", "Minh chứng", evidence, 10_000),
        ]
    }

    /// Everything that is wrong with it.
    package var problems: [Refusal.Problem] {
        var problems = texts.compactMap { field, label, value, maximum in
            value.isEmpty
                ? .init(field: field, text: "\(label): cần nhập.")
                : Refusal.tooLong(field, label, value, maximum: maximum)
        }
        if !tester.isEmpty && Folding.folded(tester) == Folding.folded(approver) {
            problems.append(.init(field: "approver", text: "Người phê duyệt kết quả phải khác người thử."))
        }
        for (field, label, count) in [
            ("cases_passed", "Số ca đạt", casesPassed), ("cases_failed", "Số ca không đạt", casesFailed),
        ] where !Self.counts.contains(count) {
            problems.append(.init(field: field, text: "\(label): cần một số nguyên từ 0 đến \(Self.counts.upperBound)."))
        }
        if verdict == .passed && casesPassed == 0 {
            problems.append(.init(field: "verdict", text: "Kết luận đạt cần ít nhất một ca đạt."))
        }
        if verdict == .passed && casesFailed > 0 {
            problems.append(.init(field: "verdict", text: "Còn ca không đạt thì chưa kết luận đạt: sửa rồi thử lại."))
        }
        return problems
    }

    /// How many cases a test may have.
    package static let counts = 0...100_000

    /// - Throws: `Refusal` with everything that is wrong.
    package func check() throws(Refusal) {
        let problems = problems
        if !problems.isEmpty { throw Refusal(problems) }
    }

    /// What the form asks, in its order.
    var fields: [TypedField] {
        let words = Dictionary(uniqueKeysWithValues: texts.map { ($0.field, TypedField($0.field, $0.label, $0.value)) })
        return ["tested_version", "changes", "environment", "plan"].compactMap { words[$0] } + [
            TypedField("cases_passed", "Số ca đạt", String(casesPassed)),
            TypedField("cases_failed", "Số ca không đạt", String(casesFailed)),
        ] + ["tester", "approver", "evidence"].compactMap { words[$0] } + [TypedField("verdict", "Kết luận", verdict.label)]
    }

    /// For the audit trail.
    var audited: [String: String?] {
        [
            "version": version, "changes": changes, "environment": environment, "plan": plan,
            "cases_passed": String(casesPassed), "cases_failed": String(casesFailed), "tester": tester,
            "approver": approver, "evidence": evidence, "verdict": verdict.rawValue,
        ]
    }
}

extension UpgradeTest: PostgresRow {
    /// For `notice_tests t JOIN users u`.
    package static var columns: String {
        """
        t.is_legacy, t.tested_version, t.changes, t.environment, t.plan, t.cases_passed, t.cases_failed, t.tester,
        t.approver, t.evidence, t.verdict, t.version, u.full_name, t.updated_at
        """
    }

    package init(row: inout RowReader) throws {
        let isLegacy = try row.read(Bool.self)
        let (version, changes) = (try row.read(String.self), try row.read(String.self))
        let (environment, plan) = (try row.read(String.self), try row.read(String.self))
        let (passed, failed) = (try row.read(Int?.self), try row.read(Int?.self))
        let (tester, approver) = (try row.read(String.self), try row.read(String.self))
        let (evidence, verdict) = (try row.read(String.self), try row.read(Verdict?.self))
        legacyText = isLegacy ? evidence : nil
        draft =
            if let passed, let failed, let verdict, !isLegacy {
                UpgradeTestDraft(
                    version: version, changes: changes, environment: environment, plan: plan, casesPassed: passed,
                    casesFailed: failed, tester: tester, approver: approver, evidence: evidence, verdict: verdict)
            } else {
                nil
            }
        self.version = try row.read()
        writer = try row.read()
        updatedAt = try row.read()
    }
}
