import HTTPTypes
import Hummingbird
import Testing

@testable import Web

/// Where somebody comes from and where they may be sent.
@Suite struct AddressTests {
    @Test(arguments: [
        ("/incidents", "/incidents"), ("/incidents?q=a%20b&page=2", "/incidents?q=a%20b&page=2"), ("/", "/"), ("", "/"),
        ("//evil.example", "/"), ("///evil.example", "/"), ("/\\evil.example", "/"), ("\\\\evil.example", "/"),
        ("https://evil.example/", "/"), ("javascript:alert(1)", "/"), ("evil.example", "/"), (" /incidents", "/"),
        ("/\t/evil.example", "/"), ("/\r\nSet-Cookie: a=b", "/"), ("/\u{0}", "/"), ("/tiếng-việt", "/"), ("/a b", "/"),
        ("/%2F%2Fevil.example", "/%2F%2Fevil.example"), ("/@evil.example", "/@evil.example"), ("/\u{7f}", "/"),
    ])
    func afterSigningInOnlyAPathOfTheConsole(wanted: String, location: String) {
        #expect(Visit.safeLocation(wanted) == location)
    }

    struct Hop: CustomTestStringConvertible, Sendable {
        let peer: String
        var forwarded: [String] = []
        let address: String
        let name: String
        var testDescription: String { name }
    }

    @Test(arguments: [
        Hop(peer: "10.0.0.7", address: "10.0.0.7", name: "straight"),
        Hop(peer: "10.0.0.7", forwarded: ["1.2.3.4"], address: "10.0.0.7", name: "a stranger claims to be another"),
        Hop(peer: "127.0.0.1", address: "127.0.0.1", name: "from this machine"),
        Hop(peer: "127.0.0.1", forwarded: ["1.2.3.4"], address: "1.2.3.4", name: "through the proxy of this machine"),
        Hop(peer: "::1", forwarded: ["2001:db8::1"], address: "2001:db8::1", name: "through the proxy, IPv6"),
        Hop(peer: "::ffff:127.0.0.1", forwarded: ["1.2.3.4"], address: "1.2.3.4", name: "through the proxy, mapped"),
        Hop(peer: "127.0.0.1", forwarded: ["9.9.9.9, 1.2.3.4"], address: "1.2.3.4", name: "the visitor had put an address before"),
        Hop(peer: "127.0.0.1", forwarded: ["9.9.9.9", "1.2.3.4"], address: "1.2.3.4", name: "two headers: the last one is the proxy's"),
        Hop(peer: "127.0.0.1", forwarded: ["9.9.9.9,"], address: "9.9.9.9", name: "a comma too many"),
        Hop(peer: "127.0.0.1", forwarded: [""], address: "127.0.0.1", name: "an empty header"),
        Hop(peer: "127.0.0.1", forwarded: ["<script>"], address: "127.0.0.1", name: "no address at all"),
        Hop(peer: "127.0.0.1", forwarded: [String(repeating: "1", count: 46)], address: "127.0.0.1", name: "too long for an address"),
    ])
    func onlyAProxyOfThisMachineIsBelieved(hop: Hop) {
        var headers = HTTPFields()
        for value in hop.forwarded { headers.append(HTTPField(name: .forwardedFor, value: value)) }
        #expect(Visit.address(of: Self.request(headers: headers), peer: hop.peer) == hop.address)
    }

    struct Command: CustomTestStringConvertible, Sendable {
        var method = HTTPRequest.Method.post
        var site: String?
        var origin: String?
        var base: String?
        let passes: Bool
        let name: String
        var testDescription: String { name }
    }

    @Test(arguments: [
        Command(method: .get, site: "cross-site", origin: "https://evil.example", passes: true, name: "reading"),
        Command(method: .head, passes: true, name: "asking for the head"),
        Command(site: "same-origin", passes: true, name: "the console's own form"),
        Command(site: "none", passes: true, name: "by the visitor's own hand"),
        Command(site: "cross-site", passes: false, name: "another site"),
        Command(site: "same-site", passes: false, name: "a neighbour under the same domain"),
        Command(site: "cross-site", origin: "http://localhost:8080", passes: false, name: "another site with our origin"),
        Command(passes: false, name: "neither header"),
        Command(origin: "http://localhost:8080", passes: true, name: "an older browser, our origin"),
        Command(origin: "https://localhost:8080", passes: true, name: "an older browser behind TLS"),
        Command(origin: "http://localhost", passes: false, name: "another port"),
        Command(origin: "null", passes: false, name: "a sandboxed page"),
        Command(origin: "https://trucban.example", base: "https://trucban.example", passes: true, name: "the address that people type"),
        Command(origin: "https://trucban.example.evil", base: "https://trucban.example", passes: false, name: "an address that begins like it"),
        Command(method: .delete, passes: false, name: "another command without a header"),
        Command(method: .put, site: "cross-site", passes: false, name: "another command from elsewhere"),
    ])
    func onlyOurOwnPagesGiveCommands(command: Command) {
        var headers = HTTPFields()
        headers[.fetchSite] = command.site
        headers[.origin] = command.origin
        let request = Self.request(command.method, headers: headers)
        let passes = (try? CrossOriginGuard.check(request, baseURL: command.base)) != nil
        #expect(passes == command.passes)
    }

    private static func request(_ method: HTTPRequest.Method = .get, headers: HTTPFields) -> Request {
        Request(
            head: HTTPRequest(method: method, scheme: "http", authority: "localhost:8080", path: "/x", headerFields: headers),
            body: RequestBody(buffer: .init()))
    }
}
