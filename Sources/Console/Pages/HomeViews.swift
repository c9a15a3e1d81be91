import Civil
import Database
import Delivery
import Incidents
import Monitor
import Organization
import Web

struct HomeView: PageView {
    static let template = "dashboard/home"
    static let parts: [any View.Type] = [
        HomeLinkView.self, HomeStepView.self, HomeTileView.self, HomeDownView.self, HomeIncidentView.self,
        HomeDutyView.self, HomeNoticeView.self, BadgeView.self, HomeCodeView.self, HomeUndeliveredView.self,
    ]

    let person: Person
    let now: Instant
    let counts: HomeCounts
    let down: [DownMonitor]
    let incidents: [IncidentSummary]
    let notices: [WaitingNotice]

    private var duties: [HomeDuty] { counts.duties(for: person, at: now) }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "today": { weekday($0.now) }, "asOf": { VietnameseFormat.moment($0.now) },
        "machineTime": { VietnameseFormat.timestamp($0.now) },
        "actions": \.actions, "blindness": \.blindness, "undelivered": \.undelivered, "next": \.next, "tiles": \.tiles,
        "uncounted": { $0.counts.down > $0.down.count ? VietnameseFormat.number($0.counts.down - $0.down.count) : nil },
        "down": { view in view.down.map { HomeDownView(down: $0, now: view.now) } },
        "incidents": { view in
            let limits = IncidentLimits(view.counts.settings)
            return view.incidents.map {
                HomeIncidentView(incident: $0, mayKeep: $0.isKept(by: view.person), reminders: $0.pulse.badges(limits, at: view.now))
            }
        },
        "duties": { $0.duties.map(HomeDutyView.init) },
        "notices": { $0.notices.map(HomeNoticeView.init) },
    ]

    private var actions: [HomeLinkView] {
        [
            (Permission.keepRequests, "Ghi cuộc gọi", "/requests/new"),
            (.openIncidents, "Mở sự cố", "/incidents/new"), (.writeNotices, "Lập thông báo", "/notices/new"),
        ].filter { person.may($0.0) }.map { HomeLinkView(label: $0.1, href: $0.2) }
    }

    /// Whether nobody knows what is down.
    private var isBlind: Bool { counts.monitors == 0 || blindness != nil }

    private var blindness: String? {
        guard counts.monitors > 0 else { return nil }
        guard let beat = counts.lastBeat else { return "bộ giám sát chưa chạy lần nào." }
        if beat < now - MonitorSummary.silence { return "bộ giám sát không chạy từ \(VietnameseFormat.moment(beat))." }
        return counts.offlineSince.map {
            "bộ giám sát không thấy mạng của chính nó từ \(VietnameseFormat.moment($0))."
        }
    }

    /// What somebody has to tell in another way, or send again.
    private var undelivered: HomeUndeliveredView? {
        counts.failedDeliveries > 0 && person.may(.readDeliveries)
            ? HomeUndeliveredView(count: counts.failedDeliveries, codes: counts.undelivered, person: person) : nil
    }

    /// The one most urgent thing for this person.
    private var next: HomeStepView? {
        if let untold = incidents.first(where: { $0.factsTold == 0 && $0.isKept(by: person) }) {
            return HomeStepView(
                text: "\(untold.code) chưa báo đủ người: thông báo ngay cho Thủ trưởng và người sử dụng (Điều 20.1).",
                href: "/incidents/\(untold.code)#audience", label: "Ghi thông báo")
        }
        if let step = notices.lazy.compactMap({ $0.step(for: person) }).first { return step }
        if person.may(.keepMonitors), counts.monitors == 0 {
            return HomeStepView(
                text: "Chưa có điểm giám sát nào. Thêm địa chỉ của hệ thống để bắt đầu đo.", href: "/monitors/new",
                label: "Thêm điểm giám sát")
        }
        if let duty = duties.first(where: { $0.state == .overdue }) {
            return HomeStepView(text: "\(duty.name) (\(duty.article)).", href: duty.href, label: "Xử lý")
        }
        return nil
    }

    private var tiles: [HomeTileView] {
        let late = duties.count { $0.state == .overdue }
        let due = duties.count - late
        var tiles = [
            // What was down when the last look was made is still told; that nothing is, only while somebody looks.
            HomeTileView(
                kind: counts.down > 0 ? "down" : isBlind ? "" : "good",
                figure: counts.down > 0 || !isBlind ? counts.down : nil, name: "Đang gián đoạn",
                detail: "trong \(VietnameseFormat.number(counts.monitors)) điểm giám sát", href: "/monitors?state=down"),
            HomeTileView(
                kind: counts.openIncidents == 0 ? "good" : "due", figure: counts.openIncidents, name: "Sự cố đang mở",
                detail: "Điều 20", href: "/incidents"),
            HomeTileView(
                kind: late == 0 ? "good" : "overdue", figure: late, name: "Nghĩa vụ quá hạn",
                detail: "\(due) sắp đến hạn", href: "/obligations"),
        ]
        if counts.overdueActions > 0 {
            tiles.append(
                HomeTileView(
                    kind: "overdue", figure: counts.overdueActions, name: "Việc sau sự cố quá hạn",
                    detail: "rút ra từ các sự cố", href: "/incidents/actions"))
        }
        if person.may(.readRequests) {
            tiles.append(
                HomeTileView(
                    kind: counts.openRequests == 0 ? "good" : "", figure: counts.openRequests, name: "Yêu cầu chờ xử lý",
                    detail: "đường dây nóng", href: "/requests"))
        }
        if person.may(.writeNotices) {
            tiles.append(
                HomeTileView(
                    kind: counts.failedDeliveries == 0 ? "good" : "overdue", figure: counts.failedDeliveries,
                    name: "Thư không gửi được", detail: "cần báo bằng cách khác", href: "/deliveries"))
        }
        return tiles
    }

    private static func weekday(_ now: Instant) -> String {
        let day = CivilDate(inVietnam: now)
        let names = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"]
        return "\(names[day.weekday - 1]), \(VietnameseFormat.date(day))"
    }
}

