import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Console

/// Everybody follows every link that they are shown.
@Suite struct CrawlTests {
    private static func makeRecords(_ town: Town) async throws {
        let linh = town.browser(.linh)
        let monitor = try await linh.post("/monitors", [
            "name": "Cổng <b>QLVB</b>", "kind": "http", "url": "http://127.0.0.1:9/", "method": "GET", "accepted_statuses": "200-299",
            "keyword_mode": "present", "family": "any", "timeout": "5", "interval": "60", "retry_interval": "30",
            "confirm_after": "3", "recover_after": "1", "component": "Cổng",
        ])
        let incident = try await linh.post("/incidents", [
            "title": "Không ký số được \"gấp\"", "kind": "suspension", "severity": "M3", "began_at": "08:00 24/11/2026",
            "detected_at": "08:10 24/11/2026",
        ])
        let request = try await town.browser(.hoa).post("/requests", [
            "caller_name": "Nguyễn Văn Bình", "caller_phone": "0229 3841 000", "kind": "fault", "channel": "phone",
            "text": "Không ký số được văn bản đi.",
        ])
        for answer in [monitor, incident, request] {
            #expect(answer.status == .seeOther, "\(answer.body.suffix(2000))")
        }
        // A draft, and one that is announced.
        for kind in ["upgrade", "maintenance"] {
            let notice = try await linh.post("/notices", [
                "kind": kind, "title": "Bảo trì \"máy chủ\"", "impact": "Chậm", "begins": "2026-12-04T22:00",
                "ends": "2026-12-05T02:00", "scope": "system",
            ])
            #expect(notice.status == .seeOther, "\(notice.body.suffix(2000))")
        }
        let path = "/notices/TB-2026-0002"
        let steps = [
            try await linh.post("\(path)/review"), try await town.browser(.an).post("\(path)/approval"),
            try await linh.post("\(path)/publication"),
        ]
        #expect(steps.allSatisfy { $0.status == .seeOther })
    }

