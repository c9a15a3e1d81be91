import Civil
import HTTPTypes
import Hummingbird
import Organization
package import Web

/// `/status`: what everybody may know, for everybody; and `/settings/status`, where administrators say what that is.
package struct StatusPages: Sendable {
    private let store: StatusStore
    private let cache: StatusCache
    private let address: String

    /// - Parameter address: Where people reach the console, for the links of the feed; without a slash at its end.
    package init(store: StatusStore, templates: Templates, assets: Assets, address: String) {
        self.store = store
        self.address = address
        cache = StatusCache { now in
            try await store.report(at: now).map {
                try StatusEdition($0, templates: templates, assets: assets, address: address)
            }
        }
    }

    package func add(to routes: inout RouteTable) {
        routes.getAnyone("/status") { request, visit in try await answer(request, visit) { $0.page } }
        routes.getAnyone("/status.json") { request, visit in try await answer(request, visit) { $0.json } }
        routes.getAnyone("/status/feed.atom") { request, visit in try await answer(request, visit) { $0.feed } }
        routes.getAnyone("/status/badges/:file") { request, visit in
            let file = visit.parameters.get("file") ?? ""
            return try await answer(request, visit) { edition in
                file.hasSuffix(".svg") ? Int64(file.dropLast(4)).flatMap { edition.badges[$0] } : nil
            }
        }
        routes.get("/settings/status", .keepSettings, use: show)
        routes.post("/settings/status", .keepSettings, use: keep)
    }

    /// One document of the edition in force, or the news that the asker has it already.
    private func answer(
        _ request: Request, _ visit: Visit, _ choose: (StatusEdition) -> StatusEdition.Document?
    ) async throws -> Response {
        guard let edition = try await cache.edition(at: visit.now), let document = choose(edition) else {
            throw HTTPError(.notFound)
        }
        var headers: HTTPFields = [
            .eTag: document.tag, .cacheControl: "public, max-age=\(StatusCache.lifetime.inSeconds)",
        ]
        // Made to be shown and read elsewhere; there is nothing in it that not everybody may know.
        headers[.crossOriginResourcePolicy] = "cross-origin"
        headers[.accessControlAllowOrigin] = "*"
        if document.isKnown(to: request.headers[.ifNoneMatch]) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = document.type
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: document.body))
    }

    @Sendable private func show(_ request: Request, _ context: SignedIn) async throws -> Response {
        let (draft, version) = try await store.chosen()
        return context.page(try await form(draft, version), title: "Trang trạng thái công khai")
    }

    @Sendable private func keep(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        let draft = StatusDraft(form)
        // An edit that is refused keeps the version it began from; one that met another's edit goes on from there.
        let version = Int(form["version"]) ?? 0
        func refused(_ version: Int, _ problems: [Refusal.Problem]) async throws -> Response {
            context.page(
                try await self.form(draft, version, problems), title: "Lỗi: Trang trạng thái công khai",
                status: .unprocessableContent)
        }
        do {
            return try await context.submit {
                try await store.keep(
                    draft, version: version, by: context.person, address: context.address, form: form.key, at: context.now)
                await cache.forget()
                return context.redirect(to: "/settings/status", flash: "Đã lưu trang trạng thái.")
            } refused: { problems in
                try await refused(version, problems)
            }
        } catch let changed as ChangedMeanwhile {
            return try await refused(changed.version, changed.problems)
        }
    }

    private func form(
        _ draft: StatusDraft, _ version: Int, _ problems: [Refusal.Problem] = []
    ) async throws -> StatusSettingsView {
        StatusSettingsView(
            draft: draft, version: version, badges: try await store.badges(), address: address, problems: problems)
    }
}

extension StatusDraft {
    /// The page names the component of each row in a hidden field, in order.
    init(_ form: Form) {
        self.init(
            isOn: form["page"] == "1",
            choices: form.all("name").enumerated().map { index, name in
                ComponentChoice(
                    name: name, isPublic: form["public-\(index)"] == "1", title: form["title-\(index)"],
                    position: form["position-\(index)"])
            })
    }
}

extension HTTPField.Name {
    // Literals in a header's alphabet always make names.
    static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
}
