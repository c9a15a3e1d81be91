import Civil
import Crypto
import Database
import Foundation
import NIOCore
import Organization
import Web

/// A report as it goes out: every document written once, for everybody who asks in the next seconds.
struct StatusEdition: Sendable {
    struct Document: Sendable {
        let body: ByteBuffer
        let type: String
        /// A strong validator (RFC 9110, 8.8.3): the same bytes have the same tag, in every process.
        let tag: String

        init(_ text: String, type: String) {
            body = ByteBuffer(string: text)
            self.type = type
            tag = "\"\(hexadecimal(Array(SHA256.hash(data: Data(text.utf8)))).prefix(32))\""
        }

        /// Whether who asks has this already (RFC 9110, 13.1.2: compared weakly).
        func isKnown(to header: String?) -> Bool {
            guard let header else { return false }
            return header.split(separator: ",").contains { part in
                let name = part.trimmingCharacters(in: .whitespaces)
                return name == "*" || name == tag || name == "W/" + tag
            }
        }
    }

    let page: Document
    let feed: Document
    let json: Document
    /// By the component's number.
    let badges: [Int64: Document]

    init(_ report: StatusReport, templates: Templates, assets: Assets, address: String) throws {
        page = Document(
            templates.render(StatusPageView(report: report, assets: assets)), type: "text/html; charset=utf-8")
        feed = Document(
            templates.render(StatusFeedView(report: report, address: address)),
            type: "application/atom+xml; charset=utf-8")
        json = Document(try StatusJSON(report).text(), type: "application/json; charset=utf-8")
        badges = Dictionary(
            uniqueKeysWithValues: report.components.map { part in
                let badge = StatusBadgeView(title: part.component.title, state: part.state)
                return (part.component.id.rawValue, Document(templates.render(badge), type: "image/svg+xml"))
            })
    }
}

/// Keeps the newest edition for some seconds. However many ask at once, one of them asks the database.
actor StatusCache {
    static let lifetime = Duration.seconds(5)

    private let make: @Sendable (Instant) async throws -> StatusEdition?
    private var kept: (edition: StatusEdition?, madeAt: Instant)?
    private var flight: Task<StatusEdition?, any Error>?
    /// Raised by `forget`: what was begun before must not be kept after it.
    private var age = 0

    init(make: @escaping @Sendable (Instant) async throws -> StatusEdition?) {
        self.make = make
    }

    /// The edition in force; nil while the page is off.
    func edition(at now: Instant) async throws -> StatusEdition? {
        if let kept, now >= kept.madeAt, now - kept.madeAt < Self.lifetime { return kept.edition }
        if let flight { return try await flight.value }
        let begun = Task { [make] in try await make(now) }
        let age = age
        flight = begun
        defer { if age == self.age { flight = nil } }
        let edition = try await begun.value
        if age == self.age { kept = (edition, now) }
        return edition
    }

    /// What is shown has been changed: the next one who asks gets it new.
    func forget() {
        age += 1
        kept = nil
        flight = nil
    }
}