    @Test(arguments: Role.allCases)
    func noLinkLeadsNowhereAndEveryFormIsTaken(role: Role) async throws {
        try await WholeHouse.with { town, declarations in
            try await Self.makeRecords(town)
            let browser = town.browser(TownPerson(role))
            var (waiting, seen) = (["/"], Set(["/"]))
            while let path = waiting.popLast() {
                let answer = try await browser.get(path)
                #expect(answer.status == .ok, "\(role.rawValue) at \(path): \(answer.status)")
                guard answer.headers[.contentType]?.hasPrefix("text/html") == true else { continue }
                try answer.checkedXML()
                for form in answer.body.matches(of: /<form\b[^>]*>/) {
                    let method: HTTPRequest.Method = form.0.contains("method=\"post\"") ? .post : .get
                    let action = form.0.firstMatch(of: /action="([^"]*)"/).map { Self.plain(String($0.1)) } ?? path
                    let isTaken = declarations.contains { $0.method == method && Self.fits(action, $0.path) }
                    #expect(isTaken, "\(role.rawValue) at \(path): \(method) \(action)")
                }
                let links = answer.body.matches(of: /\b(?:href|src)="(\/[^"]*)"/).map { Self.plain(String($0.1)) }
                for link in links where seen.insert(link).inserted { waiting.append(link) }
                try #require(seen.count < 2000, "links without end: \(seen.prefix(20))")
            }
            #expect(seen.count >= 10, "\(role.rawValue) has seen only \(seen)")
        }
    }

    /// A link without its fragment and its HTML escapes.
    private static func plain(_ link: String) -> String {
        let text = link.replacing("&amp;", with: "&").replacing("&#39;", with: "'").replacing("&quot;", with: "\"")
        return String(text.prefix { $0 != "#" })
    }

    private static func fits(_ action: String, _ pattern: String) -> Bool {
        let parts = action.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false)
        let wanted = pattern.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == wanted.count && zip(parts, wanted).allSatisfy { $1.hasPrefix(":") && !$0.isEmpty || $0 == $1 }
    }

    @Test func everyPlaceInTheNavigationIsThereForWhomItIsShown() async throws {
        try await WholeHouse.with { _, declarations in
            for item in Navigation.items {
                let declared = declarations.first { $0.method == .get && $0.path == item.href }
                #expect(declared?.access == .permission(item.permission), "\(item.href)")
            }
        }
    }

    // MARK: Addresses that nobody links to

    @Test(arguments: [
        (.get, "/no/such/page", 404), (.get, "/incidents/SC-2026-9999", 404), (.get, "/incidents/%00", 404), (.get, "/monitors/x", 404),
        (.get, "/monitors/99999999999999999999", 404), (.get, "/incidents/", 200), (.get, "/incidents?q=%00%FF", 200),
        (.get, "/incidents?page=-1", 200), (.get, "/incidents?page=99999999999999999999", 200), (.get, "/agencies?q=%25", 200),
        (.put, "/incidents", 404), (.delete, "/incidents", 404), (.head, "/incidents", 200), (.head, "/no/such/page", 404),
        (.get, "/audit?from=x", 403), (.post, "/users/0/suspension", 403),
    ] as [(HTTPRequest.Method, String, Int)])
    func oddAddressesHaveAPage(method: HTTPRequest.Method, path: String, status: Int) async throws {
        try await WholeHouse.with { town, _ in
            let answer = try await town.browser(.linh).ask(method, path)
            #expect(answer.status.code == status, "\(answer.status)")
            #expect(answer.headers[.contentSecurityPolicy] != nil)
            #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
            if method == .head {
                #expect(answer.body.isEmpty)
            } else {
                try answer.checkedXML()
                if status == 404 { #expect(answer.body.contains("Không tìm thấy")) }
            }
        }
    }

    @Test func aSearchFormsSpaceIsASpace() async throws {
        try await WholeHouse.with { town, _ in
            let answer = try await town.browser(.linh).get("/agencies?q=y%C3%AAn+kh%C3%A1nh")
            #expect(answer.body.contains("UBND xã Yên Khánh") && !answer.body.contains("UBND xã Gia Viễn"))
        }
    }

    @Test func suspendingNobodyIsNotDone() async throws {
        try await WholeHouse.with { town, _ in
            let answer = try await town.browser(.an).post("/users/0/suspension")
            #expect(answer.status == .notFound)
        }
    }

    // MARK: What a page costs

    @Test func theDashboardTakesFiveStatements() async throws {
        try await WholeHouse.with { town, _ in
            try await Self.makeRecords(town)
            for role in Role.allCases {
                let before = town.database.statementCount
                let answer = try await town.browser(TownPerson(role)).get("/")
                #expect(answer.status == .ok)
                let statements = town.database.statementCount - before
                #expect((1...5).contains(statements), "\(role.rawValue): \(statements)")
            }
        }
    }

    // MARK: Signing in

    @Test func theSessionCookieIsClosedAndNewAtEachSignIn() async throws {
        try await WholeHouse.with { town, _ in
            let answer = try await town.browser(.linh).post(
                "/login?next=%2Fincidents%3Fq%3Da", ["username": "linh", "password": Town.password])
            let cookie = answer.headers[values: .setCookie].first { $0.hasPrefix("trucban=") } ?? ""
            #expect(answer.status == .seeOther && answer.location == "/incidents?q=a")
            for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=43200"] { #expect(cookie.contains(attribute)) }
            // The session that the browser had has ended.
            let old = try await town.browser(.linh).get("/")
            #expect(old.location == "/login")
            let elsewhere = try await town.browser(nil).post(
                "/login?next=%2F%2Fevil.example", ["username": "linh", "password": Town.password])
            #expect(elsewhere.location == "/")
        }
    }

    @Test func whoGuessesIsToldToWait() async throws {
        try await WholeHouse.with { town, _ in
            for _ in 1...5 {
                let answer = try await town.browser(nil).post("/login", ["username": "khong-co", "password": "<script>"])
                #expect(answer.status == .unprocessableContent && !answer.body.contains("<script>alert"))
                try answer.checkedXML()
            }
            let answer = try await town.browser(nil).post("/login", ["username": "linh", "password": Town.password])
            #expect(answer.status == .tooManyRequests && answer.headers[.retryAfter] == "1")
        }
    }
}
