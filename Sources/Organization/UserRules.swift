import Civil

/// What a new user brings, as typed.
package struct UserDraft: Sendable {
    package var username: String
    package var fullName: String
    package var email: String
    package var phone: String
    package var role: Role
    package var agency: Agency.ID?
    package var password: String

    package init(
        username: String, fullName: String, email: String = "", phone: String = "", role: Role, agency: Agency.ID? = nil,
        password: String
    ) {
        self.username = username
        self.fullName = fullName
        self.email = email
        self.phone = phone
        self.role = role
        self.agency = agency
        self.password = password
    }

    /// - Throws: `Refusal` with everything that is wrong, not only the first thing.
    package func check() throws(Refusal) {
        var problems: [Refusal.Problem] = []
        if username.wholeMatch(of: /[a-z0-9][a-z0-9._\-]{1,63}/) == nil {
            problems.append(.init(
                field: "username",
                text: "Tên đăng nhập gồm 2–64 chữ thường không dấu, chữ số, dấu chấm, gạch ngang hoặc gạch dưới."))
        }
        if fullName.isEmpty {
            problems.append(.init(field: "full_name", text: "Cần ghi họ và tên."))
        }
        problems += [
            Refusal.tooLong("full_name", "Họ và tên", fullName, maximum: 200),
            Refusal.tooLong("email", "Thư điện tử", email, maximum: 254),
            Refusal.tooLong("phone", "Điện thoại", phone, maximum: 50),
        ].compactMap(\.self)
        if role.isBoundToAgency && agency == nil {
            problems.append(.init(field: "agency", text: "Vai trò “\(role.label)” phải thuộc một cơ quan."))
        }
        if let problem = Password.problem(with: password, of: username) {
            problems.append(problem)
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}

/// Five wrong passwords in a row lock an account for a quarter of an hour.
package enum LoginRules {
    package static let failuresUntilLock = 5
    package static let lockDuration = Duration.seconds(15 * 60)

    /// How long an address has to wait after its latest failure: nothing for the first five, then twice as long each
    /// time, up to a quarter of an hour.
    package static func wait(afterFailures failures: Int) -> Duration {
        failures < 5 ? .zero : .seconds(min(1 << min(failures - 5, 10), 900))
    }

    /// After this long without a failure an address starts afresh.
    package static let forgetAddressAfter = Duration.seconds(3600)
}

/// How long a session lives.
package enum SessionRules {
    package static let idle = Duration.seconds(30 * 60)
    package static let absolute = Duration.seconds(12 * 3600)
    /// A session's last use is written at most this often, so that reading a page is not a write.
    package static let touchEvery = Duration.seconds(60)
}
