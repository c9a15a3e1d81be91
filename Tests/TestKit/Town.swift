package import Civil
package import Database
import Hummingbird
import HummingbirdTesting
import Logging
package import Organization
package import Web

/// The people of the tests. The first three are asked everywhere: who runs the system, who answers for one agency, and
/// who answers for another and must not see the first one's records.
package enum TownPerson: String, CaseIterable, Sendable {
    case linh, binh, chi, dung, hoa, vinh, tam, an

    package var role: Role {
        switch self {
        case .linh: .operator
        case .binh, .chi: .agencyAdmin
        case .dung: .agencyHead
        case .hoa: .hotline
        case .vinh: .provinceOffice
        case .tam: .auditor
        case .an: .administrator
        }
    }

    /// The first person of a role.
    package init(_ role: Role) {
        self = TownPerson.allCases.first { $0.role == role } ?? .linh
    }

    var fullName: String {
        switch self {
        case .linh: "Phạm Thùy Linh"
        case .binh: "Nguyễn Văn Bình"
        case .chi: "Trần Thị Chi"
        case .dung: "Đỗ Tiến Dũng"
        case .hoa: "Lê Thanh Hòa"
        case .vinh: "Vũ Quang Vinh"
        case .tam: "Hoàng Minh Tâm"
        case .an: "Bùi Xuân An"
        }
    }
}

/// A database with two communes, the Department and one person of each role, and the pages under test before it.
package struct Town: Sendable {
    package static let password = "mật khẩu dài để thử"

    package let database: Database
    /// Xã Yên Khánh: Bình's and Dũng's.
    package let yenKhanh: Agency.ID
    /// Xã Gia Viễn: Chi's.
    package let giaVien: Agency.ID
    /// The moment at which everything in the test happens.
    package let now: Instant
    private let people: [TownPerson: Person]
    private let tokens: [TownPerson: Token]
    private let send: @Sendable (String, HTTPRequest.Method, HTTPFields, [UInt8]) async throws -> Answer

    package func person(_ name: TownPerson) -> Person {
        // `found` makes all of them.
        people[name]!
    }

    package func actor(_ name: TownPerson) -> Actor { .person(person(name), address: "127.0.0.1") }

    /// - Parameter name: nil for somebody who is not signed in.
    package func browser(_ name: TownPerson?) -> Browser {
        Browser(cookie: name.flatMap { tokens[$0] }.map { "trucban=\($0.text)" }, send: send)
    }

    /// Founds a town in a fresh database and mounts the pages under test.
    ///
    /// - Parameters:
    ///   - now: 24/11/2026 09:00 in Vietnam unless told otherwise.
    ///   - pages: Mounts the routes under test.
    package static func with<T: Sendable>(
        now: Instant = Instant(seconds: 1_795_485_600),
        pages: @escaping @Sendable (inout RouteTable, Database) async throws -> Void = { _, _ in },
        _ body: @escaping @Sendable (Town) async throws -> T
    ) async throws -> T {
        try await withDatabase { database in
            let hasher = try PasswordHasher(cost: Password.Cost(rounds: 16, parallelism: 1))
            let sessions = SessionStore(database: database, hasher: hasher)
            let house = House(
                templates: try await Templates(directory: repositoryRoot + "/templates"),
                assets: try Assets(directory: repositoryRoot + "/public"),
                sessions: sessions, clock: .standing(at: now), navigation: [], baseURL: nil)
            let router = Router(context: Visitor.self, options: .autoGenerateHeadEndpoints)
            router.addMiddleware {
                SecurityHeaders(house: house)
            }
            var routes = RouteTable(router: router, house: house)
            try await pages(&routes, database)
            let application = Application(responder: router.buildResponder(), logger: Logger(label: "town"))
            return try await application.test(.router) { client in
                let town = try await found(in: database, hasher: hasher, sessions: sessions, now: now) {
                    uri, method, headers, content in
                    try await client.execute(uri: uri, method: method, headers: headers, body: ByteBuffer(bytes: content)) {
                        Answer(status: $0.status, headers: $0.headers, bytes: Array(buffer: $0.body))
                    }
                }
                return try await body(town)
            }
        }
    }

    private static func found(
        in database: Database, hasher: PasswordHasher, sessions: SessionStore, now: Instant,
        send: @escaping @Sendable (String, HTTPRequest.Method, HTTPFields, [UInt8]) async throws -> Answer
    ) async throws -> Town {
        let agencies = AgencyStore(database: database)
        let users = UserStore(database: database, hasher: hasher)
        let founder = Actor.system("town")
        let yenKhanh = try await agencies.add(
            AgencyDraft(
                code: "xayenkhanh", name: "UBND xã Yên Khánh", kind: .commune, contactName: "Nguyễn Văn Bình",
                contactEmail: "xayenkhanh@example.vn", contactPhone: "0229 3841 000"),
            by: founder, at: now)
        let giaVien = try await agencies.add(
            AgencyDraft(code: "xagiavien", name: "UBND xã Gia Viễn", kind: .commune, contactEmail: "xagiavien@example.vn"),
            by: founder, at: now)
        var people: [TownPerson: Person] = [:]
        var tokens: [TownPerson: Token] = [:]
        for name in TownPerson.allCases {
            let agency: Agency.ID? =
                switch name {
                case .binh, .dung: yenKhanh
                case .chi: giaVien
                default: nil
                }
            try await users.add(
                UserDraft(
                    username: name.rawValue, fullName: name.fullName, role: name.role, agency: agency,
                    password: password),
                by: founder, at: now)
            if case .signedIn(let token, let person) = try await sessions.login(
                username: name.rawValue, password: password, address: "127.0.0.1", userAgent: "town", at: now)
            {
                people[name] = person
                tokens[name] = token
            }
        }
        return Town(
            database: database, yenKhanh: yenKhanh, giaVien: giaVien, now: now, people: people, tokens: tokens,
            send: send)
    }
}
