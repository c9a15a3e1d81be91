package import Civil
package import Database
package import Organization

/// An agency or somebody who was told, what became of the letters, and whether they have said that they know.
package struct NoticeRecipient: Hashable, Sendable {
    package typealias ID = RowID<NoticeRecipient>

    /// How we know that a recipient knows.
    package enum Method: String, Sendable, PostgresEncodable, PostgresDecodable {
        case link, console, phone

        var label: String {
            switch self {
            case .link: "qua liên kết trong thư"
            case .console: "trên Trực Ban"
            case .phone: "qua điện thoại"
            }
        }
    }

    /// The newest word of a recipient.
    package struct Said: Hashable, Sendable {
        /// Of which revision.
        package let revision: Int
        package let at: Instant
        package let method: Method
        package let by: String
        /// Who wrote down what was said on the phone.
        package let recorder: String?
    }

    package let id: ID
    /// Nil for a person.
    package let agency: Agency.ID?
    /// Of the agency, or of the person.
    package let name: String
    package let contactName: String
    package let contactEmail: String
    package let contactPhone: String
    package let said: Said?
}

extension NoticeRecipient: PostgresRow {
    /// For `notice_recipients r`, `agencies a`, the newest acknowledgement `k` and its recorder `u`.
    package static var columns: String {
        """
        r.id, r.agency_id, coalesce(a.name, r.contact_name), r.contact_name, r.contact_email, r.contact_phone, k.revision,
        k.acknowledged_at, k.method, k.said_by, u.full_name
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        agency = try row.read()
        name = try row.read()
        contactName = try row.read()
        contactEmail = try row.read()
        contactPhone = try row.read()
        let (revision, at) = (try row.read(Int?.self), try row.read(Instant?.self))
        let (method, by) = (try row.read(Method?.self), try row.read(String?.self))
        let recorder = try row.read(String?.self)
        said =
            if let revision, let at, let method, let by {
                Said(revision: revision, at: at, method: method, by: by, recorder: method == .phone ? recorder : nil)
            } else {
                nil
            }
    }
}

/// Somebody who is told beside the agencies (“cá nhân sử dụng”, Điều 21.7).
package struct PersonDraft: Hashable, Sendable {
    package var name: String
    package var email: String
    package var phone: String

    package init(name: String, email: String, phone: String) {
        self.name = name
        self.email = email
        self.phone = phone
    }

    /// - Throws: `Refusal` with everything that is wrong; somebody needs an address or a number by which they are reached.
    package func check() throws(Refusal) {
        var problems: [Refusal.Problem] = []
        if name.isEmpty { problems.append(.init(field: "person_name", text: "Họ tên: cần nhập.")) }
        if let long = Refusal.tooLong("person_name", "Họ tên", name, maximum: 200) { problems.append(long) }
        if !email.isEmpty && !isEmailAddress(email) {
            problems.append(.init(field: "person_email", text: "Thư điện tử: cần một địa chỉ dạng ten@coquan.gov.vn."))
        }
        if !phone.isEmpty && phone.wholeMatch(of: /[+0-9 .()\-]{6,30}/) == nil {
            problems.append(.init(field: "person_phone", text: "Điện thoại: chỉ gồm chữ số, dấu cách và + . ( ) -, từ 6 đến 30 ký tự."))
        }
        if email.isEmpty && phone.isEmpty {
            problems.append(.init(field: "person_email", text: "Cần thư điện tử hoặc điện thoại để báo được."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}

/// A recipient beside what became of the letters of the last occasions.
package struct ReachedRecipient: Hashable, Sendable, PostgresRow {
    package let recipient: NoticeRecipient
    /// Of what is announced now; nil where there is no address.
    package let announcement: LetterStanding?
    /// Of its being called off.
    package let cancellation: LetterStanding?

    /// As `NoticeRecipient.columns`, and the letters `d` and `c`.
    package static var columns: String {
        "\(NoticeRecipient.columns), \(LetterStanding.columns(of: "d")), \(LetterStanding.columns(of: "c"))"
    }

    package init(row: inout RowReader) throws {
        recipient = try NoticeRecipient(row: &row)
        announcement = try LetterStanding(row: &row)
        cancellation = try LetterStanding(row: &row)
    }
}

/// How many of the recipients stand how.
package struct RecipientCounts: Hashable, Sendable, PostgresRow {
    package let all: Int
    package let delivered: Int
    package let waiting: Int
    package let failed: Int
    package let unaddressed: Int
    /// Of what is announced now.
    package let acknowledged: Int
    /// Only of what was announced before.
    package let outdated: Int

    package static var columns: String {
        """
        count(*), count(*) FILTER (WHERE last.state = 'delivered'),
        count(*) FILTER (WHERE last.state IN ('ready', 'running')), count(*) FILTER (WHERE last.state = 'failed'),
        count(*) FILTER (WHERE r.contact_email = ''), count(r.acknowledged_at),
        count(*) FILTER (WHERE r.acknowledged_at IS NULL AND EXISTS (
            SELECT FROM notice_acknowledgements k WHERE k.recipient_id = r.id))
        """
    }

    package init(row: inout RowReader) throws {
        all = try row.read()
        delivered = try row.read()
        waiting = try row.read()
        failed = try row.read()
        unaddressed = try row.read()
        acknowledged = try row.read()
        outdated = try row.read()
    }
}
