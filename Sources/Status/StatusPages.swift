import Civil
import Database
import HTTPTypes
import Hummingbird
import NIOCore
import Organization
package import Web

/// `/status`: what everybody may know, for everybody; and `/settings/status`, where administrators say what that is.
package struct StatusPages: Sendable {
    private let store: StatusStore
    private let cache: StatusCache

    /// - Parameter address: Where people reach the console, for the links of the feed; without a slash at its end.
    package init(store: StatusStore, templates: Templates, assets: Assets, address: String) {
        self.store = store
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
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: document.text)))
    }

    @Sendable private func show(_ request: Request, _ context: SignedIn) async throws -> Response {
        let view = StatusSettingsView(choices: try await store.choices(), isOn: try await store.isOn())
        return context.page(view, title: "Trang trạng thái")
    }

    @Sendable private func keep(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        let known = try await store.choices()
        var typed: [ComponentChoice] = []
        var reading = form
        for index in form.all("name").indices {
            let name = form.all("name")[index]
            guard known.contains(where: { $0.name == name }) else { continue }
            let isPublic = form["public-\(index)"] == "1"
            let position = isPublic ? reading.integer("position-\(index)", "Thứ tự của “\(name)”", 1...999) : Int(form["position-\(index)"])
            typed.append(
                ComponentChoice(
                    name: name, isPublic: isPublic, title: form["title-\(index)"],
                    position: position.flatMap { (1...999).contains($0) ? $0 : nil } ?? 100))
        }
        let isOn = form["page"] == "1"
        return try await context.submit { [typed, reading] in
            try reading.check()
            try await store.keep(typed, isOn: isOn, by: context.actor, form: form.key, at: context.now)
            await cache.forget()
            return context.redirect(to: "/settings/status", flash: "Đã lưu trang trạng thái.")
        } refused: { [typed] problems in
            context.page(
                StatusSettingsView(choices: typed, isOn: isOn, typed: form, problems: problems),
                title: "Lỗi: Trang trạng thái", status: .unprocessableContent)
        }
    }
}

extension HTTPField.Name {
    // Literals in a header's alphabet always make names.
    static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
}
