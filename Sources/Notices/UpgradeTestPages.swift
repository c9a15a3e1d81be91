import Hummingbird
import Organization
import Web

/// The test record of an upgrade (Điều 21.6).
extension NoticePages {
    func addTests(to routes: inout RouteTable) {
        routes.get("/notices/:code/test", .writeNotices, use: editTest)
        routes.post("/notices/:code/test", .writeNotices, use: keepTest)
    }

    @Sendable private func editTest(_ request: Request, _ context: SignedIn) async throws -> Response {
        let notice = try await find(context)
        return try await context.submit {
            try NoticeStep.test.check(notice, in: notice.state(at: context.now))
            let stored = try await notices.test(of: notice)
            return testForm(notice, stored?.version ?? 0, Form(stored), context)
        } refused: { problems in
            try await show(context, problems: problems)
        }
    }

    @Sendable private func keepTest(_ request: Request, _ context: SignedIn) async throws -> Response {
        let notice = try await find(context)
        let form = try await Form(request)
        return try await edited(form, context) { version in
            let isTakenBack = try await notices.keep(
                UpgradeTestDraft(form), for: notice.code, version: version, by: context.person, address: context.address,
                form: form.key, at: context.now)
            return saved(notice, isTakenBack, context)
        } again: { version, problems in
            testForm(notice, version, form, context, problems)
        }
    }

    private func testForm(
        _ notice: Notice, _ version: Int, _ form: Form, _ context: SignedIn, _ problems: [Refusal.Problem] = []
    ) -> Response {
        context.page(
            UpgradeTestFormView(notice: notice, version: version, form: form, problems: problems),
            title: "\(problems.isEmpty ? "" : "Lỗi: ")Hồ sơ thử nghiệm \(notice.code)",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }
}

extension UpgradeTestDraft {
    /// - Throws: `Refusal` with everything that is wrong.
    fileprivate init(_ typed: Form) throws(Refusal) {
        var form = typed
        let passed = form.integer("cases_passed", "Số ca đạt", Self.counts)
        let failed = form.integer("cases_failed", "Số ca không đạt", Self.counts)
        let verdict = form.choice("verdict", "Kết luận", UpgradeTest.Verdict.self)
        self.init(
            version: form["tested_version"], changes: form["changes"], environment: form["environment"],
            plan: form["plan"], casesPassed: passed ?? 0, casesFailed: failed ?? 0, tester: form["tester"],
            approver: form["approver"], evidence: form["evidence"], verdict: verdict ?? .failed)
        form.note(problems)
        try form.check()
    }
}

extension Form {
    /// What was written as free text before there was a form stands where evidence does.
    fileprivate init(_ test: UpgradeTest?) {
        guard let draft = test?.draft else {
            self.init(["evidence": test?.legacyText ?? ""])
            return
        }
        self.init([
            "tested_version": draft.version, "changes": draft.changes, "environment": draft.environment,
            "plan": draft.plan, "cases_passed": String(draft.casesPassed), "cases_failed": String(draft.casesFailed),
            "tester": draft.tester, "approver": draft.approver, "evidence": draft.evidence,
            "verdict": draft.verdict.rawValue,
        ])
    }
}

struct UpgradeTestFormView: PageView {
    static let template = "notices/test"
    static let parts: [any View.Type] = [OptionView.self, ProblemView.self]

    let notice: Notice
    let version: Int
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "code": \.notice.code, "title": \.notice.title,
        "takesBack": { $0.notice.submittedAt != nil }, "version": { String($0.version) },
        "testedVersion": { $0.form["tested_version"] }, "testedVersionProblem": { $0.problems.text(for: "tested_version") },
        "changes": { $0.form["changes"] }, "changesProblem": { $0.problems.text(for: "changes") },
        "environment": { $0.form["environment"] }, "environmentProblem": { $0.problems.text(for: "environment") },
        "plan": { $0.form["plan"] }, "planProblem": { $0.problems.text(for: "plan") },
        "casesPassed": { $0.form["cases_passed"] }, "casesPassedProblem": { $0.problems.text(for: "cases_passed") },
        "casesFailed": { $0.form["cases_failed"] }, "casesFailedProblem": { $0.problems.text(for: "cases_failed") },
        "tester": { $0.form["tester"] }, "testerProblem": { $0.problems.text(for: "tester") },
        "approver": { $0.form["approver"] }, "approverProblem": { $0.problems.text(for: "approver") },
        "evidence": { $0.form["evidence"] }, "evidenceProblem": { $0.problems.text(for: "evidence") },
        "verdicts": { view in
            UpgradeTest.Verdict.allCases.map {
                OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["verdict"])
            }
        },
        "verdictProblem": { $0.problems.text(for: "verdict") },
    ]
}
