package import Civil
package import Organization

/// What somebody typed of an assignment.
package struct OfficerDraft: Hashable, Sendable {
    package var agency: Agency.ID
    package var duty: Officer.Duty
    package var fullName: String
    package var position: String
    package var phone: String
    package var email: String
    /// The first day in charge.
    package var begins: CivilDate
    /// The last day in charge; nil for one that goes on.
    package var ends: CivilDate?
    package var decisionNumber: String

    package init(
        agency: Agency.ID, duty: Officer.Duty, fullName: String, position: String = "", phone: String = "",
        email: String = "", begins: CivilDate, ends: CivilDate? = nil, decisionNumber: String
    ) {
        self.agency = agency
        self.duty = duty
        self.fullName = fullName
        self.position = position
        self.phone = phone
        self.email = email
        self.begins = begins
        self.ends = ends
        self.decisionNumber = decisionNumber
    }

    /// - Throws: `Refusal` with everything that is wrong. An assignment rests on a decision: without its number nobody
    ///   could show that it was made (Điều 19.1, Điều 23.1 đ).
    package func check() throws(Refusal) {
        var problems: [Refusal.Problem] = []
        if fullName.isEmpty { problems.append(.init(field: "full_name", text: "Họ và tên: cần nhập.")) }
        if decisionNumber.isEmpty {
            problems.append(.init(field: "decision_number", text: "Số quyết định: cần nhập văn bản phân công."))
        }
        if let ends, ends < begins {
            problems.append(.init(field: "ends", text: "Ngày kết thúc không được trước ngày bắt đầu."))
        }
        if !email.isEmpty, !isEmailAddress(email) {
            problems.append(.init(field: "email", text: "Địa chỉ thư điện tử không đúng dạng ten@coquan.gov.vn."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }

    /// Whoever is in charge without a last day hands over to a successor: their last day is the day before the successor's
    /// first. Only an assignment that goes on itself is a succession; one with a last day tells of the past or stands in
    /// for somebody, and what it meets is refused.
    ///
    /// - Parameter others: Assignments of the same agency to the same duty that this one meets.
    /// - Returns: The predecessor whose assignment ends, or nil where there is none.
    /// - Throws: `Refusal` naming whom it meets.
    package func predecessor(among others: [Officer]) throws(Refusal) -> Officer? {
        guard let first = others.first else { return nil }
        if ends == nil, others.count == 1, first.ends == nil, first.begins < begins { return first }
        let names = others.map { "\($0.fullName) (\($0.span))" }.joined(separator: ", ")
        throw Refusal(
            field: "begins",
            "Trùng thời gian với \(names). Mỗi nhiệm vụ của một cơ quan có một người phụ trách: hãy sửa ngày, hoặc kết thúc phân công kia trước.")
    }
}

extension Officer {
    /// `từ 01/07/2026`, or `01/01/2026 – 30/06/2026`.
    package var span: String {
        let first = VietnameseFormat.date(begins)
        return ends.map { "\(first) – \(VietnameseFormat.date($0))" } ?? "từ \(first)"
    }

    /// An assignment ends once; its last day is not before its first.
    package func checkConcluding(_ lastDay: CivilDate) throws(Refusal) {
        if let ends {
            throw Refusal(field: "", "Phân công này đã có ngày kết thúc \(VietnameseFormat.date(ends)).")
        }
        if lastDay < begins {
            throw Refusal(
                field: "last_day", "Ngày kết thúc không được trước ngày bắt đầu \(VietnameseFormat.date(begins)).")
        }
    }
}
