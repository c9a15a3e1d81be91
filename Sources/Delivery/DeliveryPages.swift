import Civil
import Database
import Hummingbird
package import Organization
package import Web

/// `/deliveries`: what has gone out and what has not, across all records.
package struct DeliveryPages: Sendable {
    let deliveries: DeliveryStore

    package init(deliveries: DeliveryStore) {
        self.deliveries = deliveries
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/deliveries", .readDeliveries) { _, context in try await list(context) }
        routes.post("/deliveries/:id/attempts", .keepDeliveries, use: sendAgain)
    }

    private func list(_ context: SignedIn, problems: [Refusal.Problem] = []) async throws -> Response {
        let about = context.query("about")
        let filter = DeliveryFilter(rawValue: context.query("state")) ?? .failed
        let paging = Paging(context.query("page"), size: 25)
        let total = try await deliveries.count(filter, about: about)
        let view = DeliveryListView(
            filter: filter, about: about,
            rows: try await deliveries.list(filter, about: about, offset: paging.offset, limit: paging.size),
            person: context.person, problems: problems,
            paging: paging.view(
                total: total, path: "/deliveries", query: [("about", about), ("state", filter.rawValue)], noun: "tin"))
        return context.page(view, title: "Thư và tin đã gửi", status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func sendAgain(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        guard let number = Int64(context.parameters.get("id") ?? "") else { throw HTTPError(.notFound) }
        return try await context.submit {
            let found = try await deliveries.sendAgain(
                Delivery.ID(rawValue: number), by: context.actor, form: form.key, at: context.now)
            guard let found else { throw HTTPError(.notFound) }
            return context.redirect(to: "/deliveries", flash: "Đang gửi lại tới \(found.recipientName).")
        } refused: { problems in
            try await list(context, problems: problems)
        }
    }
}

/// Which deliveries are listed.
package enum DeliveryFilter: String, CaseIterable, Sendable {
    case failed, waiting, all

    var label: String {
        switch self {
        case .failed: "Không gửi được"
        case .waiting: "Đang chờ gửi"
        case .all: "Tất cả"
        }
    }
}

struct DeliveryListView: PageView {
    static let template = "deliveries/list"
    static let parts: [any View.Type] = [
        DeliveryRowView.self, BadgeView.self, OptionView.self, ProblemView.self, PagingView.self,
    ]

    let filter: DeliveryFilter
    let about: String
    let rows: [Delivery]
    let person: Person
    let problems: [Refusal.Problem]
    let paging: PagingView?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "paging": \.paging, "code": \.about,
        "states": { view in
            DeliveryFilter.allCases.map { OptionView($0.rawValue, $0.label, selected: $0 == view.filter) }
        },
        "rows": { view in view.rows.map { DeliveryRowView(delivery: $0, person: view.person) } },
        "isFailed": { $0.filter == .failed },
    ]
}

/// One letter, or one delivery over another channel, and what became of it.
struct DeliveryRowView: View {
    let delivery: Delivery
    let person: Person

    private var text: String {
        delivery.channel == nil ? delivery.subject : Announcement.sentence(of: delivery.body) ?? delivery.subject
    }

    private var mayTryAgain: Bool { person.may(.keepDeliveries) && delivery.state == .failed }

    private var againHref: String? {
        guard mayTryAgain else { return nil }
        let end = "deliveries/\(delivery.id.rawValue)/attempts"
        return delivery.isNoticeLetter ? "/notices/\(delivery.about)/\(end)" : "/\(end)"
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "about": \.delivery.about, "recordHref": { $0.delivery.recordHref(for: $0.person) },
        "subject": \.text,
        "recipient": \.delivery.recipientName, "address": \.delivery.recipientAddress,
        "way": { $0.delivery.channel == nil ? "Thư điện tử" : "Kênh khác" },
        "deliveryState": { BadgeView(kind: $0.delivery.state.badge, label: $0.delivery.state.label) },
        "moment": { VietnameseFormat.moment($0.delivery.finishedAt ?? $0.delivery.createdAt) },
        "answer": \.delivery.answer,
        "next": {
            $0.delivery.state == .ready && $0.delivery.attempts > 0 ? VietnameseFormat.moment($0.delivery.runAt) : nil
        },
        "againHref": \.againHref,
    ]
}

extension Delivery {
    /// The page of what it is about; nil where the person has no such page.
    package func recordHref(for person: Person) -> String? {
        Self.recordHref(about: about, for: person)
    }

    /// - Parameter code: A record's code, or what a letter about something without one says: `certificate:12`.
    package static func recordHref(about code: String, for person: Person) -> String? {
        let places: [(prefix: String, path: String, permission: Permission)] = [
            ("SC-", "/incidents/SC-", .readIncidents), ("TB-", "/notices/TB-", .readNotices),
            ("YC-", "/requests/YC-", .readRequests), ("certificate:", "/monitors/", .readMonitors),
            ("channel:", "/settings/channels/", .keepSettings),
        ]
        guard let place = places.first(where: { code.hasPrefix($0.prefix) }), person.may(place.permission) else { return nil }
        return place.path + code.dropFirst(place.prefix.count)
    }
}
