import Civil
import Database
import Organization

/// People in charge at the agencies, and a backup for nearly every day.
struct DemoDuties: Sendable {
    struct Officer: Hashable {
        let agency: Agency.ID
        let duty: String
        let name: DemoName
        let phone: String
        let from: CivilDate
        let decision: String
    }

    struct Backup: Hashable {
        let day: CivilDate
        let isGood: Bool
    }

    let officers: [Officer]
    let backups: [Backup]

    init(_ history: DemoHistory, agencies: [Agency], random: inout DemoRandom) {
        let first = CivilDate(inVietnam: history.began)
        var officers: [Officer] = []
        for agency in agencies {
            for (duty, share) in [("security_officer", 92), ("software_manager", 86)] where random.happens(share) {
                officers.append(
                    Officer(
                        agency: agency.id, duty: duty, name: DemoName(using: &random), phone: DemoName.phone(using: &random),
                        from: first.adding(days: Int.random(in: 0...40, using: &random)),
                        decision: "\(Int.random(in: 10...480, using: &random))/QĐ-\(agency.kind == .commune ? "UBND" : "VP")"))
            }
        }
        self.officers = officers
        let days = CivilDate(inVietnam: history.ended).dayNumber - first.dayNumber
        backups = (0..<days).compactMap { day in
            random.happens(2) ? nil : Backup(day: first.adding(days: day), isGood: !random.happens(1))
        }
    }
}

extension Transaction {
    func insertDuties(_ duties: DemoDuties, operator: User.ID) async throws {
        let (officers, backups) = (duties.officers, duties.backups)
        try await run(
            """
            INSERT INTO officers (agency_id, duty, full_name, position, phone, during, decision_number)
            SELECT agency_id, duty, name, 'Công chức', phone, daterange(start, NULL), decision
            FROM   unnest(\(officers.map(\.agency.rawValue)), \(officers.map(\.duty)), \(officers.map(\.name.full)),
                          \(officers.map(\.phone)), \(officers.map(\.from)), \(officers.map(\.decision)))
                   AS v (agency_id, duty, name, phone, start, decision)
            """)
        try await run(
            """
            INSERT INTO backups (day, taken_at, kind, result, note, recorded_at, recorded_by)
            SELECT day, (day + time '02:10') AT TIME ZONE 'Asia/Ho_Chi_Minh', 'daily',
                   CASE WHEN good THEN 'good' ELSE 'failed' END, '', (day + time '08:00') AT TIME ZONE 'Asia/Ho_Chi_Minh',
                   \(`operator`)
            FROM   unnest(\(backups.map(\.day)), \(backups.map(\.isGood))) AS v (day, good)
            """)
    }
}
