import Civil
import Database
import Organization
import TestKit
import Web

@testable import Status

/// A town with the status page, and things that happen to what it shows. Times are hours from the town's moment.
struct StatusScene: Sendable {
    let town: Town

    var store: StatusStore { StatusStore(database: town.database) }

    static func with<T: Sendable>(_ body: @escaping @Sendable (StatusScene) async throws -> T) async throws -> T {
        let templates = try await Templates(directory: repositoryRoot + "/templates")
        return try await Town.with { routes, database in
            StatusPages(
                store: StatusStore(database: database), templates: templates,
                assets: try Assets(directory: repositoryRoot + "/public"), address: "https://trucban.example.vn"
            ).add(to: &routes)
        } _: { town in
            let scene = StatusScene(town: town)
            try await town.database.run("UPDATE status_page SET updated_at = \(scene.at(-240))")
            return try await body(scene)
        }
    }

    func at(_ hours: Double) -> Instant { town.now + .milliseconds(Int64(hours * 3_600_000)) }

    func open() async throws {
        try await town.database.run("UPDATE status_page SET is_on = true")
        try await town.database.run(
            "INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(at(-240)), \(town.now), 'test')")
    }

    func publish(_ name: String, as title: String, isPublic: Bool = true) async throws {
        try await town.database.run(
            "INSERT INTO public_components (name, title, position, is_public) VALUES (\(name), \(title), 1, \(isPublic))")
    }

    /// A monitor of ten days.
    @discardableResult
    func watch(
        _ name: String, component: String, state: String = "up", kind: String = "http", agency: Agency.ID? = nil,
        from made: Double = -240, deleted: Double? = nil
    ) async throws -> Int64 {
        let id = try await town.database.value(
            """
            INSERT INTO monitors (name, kind, url, component, agency_id, created_at, deleted_at)
            VALUES (\(name), \(kind), \(kind == "http" ? "http://10.20.30.40/" : nil), \(component), \(agency), \(at(made)),
                    \(deleted.map(at))) RETURNING id
            """, as: Int64.self)
        if kind == "http" {
            try await town.database.run(
                """
                INSERT INTO monitor_states (monitor_id, since, state, last_failure, last_detail)
                VALUES (\(id), \(at(made)), \(state), 'connect', 'Lỗi bí mật')
                """)
        }
        return id
    }

    /// - Parameter confirmed: A minute after the beginning unless told otherwise.
    @discardableResult
    func fail(_ monitor: Int64, from begun: Double, to ended: Double? = nil, confirmed: Double? = nil) async throws -> Int64 {
        try await town.database.value(
            """
            INSERT INTO outages (monitor_id, during, confirmed_at, reason)
            VALUES (\(monitor), \(TimeRange(from: at(begun), to: ended.map(at))), \(at(confirmed ?? begun + 1.0 / 60)), 'Lỗi bí mật')
            RETURNING id
            """, as: Int64.self)
    }

    /// Announced work.
    /// - Parameters:
    ///   - component: nil: the whole system.
    ///   - monitors: Those of the component, frozen at publication.
    @discardableResult
    func announce(
        component: String?, monitors: [Int64] = [], from begins: Double, to ends: Double, isPublished: Bool = true
    ) async throws -> Int64 {
        let (linh, published) = (town.person(.linh).id, isPublished ? at(begins - 24) : nil)
        let made = try await town.database.value("SELECT count(*) FROM notices", as: Int.self)
        let notice = try await town.database.value(
            """
            INSERT INTO notices (code, kind, title, impact, during, components, created_by, created_at, published_by,
                                 published_at, lead_days)
            VALUES (\("TB-2026-000\(made + 1)"), 'maintenance', 'Bảo trì máy 10.20.30.40', 'ngừng máy',
                    \(TimeRange(from: at(begins), to: at(ends))), \(component.map { [$0] }), \(linh), \(at(begins - 25)),
                    \(isPublished ? linh : nil), \(published), \(isPublished ? 1 : nil)) RETURNING id
            """, as: Int64.self)
        try await town.database.run(
            "INSERT INTO notice_monitors (notice_id, monitor_id) SELECT \(notice), unnest(\(monitors))")
        return notice
    }

    /// A component that is down, announced work on it, and much that must not show.
    func furnish(title: String = "Cổng dịch vụ", state: String = "down") async throws {
        try await open()
        try await publish("Cổng nội bộ", as: title)
        try await publish("Ẩn", as: "Ẩn", isPublic: false)
        try await fail(watch("Máy chủ nội bộ", component: "Cổng nội bộ", state: state), from: -1)
        try await fail(watch("Riêng của xã", component: "Cổng nội bộ", state: "down", agency: town.yenKhanh), from: -30)
        try await fail(watch("Sao lưu ban đêm", component: "Cổng nội bộ", kind: "heartbeat"), from: -40, to: -39)
        try await fail(watch("Máy ẩn", component: "Ẩn", state: "down"), from: -1)
        try await announce(component: "Cổng nội bộ", from: 24, to: 25)
        try await announce(component: "Ẩn", from: 24, to: 26)
        try await announce(component: "Cổng nội bộ", from: 48, to: 49, isPublished: false)
    }
}
