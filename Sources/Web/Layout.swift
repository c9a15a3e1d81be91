import HTTPTypes
import Civil
import Hummingbird
import NIOCore
import Organization

/// The frame around every page.
struct Layout: PageView {
    static let template = "layout"
    static let parts: [any View.Type] = [PersonView.self, FlashView.self]

    let title: String
    let content: Fragment
    let assets: Assets
    let navigation: Fragment
    let person: PersonView?
    let isDemo: Bool
    let flash: FlashView?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "title": \.title, "content": \.content,
        "stylesheet": { $0.assets.path(of: "console.css") },
        "script": { $0.assets.path(of: "console.js") },
        "favicon": { $0.assets.path(of: "icons/favicon.svg") },
        "navigation": \.navigation, "person": \.person, "isDemo": \.isDemo, "flash": \.flash,
    ]

    static func response(
        _ view: some PageView, title: String, status: HTTPResponse.Status, visit: Visit, signedIn: SignedIn?
    ) -> Response {
        let house = visit.house
        let flash = Flash.read(from: visit.request)
        let layout = Layout(
            title: title, content: house.templates.content(view), assets: house.assets,
            navigation: house.templates.fragment(signedIn.map { [NavigationView(house, for: $0)] } ?? []),
            person: signedIn.map { PersonView(person: $0.person) }, isDemo: signedIn?.isDemo ?? false,
            flash: flash.map(FlashView.init))
        var response = Response(
            status: status,
            headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: house.templates.render(layout))))
        if flash != nil { response.headers.append(Flash.spent) }
        return response
    }
}

/// The menu, the same on all pages of one place for all who may enter the same places.
struct NavigationView: FragmentView {
    static let template = "shared/navigation"
    static let parts: [any View.Type] = [PlaceView.self]

    let places: [PlaceView]

    static let fields: [String: @Sendable (Self) -> Any?] = ["places": \.places]

    init(_ house: House, for signedIn: SignedIn) {
        let path = signedIn.visit.request.uri.path
        places = house.navigation.filter { signedIn.person.may($0.permission) }.map { item in
            let isHere = path == item.href || item.href != "/" && path.hasPrefix(item.href + "/")
            return PlaceView(label: item.label, href: item.href, current: isHere)
        }
    }
}

struct PlaceView: View, Hashable {
    let label: String
    let href: String
    let current: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "label": \.label, "href": \.href, "current": \.current,
    ]
}

struct PersonView: View {
    let person: Person

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "name": \.person.name, "roleLabel": \.person.role.label, "agencyName": \.person.agencyName,
    ]
}

struct FlashView: View {
    let text: String

    static let fields: [String: @Sendable (Self) -> Any?] = ["text": \.text]
}
