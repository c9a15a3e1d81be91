package import Civil
package import Database
package import Organization
package import WorkingTime

/// Notices, their recipients, and what was sent.
package struct NoticeStore: Sendable {
    let database: Database
    /// The Department's working days, for the lead of Điều 21.7.
    let calendar: WorkingCalendar
    package let links: NoticeLinks
    let mailUser: String?

    /// - Parameter mailUser: Under which name the console signs in to the mail server: letters may come from there, and
    ///   calendars take changes only from where the entry came.
    package init(database: Database, calendar: WorkingCalendar, links: NoticeLinks, mailUser: String? = nil) {
        self.database = database
        self.calendar = calendar
        self.links = links
        self.mailUser = mailUser
    }

    /// Agencies see what was published to them; who is bound to no agency sees everything, drafts too.
    package func list(for person: Person, search: String, offset: Int, limit: Int) async throws -> [Notice] {
        try await database.all(
            """
            SELECT \(columns: Notice.self) \(sql: Self.joins(person.scope))
            WHERE  \(sql: Self.visible(person.scope)) AND (\(search) = '' OR n.search LIKE (SELECT containing(\(search))))
            ORDER  BY n.code <> upper(\(search)), n.created_at DESC, n.id DESC OFFSET \(offset) LIMIT \(limit)
            """)
    }

    package func count(for person: Person, search: String) async throws -> Int {
        try await database.value(
            """
            SELECT count(*) FROM notices n
            WHERE \(sql: Self.visible(person.scope)) AND (\(search) = '' OR n.search LIKE (SELECT containing(\(search))))
            """)
    }

    package func find(_ code: String, for person: Person) async throws -> Notice? {
        try await database.first(
            """
            SELECT \(columns: Notice.self) \(sql: Self.joins(person.scope))
            WHERE n.code = \(code) AND \(sql: Self.visible(person.scope))
            """)
    }

    /// All that was announced, the newest first.
    package func revisions(of notice: Notice) async throws -> [NoticeRevision] {
        try await database.all(
            """
            SELECT \(columns: NoticeRevision.self) FROM notice_revisions v JOIN users u ON u.id = v.announced_by
            WHERE  v.notice_id = \(notice.id) ORDER BY v.number DESC
            """)
    }

    /// What was tested on an upgrade; nil while nobody has written it down.
    package func test(of notice: Notice) async throws -> UpgradeTest? { try await database.test(of: notice) }

    /// Whole working days from `now` to a start: what the page shows before publication.
    /// A draft of earlier times may lie further ahead than one may now; days beyond that are not counted one by one.
    package func leadDays(from now: Instant, to begins: Instant) -> Int {
        calendar.wholeWorkingDays(from: now, to: min(begins, now + NoticeDraft.furthest))
    }

    /// Everything that a notice may concern by name, and what `draft` names though nothing watches it any more.
    package func components(with named: [String] = []) async throws -> [MonitoredComponent] {
        try await database.all(
            """
            SELECT \(columns: MonitoredComponent.self)
            FROM  (SELECT monitor_id, name FROM monitored_components
                   UNION ALL SELECT NULL, name FROM unnest(\(named)::text[]) AS name) AS c
            GROUP  BY c.name ORDER BY c.name COLLATE "vi-x-icu"
            """)
    }

    /// Which of `notices n` somebody sees who is bound to an agency, or to none.
    static func visible(_ scope: Agency.ID?) -> SQL {
        """
        (\(scope)::bigint IS NULL OR (n.published_at IS NOT NULL AND EXISTS (
            SELECT FROM notice_recipients v WHERE v.notice_id = n.id AND v.agency_id = \(scope))))
        """
    }

    /// What `Notice.columns` are read from.
    static func joins(_ scope: Agency.ID?) -> SQL {
        """
        FROM notices n JOIN users author ON author.id = n.created_by LEFT JOIN users editor ON editor.id = n.updated_by
        LEFT JOIN users approver ON approver.id = n.approved_by
        LEFT JOIN notice_numbers number ON number.notice_id = n.id AND number.revision = n.revision
        CROSS JOIN LATERAL (
            SELECT count(*) AS recipients, count(r.acknowledged_at) AS acknowledged,
                   (SELECT count(*) FROM notice_monitors m WHERE m.notice_id = n.id) AS monitors
            FROM   notice_recipients r
            WHERE  r.notice_id = n.id AND (\(scope)::bigint IS NULL OR r.agency_id = \(scope))) told
        """
    }
}

extension Queryable {
    func test(of notice: Notice) async throws -> UpgradeTest? {
        try await first(
            """
            SELECT \(columns: UpgradeTest.self) FROM notice_tests t JOIN users u ON u.id = t.updated_by
            WHERE  t.notice_id = \(notice.id)
            """)
    }
}

extension Transaction {
    /// - Throws: `Refusal` for a notice that nobody of that scope can see.
    func locked(_ code: String, scope: Agency.ID?) async throws -> Notice {
        let found = try await first(
            """
            SELECT \(columns: Notice.self) \(sql: NoticeStore.joins(scope))
            WHERE n.code = \(code) AND \(sql: NoticeStore.visible(scope)) FOR UPDATE OF n
            """, as: Notice.self)
        guard let found else { throw Refusal(field: "", "Không có thông báo nào mang mã “\(code)”.") }
        return found
    }

    func lastEdit(of notice: Notice) async throws -> LastEdit {
        try await one(
            """
            SELECT \(columns: LastEdit.self) FROM notices r LEFT JOIN users u ON u.id = r.updated_by
            WHERE r.id = \(notice.id)
            """)
    }
}
