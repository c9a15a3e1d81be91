package import Civil
package import Database
package import Transfer

/// Kênh: another way than mail out of the console, which an administrator has set up, and what goes there.
package struct Channel: Hashable, Sendable {
    package typealias ID = RowID<Channel>

    package enum Kind: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        /// Another system, which gets events as signed JSON.
        case webhook
        /// A gateway to telephones or chat rooms, which gets short texts in whatever form it wants.
        case http

        package var label: String {
            switch self {
            case .webhook: "Webhook"
            case .http: "Cổng tin nhắn (HTTP)"
            }
        }
    }

    package let id: ID
    package let name: String
    package let url: String
    package let events: [Announcement.Event]
    /// How many deliveries may be tried in a minute; 0: as many as there are.
    package let perMinute: Int
    /// Of a webhook: with which its deliveries are signed.
    let secret: WebhookSecret?
    /// Of a gateway: how it wants to be spoken to.
    package let gateway: Gateway?
    package let createdAt: Instant
    package let suspendedAt: Instant?
    package let version: Int

    package var kind: Kind { gateway == nil ? .webhook : .http }
}

/// How a gateway for short texts wants to be asked, and what it answers when it has taken one.
package struct Gateway: Hashable, Sendable {
    package enum Method: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case post = "POST"
        case put = "PUT"
        case get = "GET"
    }

    package enum ContentType: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case json = "application/json"
        case form = "application/x-www-form-urlencoded"
        case plain = "text/plain"

        /// How what is put into a template must be written there.
        var escape: MessageTemplate.Escape {
            switch self {
            case .json: .json
            case .form: .percent
            case .plain: .none
            }
        }
    }

    package var method: Method
    /// Lines like `X-Api-Key: …`; values may be credentials.
    package var headers: [String]
    package var contentType: ContentType
    /// The body, in which `{{to}}`, `{{text}}` and `{{code}}` stand for what is sent.
    package var template: String
    package var acceptedStatuses: StatusRanges
    /// What must stand in the reply; nil: only the status counts.
    package var acceptedText: String?
    /// What stands for `{{to}}`, one delivery each.
    package var recipients: [String]
}

extension Channel: PostgresRow {
    package static var columns: String {
        """
        c.id, c.name, c.url, c.events, c.per_minute, c.secret, c.method, c.headers, c.content_type, c.template,
        c.accepted_statuses, c.accepted_text, c.recipients, c.created_at, c.suspended_at, c.version
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        name = try row.read()
        url = try row.read()
        events = try row.read([String].self).compactMap(Announcement.Event.init(rawValue:))
        perMinute = try row.read()
        secret = try row.read(String?.self).flatMap(WebhookSecret.init(written:))
        gateway = try Gateway(row: &row)
        createdAt = try row.read()
        suspendedAt = try row.read()
        version = try row.read()
    }
}

extension Gateway {
    fileprivate init?(row: inout RowReader) throws {
        let (method, headers) = (try row.read(Method?.self), try row.read([String]?.self))
        let (contentType, template) = (try row.read(ContentType?.self), try row.read(String?.self))
        let (statuses, text) = (try row.read(String?.self), try row.read(String?.self))
        let recipients = try row.read([String]?.self)
        guard let method, let headers, let contentType, let template, let statuses, let recipients else { return nil }
        self.init(
            method: method, headers: headers, contentType: contentType, template: template,
            acceptedStatuses: StatusRanges(statuses) ?? .good, acceptedText: text, recipients: recipients)
    }
}

extension StatusRanges {
    /// What a server answers that has taken what it was sent.
    package static let good = StatusRanges("200-299") ?? .standard
}
