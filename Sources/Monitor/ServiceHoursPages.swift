import Civil
import Database
import HTTPTypes
import Hummingbird
import Organization
package import Web

/// `/availability/hours`: when the system is to be usable.
package struct ServiceHoursPages: Sendable {
    let monitors: MonitorStore

    package init(monitors: MonitorStore) {
        self.monitors = monitors
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/availability/hours", .readMonitors) { _, context in try await show(context) }
        routes.post("/availability/hours", .keepMonitors, use: decide)
    }

    private func show(
        _ context: SignedIn, _ form: Form = Form(), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let view = ServiceHoursView(
            rules: try await monitors.serviceHours(for: context.person),
            monitors: try await monitors.names(for: context.person), mayKeep: context.person.may(.keepMonitors),
            form: form, problems: problems, now: context.now)
        return context.page(
            view, title: problems.isEmpty ? "Giờ phục vụ" : "Lỗi: Giờ phục vụ",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func decide(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            let draft = try ServiceHoursDraft(typed, now: context.now)
            try await monitors.decide(
                draft, by: context.person, address: context.address, form: typed.key, at: context.now)
            return context.redirect(to: "/availability/hours", flash: "Đã ghi giờ phục vụ.")
        } refused: { problems in
            try await show(context, typed, problems: problems)
        }
    }
}

/// How the hours of a form are meant.
enum ServiceHoursMode: String, CaseIterable {
    case always, weekly, inherited

    var label: String {
        switch self {
        case .always: "24 giờ mỗi ngày, cả tuần"
        case .weekly: "Theo giờ trong tuần ghi dưới đây"
        case .inherited: "Như toàn hệ thống"
        }
    }
}

extension ServiceHoursDraft {
    fileprivate init(_ form: Form, now: Instant) throws(Refusal) {
        var form = form
        let mode = form.choice("mode", "Giờ phục vụ", ServiceHoursMode.self)
        let from = form.date("in_force_from", "Áp dụng từ", isRequired: true)
        let reason = form.required("reason", "Căn cứ", maximum: 2000)
        let monitor = Int64(form["monitor"]).map(Monitor.ID.init(rawValue:))
        if monitor == nil && !form["monitor"].isEmpty { form.note("monitor", "Áp dụng cho: cần chọn một mục trong danh sách.") }
        var hours: ServiceHours? = mode == .always ? .always : nil
        if mode == .weekly {
            do {
                hours = try ServiceHours(days: (1...7).map { form["day\($0)"] })
            } catch {
                form.note(error.problems)
                hours = .always
            }
        }
        let draft = ServiceHoursDraft(
            monitor: monitor, inForceFrom: from ?? CivilDate(inVietnam: now), hours: hours, reason: reason)
        do { try draft.check(at: now) } catch { form.note(error.problems) }
        try form.check()
        self = draft
    }
}

struct ServiceHoursView: PageView {
    static let template = "availability/hours"
    static let parts: [any View.Type] = [
        ServiceHoursRuleView.self, ServiceDayView.self, OptionView.self, ProblemView.self,
    ]

    let rules: [ServiceHoursRule]
    let monitors: [(id: Monitor.ID, name: String)]
    let mayKeep: Bool
    let form: Form
    let problems: [Refusal.Problem]
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "rules": { $0.rules.map(ServiceHoursRuleView.init) },
        "mayKeep": \.mayKeep,
        "monitors": { view in
            view.monitors.map {
                OptionView("\($0.id.rawValue)", $0.name, selected: "\($0.id.rawValue)" == view.form["monitor"])
            }
        },
        "monitorProblem": { $0.problems.text(for: "monitor") },
        "modes": { view in
            ServiceHoursMode.allCases.map { OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["mode"]) }
        },
        "modeProblem": { $0.problems.text(for: "mode") },
        "days": { view in
            ServiceHours.dayNames.enumerated().map {
                ServiceDayView(number: $0.offset + 1, name: $0.element, form: view.form, problems: view.problems)
            }
        },
        "inForceFrom": {
            $0.form["in_force_from"].isEmpty
                ? VietnameseFormat.localDate(CivilDate(inVietnam: $0.now).adding(days: 1)) : $0.form["in_force_from"]
        },
        "inForceFromProblem": { $0.problems.text(for: "in_force_from") },
        "reason": { $0.form["reason"] }, "reasonProblem": { $0.problems.text(for: "reason") },
    ]
}

struct ServiceDayView: View {
    let number: Int
    let name: String
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "dayField": { "day\($0.number)" }, "dayName": \.name, "dayTimes": { $0.form["day\($0.number)"] },
        "dayProblem": { $0.problems.text(for: "day\($0.number)") },
    ]
}

struct ServiceHoursRuleView: View {
    let rule: ServiceHoursRule

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "scope": { $0.rule.monitorName ?? "Toàn hệ thống" },
        "from": { VietnameseFormat.date($0.rule.inForceFrom) },
        "hours": { $0.rule.hours?.text ?? ServiceHoursMode.inherited.label },
        "basis": \.rule.reason, "decidedBy": \.rule.decidedBy,
        "decidedAt": { VietnameseFormat.moment($0.rule.decidedAt) },
    ]
}
