import Civil
import Database
import Organization
import Web

struct AlertSourcesView: PageView {
    static let template = "settings/alerts"
    static let parts: [any View.Type] = [AlertSourceRowView.self, BadgeView.self, OptionView.self, ProblemView.self]

    let sources: [AlertSource]
    let agencies: [Agency]
    let address: String
    let form: Form
    let problems: [Refusal.Problem]
    let made: String?
    let madeName: String?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "made": \.made, "madeName": \.madeName, "address": \.address,
        "sources": { $0.sources.map(AlertSourceRowView.init) },
        "name": { $0.form["name"] }, "nameProblem": { $0.problems.text(for: "name") },
        "agencyProblem": { $0.problems.text(for: "agency") },
        "agencies": { view in
            view.agencies.map {
                OptionView(String($0.id.rawValue), $0.name, selected: String($0.id.rawValue) == view.form["agency"])
            }
        },
    ]
}

struct AlertSourceRowView: View {
    let source: AlertSource

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "sourceName": \.source.name, "agency": { $0.source.agencyName ?? "Toàn hệ thống" }, "maker": \.source.maker,
        "since": { VietnameseFormat.moment($0.source.createdAt) },
        "lastUsed": { $0.source.lastUsedAt.map(VietnameseFormat.moment) },
        "state": { row in
            row.source.revokedAt == nil
                ? BadgeView(kind: "up", label: "Được dùng") : BadgeView(kind: "closed", label: "Đã thu hồi")
        },
        "revocationHref": { $0.source.revokedAt == nil ? "/settings/alerts/\($0.source.id.rawValue)/revocation" : nil },
    ]
}

/// What other systems have said of an incident.
struct AlertsBlockView: View {
    static let parts: [any View.Type] = [AlertsBlockView.self, ReceivedAlertView.self, BadgeView.self]

    let alerts: [ReceivedAlert]

    static let fields: [String: @Sendable (Self) -> Any?] = ["alerts": { $0.alerts.map(ReceivedAlertView.init) }]
}

struct ReceivedAlertView: View {
    let alert: ReceivedAlert

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "alertTitle": \.alert.title, "alertSource": \.alert.source,
        "alertBegan": { VietnameseFormat.momentWithSeconds($0.alert.startedAt) },
        "alertEnded": { $0.alert.endedAt.map(VietnameseFormat.momentWithSeconds) },
        "alertState": { view in
            view.alert.endedAt == nil ? BadgeView(kind: "down", label: "Đang báo") : BadgeView(kind: "done", label: "Đã hết")
        },
    ]
}
