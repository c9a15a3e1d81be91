import Civil
import Database
import Organization
import Transfer
import Web

struct ChannelListView: PageView {
    static let template = "channels/list"
    static let parts: [any View.Type] = [ChannelRowView.self, BadgeView.self]

    let channels: [Channel]

    static let fields: [String: @Sendable (Self) -> Any?] = ["channels": { $0.channels.map(ChannelRowView.init) }]
}

struct ChannelRowView: View {
    let channel: Channel

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "channelHref": { "/settings/channels/\($0.channel.id.rawValue)" }, "name": \.channel.name,
        "kindLabel": \.channel.kind.label, "place": \.channel.place,
        "events": { $0.channel.events.map(\.label).joined(separator: "; ") }, "state": \.channel.state,
    ]
}

extension Channel {
    /// Where it leads, without what may be a credential.
    fileprivate var place: String { String(url.prefix { $0 != "?" }) }

    fileprivate var state: BadgeView {
        suspendedAt == nil ? BadgeView(kind: "up", label: "Đang bật") : BadgeView(kind: "closed", label: "Đã tắt")
    }
}

struct ChannelView: PageView {
    static let template = "channels/show"
    static let parts: [any View.Type] = [DeliveryRowView.self, BadgeView.self, ProblemView.self]

    let channel: Channel
    let deliveries: [Delivery]
    /// A secret that was made a moment ago.
    let made: WebhookSecret?
    let person: Person
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "made": { $0.made?.text },
        "channelHref": { "/settings/channels/\($0.channel.id.rawValue)" }, "name": \.channel.name,
        "kindLabel": \.channel.kind.label, "place": \.channel.place, "state": \.channel.state,
        "events": { $0.channel.events.map(\.label).joined(separator: "; ") },
        "perMinute": { $0.channel.perMinute == 0 ? nil : VietnameseFormat.number($0.channel.perMinute) },
        "isWebhook": { $0.channel.gateway == nil }, "isSuspended": { $0.channel.suspendedAt != nil },
        "method": { $0.channel.gateway?.method.rawValue },
        "accepted": { view in
            view.channel.gateway.map { gateway in
                let text = gateway.acceptedText.map { ", có “\($0)”" } ?? ""
                return "HTTP \(gateway.acceptedStatuses.text)\(text)"
            }
        },
        "recipients": { $0.channel.gateway?.recipients.joined(separator: "\n") },
        "rows": { view in view.deliveries.map { DeliveryRowView(delivery: $0, person: view.person) } },
    ]
}

struct ChannelFormView: PageView {
    static let template = "channels/form"
    static let parts: [any View.Type] = [OptionView.self, ProblemView.self]

    /// Nil for a new one.
    let channel: Channel?
    let kind: Channel.Kind
    let version: Int?
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "isNew": { $0.channel == nil }, "isGateway": { $0.kind == .http },
        "kind": \.kind.rawValue, "kindLabel": \.kind.label, "version": { $0.version.map(String.init) },
        "action": { $0.channel.map { "/settings/channels/\($0.id.rawValue)" } ?? "/settings/channels" },
        "name": { $0.form["name"] }, "nameProblem": { $0.problems.text(for: "name") },
        "url": { $0.form["url"] }, "urlProblem": { $0.problems.text(for: "url") },
        "events": { view in
            Announcement.Event.allCases.map {
                OptionView($0.rawValue, $0.label, selected: view.form.all("event").contains($0.rawValue))
            }
        },
        "perMinute": { $0.form["per_minute"] }, "perMinuteProblem": { $0.problems.text(for: "per_minute") },
        "methods": { view in
            Gateway.Method.allCases.map {
                OptionView($0.rawValue, $0.rawValue, selected: $0.rawValue == view.form["method"])
            }
        },
        "contentTypes": { view in
            Gateway.ContentType.allCases.map {
                OptionView($0.rawValue, $0.rawValue, selected: $0.rawValue == view.form["content_type"])
            }
        },
        "headers": { $0.form["headers"] }, "headersProblem": { $0.problems.text(for: "headers") },
        "bodyTemplate": { $0.form["template"] }, "templateProblem": { $0.problems.text(for: "template") },
        "acceptedStatuses": { $0.form["accepted_statuses"] },
        "acceptedStatusesProblem": { $0.problems.text(for: "accepted_statuses") },
        "acceptedText": { $0.form["accepted_text"] }, "acceptedTextProblem": { $0.problems.text(for: "accepted_text") },
        "recipients": { $0.form["recipients"] }, "recipientsProblem": { $0.problems.text(for: "recipients") },
        // Mustache would take them for names of its own.
        "places": { _ in "{{to}}, {{text}}, {{code}}" },
    ]
}
