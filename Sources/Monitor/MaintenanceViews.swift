import Civil
import Database
import Organization
import Web

struct MaintenanceListView: PageView {
    static let template = "monitors/maintenance"
    static let parts: [any View.Type] = [
        MaintenanceWindowView.self, MaintenanceScheduleView.self, BadgeView.self, ProblemView.self,
    ]

    let windows: [MaintenanceWindow]
    let schedules: [MaintenanceSchedule]
    let mayKeep: Bool
    let now: Instant
    let problems: [Refusal.Problem]

    private func rows(_ states: MaintenanceWindow.State...) -> [MaintenanceWindowView] {
        windows.filter { states.contains($0.state(at: now)) }
            .map { MaintenanceWindowView(window: $0, mayKeep: mayKeep, now: now) }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "mayKeep": \.mayKeep,
        "coming": { $0.rows(.underWay, .planned) }, "past": { $0.rows(.over, .cancelled) },
        "schedules": { view in view.schedules.map { MaintenanceScheduleView(schedule: $0, mayKeep: view.mayKeep) } },
    ]
}

struct MaintenanceWindowView: View {
    let window: MaintenanceWindow
    let mayKeep: Bool
    let now: Instant

    private var state: MaintenanceWindow.State { window.state(at: now) }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "title": \.window.title, "scope": \.window.scopeText, "isRecurring": \.window.isRecurring,
        "state": { BadgeView(kind: $0.state.badge, label: $0.state.label) },
        "begins": { $0.window.during.lower.map(VietnameseFormat.moment) },
        "ends": { $0.window.during.upper.map(VietnameseFormat.moment) },
        "planned": { view in
            guard view.window.startedAt != nil || view.window.endedAt != nil else { return nil }
            let (from, to) = (view.window.planned.lower, view.window.planned.upper)
            return "\(from.map(VietnameseFormat.moment) ?? "") – \(to.map(VietnameseFormat.moment) ?? "")"
        },
        "notice": \.window.notice, "noticeHref": { $0.window.notice.map { "/notices/\($0)" } },
        "startHref": { $0.mayKeep && $0.state == .planned ? "/monitors/maintenance/\($0.window.id.rawValue)/start" : nil },
        "endHref": { $0.mayKeep && $0.state == .underWay ? "/monitors/maintenance/\($0.window.id.rawValue)/end" : nil },
        "cancelHref": {
            $0.mayKeep && $0.state == .planned ? "/monitors/maintenance/\($0.window.id.rawValue)/cancellation" : nil
        },
    ]
}

struct MaintenanceScheduleView: View {
    let schedule: MaintenanceSchedule
    let mayKeep: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "title": \.schedule.title, "scope": \.schedule.scopeText, "rhythm": \.schedule.rhythm.text,
        "firstDay": { VietnameseFormat.date($0.schedule.rhythm.firstDay) },
        "lastDay": { $0.schedule.rhythm.lastDay.map(VietnameseFormat.date) },
        "endScheduleHref": { $0.mayKeep ? "/monitors/maintenance/schedules/\($0.schedule.id.rawValue)/end" : nil },
    ]
}

struct MaintenanceFormView: PageView {
    static let template = "monitors/maintenance-form"
    static let parts: [any View.Type] = [OptionView.self, ProblemView.self]

    let groups: [String]
    let components: [String]
    let announcements: [Announcement]
    let form: Form
    let problems: [Refusal.Problem]

    private func options(_ pairs: [(String, String)], _ field: String) -> [OptionView] {
        pairs.map { OptionView($0.0, $0.1, selected: form[field] == $0.0) }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "title": { $0.form["title"] }, "titleProblem": { $0.problems.text(for: "title") },
        "scopes": { $0.options(MaintenanceScope.Kind.allCases.map { ($0.rawValue, $0.label) }, "scope") },
        "scopeProblem": { $0.problems.text(for: "scope") },
        "groups": { view in view.options(view.groups.map { ($0, $0) }, "group") },
        "groupProblem": { $0.problems.text(for: "group") },
        "components": { view in view.options(view.components.map { ($0, $0) }, "component") },
        "componentProblem": { $0.problems.text(for: "component") },
        "monitors": { $0.form["monitors"] }, "monitorsProblem": { $0.problems.text(for: "monitors") },
        "repetitions": { $0.options(MaintenanceRepetition.allCases.map { ($0.rawValue, $0.label) }, "repeats") },
        "repeatsProblem": { $0.problems.text(for: "repeats") },
        "begins": { $0.form["begins"] }, "beginsProblem": { $0.problems.text(for: "begins") },
        "ends": { $0.form["ends"] }, "endsProblem": { $0.problems.text(for: "ends") },
        "weekdays": { view in
            (1...7).map {
                OptionView("\($0)", MaintenanceRhythm.name($0), selected: view.form.all("weekdays").contains("\($0)"))
            }
        },
        "weekdaysProblem": { $0.problems.text(for: "weekdays") },
        "weeks": { $0.options((1...5).map { ("\($0)", "Tuần \(MaintenanceRhythm.name(week: $0))") }, "week") },
        "days": { $0.options((1...7).map { ("\($0)", MaintenanceRhythm.name($0)) }, "weekday") },
        "at": { $0.form["at"] }, "atProblem": { $0.problems.text(for: "at") },
        "minutes": { $0.form["minutes"] }, "minutesProblem": { $0.problems.text(for: "minutes") },
        "firstDay": { $0.form["first_day"] }, "firstDayProblem": { $0.problems.text(for: "first_day") },
        "lastDay": { $0.form["last_day"] }, "lastDayProblem": { $0.problems.text(for: "last_day") },
        "notices": { view in
            view.options(
                view.announcements.map { notice in
                    let begins = notice.during.lower.map(VietnameseFormat.moment) ?? ""
                    let ends = notice.during.upper.map(VietnameseFormat.moment) ?? ""
                    return (notice.code, "\(notice.code) \(notice.title) (\(begins) – \(ends))")
                }, "notice")
        },
        "noticeProblem": { $0.problems.text(for: "notice") },
    ]
}
