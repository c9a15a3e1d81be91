package import Civil
package import Database

/// What somebody typed of an agency.
package struct AgencyDraft: Hashable, Sendable {
    package var code: String
    package var identifier: String?
    package var name: String
    package var kind: Agency.Kind
    package var contactName: String
    package var contactEmail: String
    package var contactPhone: String

    package init(
        code: String, identifier: String? = nil, name: String, kind: Agency.Kind, contactName: String = "",
        contactEmail: String = "", contactPhone: String = ""
    ) {
        self.code = code
        self.identifier = identifier
        self.name = name
        self.kind = kind
        self.contactName = contactName
        self.contactEmail = contactEmail
        self.contactPhone = contactPhone
    }

    /// - Throws: `Refusal` with everything that is wrong. Identifiers follow Quyết định 20/2020/QĐ-TTg, Điều 4: groups of
    ///   capital letters and digits between dots, at most 35 characters; the older right-to-left form is accepted too.
    package func check() throws(Refusal) {
        var problems: [Refusal.Problem] = []
        if code.wholeMatch(of: /[a-z0-9]{2,32}/) == nil {
            problems.append(.init(field: "code", text: "Mã cơ quan gồm 2–32 chữ thường không dấu hoặc chữ số, ví dụ skhcn."))
        }
        if let identifier, identifier.count > 35 || identifier.wholeMatch(of: /[0-9A-Z]+(\.[0-9A-Z]+)*/) == nil {
            problems.append(.init(
                field: "identifier", text: "Mã định danh gồm chữ in hoa, chữ số, dấu chấm; tối đa 35 ký tự (QĐ 20/2020/QĐ-TTg)."))
        }
        if name.isEmpty {
            problems.append(.init(field: "name", text: "Cần ghi tên cơ quan, đơn vị."))
        }
        problems += [
            Refusal.tooLong("name", "Tên cơ quan, đơn vị", name, maximum: 200),
            Refusal.tooLong("contact_name", "Họ và tên", contactName, maximum: 200),
            Refusal.tooLong("contact_email", "Thư điện tử", contactEmail, maximum: 254),
            Refusal.tooLong("contact_phone", "Điện thoại", contactPhone, maximum: 50),
        ].compactMap(\.self)
        if !contactEmail.isEmpty, !isEmailAddress(contactEmail) {
            problems.append(.init(field: "contact_email", text: "Địa chỉ thư điện tử không đúng dạng ten@coquan.gov.vn."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}

/// The agencies that use the system (Điều 2.1).
package struct AgencyStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Agencies within the person's scope whose code or name contains `search`, marks and case aside; exact code first.
    package func list(for person: Person, search: String = "", offset: Int = 0, limit: Int) async throws -> [Agency] {
        try await database.all(
            """
            SELECT \(columns: Agency.self) FROM agencies
            WHERE  (\(person.scope)::bigint IS NULL OR id = \(person.scope))
            AND    (\(search) = '' OR search LIKE (SELECT containing(\(search))))
            ORDER  BY code <> \(search), kind DESC, name COLLATE "vi-x-icu", id
            OFFSET \(offset) LIMIT \(limit)
            """)
    }

    package func count(for person: Person, search: String = "") async throws -> Int {
        try await database.value(
            """
            SELECT count(*) FROM agencies
            WHERE  (\(person.scope)::bigint IS NULL OR id = \(person.scope))
            AND    (\(search) = '' OR search LIKE (SELECT containing(\(search))))
            """)
    }

    /// Agencies to choose from in a form, within the person's scope.
    package func choices(for person: Person) async throws -> [Agency] {
        try await list(for: person, limit: 2000)
    }

    package func find(_ id: Agency.ID, for person: Person) async throws -> Agency? {
        try await database.first(
            """
            SELECT \(columns: Agency.self) FROM agencies
            WHERE id = \(id) AND (\(person.scope)::bigint IS NULL OR id = \(person.scope))
            """)
    }

    /// - Throws: `Refusal` when the draft is not fit, or its code or identifier is taken.
    @discardableResult
    package func add(
        _ draft: AgencyDraft, by actor: Actor, form: FormKey? = nil, at now: Instant
    ) async throws -> Agency.ID {
        try draft.check()
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/agencies")
            let id = try await refusingTakenNames {
                try await tx.value(
                    """
                    INSERT INTO agencies
                        (code, identifier, name, kind, contact_name, contact_email, contact_phone, created_at)
                    VALUES (\(draft.code), \(draft.identifier), \(draft.name), \(draft.kind), \(draft.contactName),
                            \(draft.contactEmail), \(draft.contactPhone), \(now))
                    RETURNING id
                    """, as: Agency.ID.self)
            }
            tx.record("agency.added", draft.code, by: actor, after: draft.audited, at: now)
            return id
        }
    }

    /// Changes what is written of an agency. Saving what is stored already changes nothing.
    ///
    /// - Parameter version: The version that the editor began from.
    /// - Throws: `Refusal` when the draft is not fit, or its code or identifier is taken; `ChangedMeanwhile` when somebody
    ///   else has changed it since.
    package func change(
        _ id: Agency.ID, to draft: AgencyDraft, version: Int, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try draft.check()
        try await database.transaction { tx in
            try await tx.claim(form, location: "/agencies")
            let agency = try await tx.locked(id, for: person)
            if agency.draft == draft { return }
            guard agency.version == version else {
                throw ChangedMeanwhile(
                    "Cơ quan này", try await tx.lastEdit(of: id), typed: draft.fields, stored: agency.draft.fields)
            }
            _ = try await refusingTakenNames {
                try await tx.run(
                    """
                    UPDATE agencies SET code = \(draft.code), identifier = \(draft.identifier), name = \(draft.name),
                        kind = \(draft.kind), contact_name = \(draft.contactName),
                        contact_email = \(draft.contactEmail), contact_phone = \(draft.contactPhone),
                        version = version + 1, updated_by = \(person.id), updated_at = \(now)
                    WHERE id = \(id)
                    """)
            }
            tx.record(
                "agency.changed", draft.code, by: .person(person, address: address), before: agency.draft.audited,
                after: draft.audited, at: now)
        }
    }

    private func refusingTakenNames<T: Sendable>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as DatabaseError where error.isUniqueViolation(of: "agencies_code_key") {
            throw Refusal(field: "code", "Mã cơ quan này đã có.")
        } catch let error as DatabaseError where error.isUniqueViolation(of: "agencies_identifier_key") {
            throw Refusal(field: "identifier", "Mã định danh này đã thuộc cơ quan khác.")
        }
    }
}

extension Transaction {
    /// - Throws: `Refusal` for an agency that the person cannot see.
    fileprivate func locked(_ id: Agency.ID, for person: Person) async throws -> Agency {
        let found: Agency? = try await first(
            """
            SELECT \(columns: Agency.self) FROM agencies
            WHERE id = \(id) AND (\(person.scope)::bigint IS NULL OR id = \(person.scope)) FOR UPDATE
            """)
        guard let found else { throw Refusal(field: "", "Không có cơ quan này.") }
        return found
    }

    fileprivate func lastEdit(of id: Agency.ID) async throws -> LastEdit {
        try await one(
            """
            SELECT \(columns: LastEdit.self) FROM agencies r LEFT JOIN users u ON u.id = r.updated_by WHERE r.id = \(id)
            """)
    }

    /// That a form's choice of an agency is one that is in use; nil is none.
    /// - Parameters:
    ///   - scope: The only agency that the person may choose, where there is one (`Person.scope`).
    ///   - label: What the form calls the field `agency`.
    /// - Throws: `Refusal`
    package func checkInUse(_ agency: Agency.ID?, within scope: Agency.ID? = nil, as label: String) async throws {
        guard let agency else { return }
        let isInUse = try await value(
            """
            SELECT EXISTS (SELECT FROM agencies WHERE id = \(agency) AND closed_at IS NULL
                           AND (\(scope)::bigint IS NULL OR id = \(scope)))
            """, as: Bool.self)
        if !isInUse { throw Refusal(field: "agency", "\(label): cần chọn một mục trong danh sách.") }
    }
}

extension Agency {
    /// The agency as a form shows it.
    package var draft: AgencyDraft {
        AgencyDraft(
            code: code, identifier: identifier, name: name, kind: kind, contactName: contactName,
            contactEmail: contactEmail, contactPhone: contactPhone)
    }
}

extension AgencyDraft {
    /// What the form asks, in its order.
    fileprivate var fields: [TypedField] {
        [
            TypedField("name", "Tên cơ quan, đơn vị", name), TypedField("code", "Mã cơ quan", code),
            TypedField("identifier", "Mã định danh điện tử", identifier ?? ""), TypedField("kind", "Loại", kind.label),
            TypedField("contact_name", "Họ và tên", contactName), TypedField("contact_email", "Thư điện tử", contactEmail),
            TypedField("contact_phone", "Điện thoại", contactPhone),
        ]
    }

    fileprivate var audited: [String: String?] {
        [
            "code": code, "identifier": identifier, "name": name, "kind": kind.rawValue, "contact_name": contactName,
            "contact_email": contactEmail, "contact_phone": contactPhone,
        ]
    }
}
