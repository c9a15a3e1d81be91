package import Civil
package import Database
package import Organization

/// Giờ phục vụ: the times of a week in Vietnam at which the system is to be usable. What lies outside them is no part
/// of the availability.
package struct ServiceHours: Hashable, Sendable {
    package static let minutesOfDay = 1440
    package static let dayNames = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"]

    /// Minutes from Monday 00:00, apart from each other, in order.
    package let minutes: [Range<Int>]

    /// Day and night, all week (Điều 24.2).
    package static let always = ServiceHours(minutes: [0..<7 * minutesOfDay])

    private init(minutes: [Range<Int>]) {
        self.minutes = minutes
    }

    /// Reads seven days, Monday first: `07:30-11:30, 13:30-17:00`; nothing for a day without service.
    ///
    /// - Throws: `Refusal` on the fields `day1` … `day7`, and on `day1` for a week without service.
    package init(days: [String]) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        var minutes: [Range<Int>] = []
        for (day, text) in days.enumerated() {
            guard let times = Self.times(of: text) else {
                problems.append(
                    .init(
                        field: "day\(day + 1)",
                        text: "\(Self.dayNames[day]): giờ cần có dạng 07:30-11:30, 13:30-17:00, nối tiếp nhau."))
                continue
            }
            for time in times {
                let time = time.lowerBound + day * Self.minutesOfDay..<time.upperBound + day * Self.minutesOfDay
                if let last = minutes.last, last.upperBound == time.lowerBound {
                    minutes[minutes.count - 1] = last.lowerBound..<time.upperBound
                } else {
                    minutes.append(time)
                }
            }
        }
        if problems.isEmpty && minutes.isEmpty {
            problems.append(.init(field: "day1", text: "Cần ít nhất một khoảng giờ phục vụ trong tuần."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
        self.minutes = minutes
    }

    /// Nil for what is no list of times in order.
    private static func times(of text: String) -> [Range<Int>]? {
        if text.isEmpty { return [] }
        var times: [Range<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(omittingEmptySubsequences: true) { $0 == "-" || $0 == "–" || $0 == " " }
            guard ends.count == 2, let from = minute(ends[0]), let to = minute(ends[1]), from < to,
                times.last.map({ $0.upperBound <= from }) ?? true
            else { return nil }
            times.append(from..<to)
        }
        return times
    }

    /// `07:30` up to `24:00`.
    private static func minute(_ text: Substring) -> Int? {
        guard let found = text.wholeMatch(of: /(\d{1,2}):(\d{2})/), let hour = Int(found.1), let minute = Int(found.2),
            minute < 60, hour * 60 + minute <= minutesOfDay
        else { return nil }
        return hour * 60 + minute
    }

    /// Seven days as they are typed.
    package var days: [String] {
        (0..<7).map { day in
            let whole = day * Self.minutesOfDay..<(day + 1) * Self.minutesOfDay
            return minutes.map { $0.clamped(to: whole) }.filter { !$0.isEmpty }
                .map { "\(Self.clock($0.lowerBound - whole.lowerBound))-\(Self.clock($0.upperBound - whole.lowerBound))" }
                .joined(separator: ", ")
        }
    }

    /// `Thứ Hai: 07:30-11:30, 13:30-17:00; …`
    package var text: String {
        if self == .always { return "24 giờ mỗi ngày, cả tuần" }
        return zip(Self.dayNames, days).filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1)" }.joined(separator: "; ")
    }

    private static func clock(_ minute: Int) -> String {
        let (hour, rest) = (minute / 60, minute % 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension ServiceHours {
    /// As an `int4multirange` is written.
    var multirange: String { "{\(minutes.map { "[\($0.lowerBound),\($0.upperBound))" }.joined(separator: ","))}" }

    /// Reads what PostgreSQL writes of an `int4multirange`.
    init(multirange text: String) {
        minutes = text.matches(of: /\[(\d+),(\d+)\)/).compactMap { found in
            guard let from = Int(found.1), let to = Int(found.2), from < to else { return nil }
            return from..<to
        }
    }
}

/// From which day on which hours hold for whom, who decided it, and why.
package struct ServiceHoursRule: Hashable, Sendable, PostgresRow {
    /// Nil: every monitor that has no hours of its own.
    package let monitorName: String?
    package let inForceFrom: CivilDate
    /// Nil: as the whole system.
    package let hours: ServiceHours?
    package let reason: String
    package let decidedAt: Instant
    package let decidedBy: String

    package static var columns: String {
        "m.name, h.in_force_from, h.minutes::text, h.reason, h.decided_at, u.full_name"
    }

    package init(row: inout RowReader) throws {
        monitorName = try row.read()
        inForceFrom = try row.read()
        hours = try row.read(String?.self).map(ServiceHours.init(multirange:))
        reason = try row.read()
        decidedAt = try row.read()
        decidedBy = try row.read()
    }
}

/// Hours that somebody wants to hold.
package struct ServiceHoursDraft: Hashable, Sendable {
    package var monitor: Monitor.ID?
    package var inForceFrom: CivilDate
    /// Nil: as the whole system.
    package var hours: ServiceHours?
    package var reason: String

    package init(monitor: Monitor.ID?, inForceFrom: CivilDate, hours: ServiceHours?, reason: String) {
        self.monitor = monitor
        self.inForceFrom = inForceFrom
        self.hours = hours
        self.reason = reason
    }

    /// Hours hold from a day on that has not begun before today: nobody moves the goal after the game.
    /// - Throws: `Refusal` with everything that is wrong.
    package func check(at now: Instant) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        if inForceFrom < CivilDate(inVietnam: now) {
            problems.append(
                .init(field: "in_force_from", text: "Áp dụng từ: không được trước hôm nay, vì số liệu đã qua không đổi."))
        }
        if monitor == nil && hours == nil {
            problems.append(.init(field: "mode", text: "Toàn hệ thống cần có giờ phục vụ của chính nó."))
        }
        if reason.isEmpty { problems.append(.init(field: "reason", text: "Căn cứ: cần nhập văn bản hoặc lý do.")) }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}

extension MonitorStore {
    /// What was decided of service hours, newest first.
    /// - Parameter person: Who asks, of what they may see.
    package func serviceHours(for person: Person) async throws -> [ServiceHoursRule] {
        try await database.all(
            """
            SELECT \(columns: ServiceHoursRule.self)
            FROM   service_hours h LEFT JOIN monitors m ON m.id = h.monitor_id JOIN users u ON u.id = h.decided_by
            WHERE  h.monitor_id IS NULL OR \(sql: Self.isSeen(by: person))
            ORDER  BY h.id DESC
            """)
    }

    /// Monitors by name, for a choice.
    package func names(for person: Person) async throws -> [(id: Monitor.ID, name: String)] {
        try await database.query(
            """
            SELECT m.id, m.name FROM monitors m WHERE \(sql: Self.isListed(for: person))
            ORDER  BY m.name COLLATE "vi-x-icu", m.id
            """
        ) { row in (id: try row.read(Monitor.ID.self), name: try row.read(String.self)) }.rows
    }

    /// Decides hours from a day on.
    /// - Throws: `Refusal` when the draft is not fit.
    package func decide(
        _ draft: ServiceHoursDraft, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try draft.check(at: now)
        try await database.transaction { tx in
            try await tx.claim(form, location: "/availability/hours")
            let names = try await tx.values(
                "SELECT m.name FROM monitors m WHERE m.id = \(draft.monitor) AND \(sql: Self.isListed(for: person))",
                as: String.self)
            guard draft.monitor == nil || !names.isEmpty else {
                throw Refusal(field: "monitor", "Áp dụng cho: cần chọn một mục trong danh sách.")
            }
            try await tx.run(
                """
                INSERT INTO service_hours (monitor_id, in_force_from, minutes, reason, decided_at, decided_by)
                VALUES (\(draft.monitor), \(draft.inForceFrom), \(draft.hours?.multirange)::text::int4multirange,
                        \(draft.reason), \(now), \(person.id))
                """)
            tx.record(
                "service_hours.decided", names.first ?? "Toàn hệ thống", by: .person(person, address: address),
                after: [
                    "from": VietnameseFormat.date(draft.inForceFrom), "hours": draft.hours?.text, "reason": draft.reason,
                ], at: now)
        }
    }
}
