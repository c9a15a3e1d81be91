import Civil
import Database
import Organization

/// One person of each role, all with the same password, which is made anew for each demo.
enum DemoPeople {
    static func drafts(password: String) -> [UserDraft] {
        [
            ("mau.vanhanh", "Phạm Thùy Linh", Role.operator), ("mau.duongday", "Lê Thanh Hòa", .hotline),
            ("mau.phutrach", "Nguyễn Văn Bình", .agencyAdmin), ("mau.thutruong", "Đỗ Tiến Dũng", .agencyHead),
            ("mau.vanphong", "Vũ Quang Vinh", .provinceOffice), ("mau.thanhtra", "Hoàng Minh Tâm", .auditor),
            ("mau.quantri", "Bùi Xuân An", .administrator),
        ].map { UserDraft(username: $0.0, fullName: $0.1, role: $0.2, password: password) }
    }
}

extension Transaction {
    func insertAgencies(_ drafts: [AgencyDraft], at now: Instant) async throws -> [Agency] {
        try await all(
            """
            INSERT INTO agencies (code, name, kind, contact_name, contact_email, contact_phone, created_at)
            SELECT code, name, kind, contact_name, contact_email, contact_phone, \(now - DemoHistory.length)
            FROM   unnest(\(drafts.map(\.code)), \(drafts.map(\.name)), \(drafts.map(\.kind.rawValue)),
                          \(drafts.map(\.contactName)), \(drafts.map(\.contactEmail)), \(drafts.map(\.contactPhone)))
                   AS draft (code, name, kind, contact_name, contact_email, contact_phone)
            RETURNING \(columns: Agency.self)
            """)
    }

    /// - Parameter agency: Of those whose role belongs to one.
    func insertPeople(_ people: [UserDraft], hash: String, agency: Agency.ID?, at now: Instant) async throws {
        for person in people {
            try await run(
                """
                INSERT INTO users (username, full_name, role, agency_id, password_hash, created_at)
                VALUES (\(person.username), \(person.fullName), \(person.role),
                        \(person.role.isBoundToAgency ? agency : nil), \(hash), \(now))
                """)
        }
    }

    func first(of agencies: [Agency]) async throws -> DemoFirst {
        let people = try await all(
            """
            SELECT \(columns: Person.self) FROM users u LEFT JOIN agencies a ON a.id = u.agency_id
            WHERE  u.username LIKE 'mau.%' ORDER BY u.id
            """, as: Person.self)
        guard let `operator` = people.first(where: { $0.role == .operator }),
            let hotline = people.first(where: { $0.role == .hotline })
        else { throw DatabaseError.noRow }
        return DemoFirst(agencies: agencies, operatorPerson: `operator`, hotline: hotline.id)
    }
}