struct HomeLinkView: View {
    let label: String
    let href: String

    static let fields: [String: @Sendable (Self) -> Any?] = ["label": \.label, "href": \.href]
}

struct HomeStepView: View {
    let text: String
    let href: String
    let label: String

    static let fields: [String: @Sendable (Self) -> Any?] = ["text": \.text, "href": \.href, "label": \.label]
}

struct HomeTileView: View {
    let kind: String
    /// Nil where there is none.
    let figure: Int?
    let name: String
    let detail: String
    let href: String

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "kind": \.kind, "figure": { $0.figure.map(VietnameseFormat.number) }, "name": \.name, "detail": \.detail,
        "href": \.href,
    ]
}

struct HomeCodeView: View {
    let code: String
    let href: String

    static let fields: [String: @Sendable (Self) -> Any?] = ["code": \.code, "href": \.href]
}

struct HomeUndeliveredView: View {
    let count: Int
    let codes: [String]
    let person: Person

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "figure": { VietnameseFormat.number($0.count) },
        "records": { view in
            view.codes.compactMap { code in
                Delivery.recordHref(about: code, for: view.person).map { HomeCodeView(code: code, href: $0) }
            }
        },
    ]
}

struct HomeDownView: View {
    let down: DownMonitor
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "monitor": \.down.name, "monitorHref": { "/monitors/\($0.down.monitor)" }, "reason": \.down.reason,
        "state": { _ in BadgeView(kind: "down", label: "Gián đoạn") },
        "since": { $0.down.since.map(VietnameseFormat.moment) },
        "sinceMachine": { $0.down.since.map(VietnameseFormat.timestamp) },
        "lasting": { view in view.down.since.map { VietnameseFormat.duration(view.now - $0) } },
        "incident": { view in view.down.incident.map { HomeCodeView(code: $0, href: "/incidents/\($0)") } },
    ]
}

struct HomeIncidentView: View {
    let incident: IncidentSummary
    let mayKeep: Bool
    let reminders: [BadgeView]

    private var step: (String, String) {
        let path = "/incidents/\(incident.code)"
        if !mayKeep { return ("Theo dõi", path) }
        if incident.factsTold == 0 { return ("Thông báo", "\(path)#audience") }
        if incident.severity == .undetermined { return ("Xác định mức", "\(path)/edit#severity") }
        return incident.state == .open ? ("Theo dõi", path) : ("Đóng", "\(path)#closing-title")
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "fresh": { $0.incident.isNew ? BadgeView(kind: "new", label: "Mới") : nil },
        "incidentHref": { "/incidents/\($0.incident.code)" }, "code": \.incident.code, "title": \.incident.title,
        "agency": { $0.incident.agencyName ?? "Toàn hệ thống" },
        "severity": {
            BadgeView(
                kind: $0.incident.severity == .undetermined ? "nodata" : "moderate", label: $0.incident.severity.short)
        },
        "detected": { VietnameseFormat.moment($0.incident.detectedAt) },
        "detectedMachine": { VietnameseFormat.timestamp($0.incident.detectedAt) },
        "missing": { view in
            let missing = view.incident.factsToTell - view.incident.factsTold
            return missing <= 0 ? "đủ nội dung" : "\(missing) trong \(view.incident.factsToTell) nội dung"
        },
        "reminders": \.reminders, "step": \.step.0, "stepHref": \.step.1,
    ]
}

struct HomeDutyView: View {
    let duty: HomeDuty

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "duty": \.duty.name, "dutyHref": \.duty.href, "article": \.duty.article, "party": \.duty.party,
        "state": {
            $0.duty.state == .overdue
                ? BadgeView(kind: "overdue", label: "Quá hạn") : BadgeView(kind: "due", label: "Sắp đến hạn")
        },
        "due": \.duty.due,
    ]
}
