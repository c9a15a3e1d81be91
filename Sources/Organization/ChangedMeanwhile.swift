import Civil
package import Database

/// Somebody else has saved a record since its form was shown. Nothing was overwritten, and nothing that was typed is lost:
/// the page shows it again beside what is stored now, and whoever has compared saves on top of that.
package struct ChangedMeanwhile: Error, Hashable, Sendable {
    /// The version that is stored now.
    package let version: Int
    /// Who saved it and when, then what is stored otherwise than it was typed, field by field.
    package let problems: [Refusal.Problem]

    /// - Parameters:
    ///   - what: The record, as the beginning of a sentence: `Cơ quan này`.
    ///   - edit: The last time that it was saved.
    ///   - typed: What the form says, in its order.
    ///   - stored: What is stored now, with the same fields.
    package init(_ what: String, _ edit: LastEdit, typed: [TypedField], stored: [TypedField]) {
        version = edit.version
        problems = [
            Refusal.Problem(
                field: "",
                text: "\(what) vừa được \(edit.words). Những gì bạn đã nhập còn nguyên: đối chiếu các chỗ khác nhau rồi lưu lại.")
        ] + zip(typed, stored).filter { $0.value != $1.value }.map { $1.problem }
    }
}

/// One field of a form, as people read it.
package struct TypedField: Hashable, Sendable {
    let name: String
    let label: String
    let value: String

    /// - Parameter label: What the page calls the field.
    package init(_ name: String, _ label: String, _ value: String) {
        self.name = name
        self.label = label
        self.value = value
    }

    fileprivate var problem: Refusal.Problem {
        .init(field: name, text: "\(label): bản đã lưu là \(value.isEmpty ? "chưa ghi" : "“\(value)”").")
    }
}

/// Who saved a record last, and when. For `(some table) r LEFT JOIN users u ON u.id = r.updated_by`.
package struct LastEdit: PostgresRow, Hashable, Sendable {
    package static var columns: String { "r.version, u.full_name, r.updated_at" }

    package let version: Int
    let editor: String?
    let at: Instant?

    package init(row: inout RowReader) throws {
        version = try row.read()
        editor = try row.read()
        at = try row.read()
    }

    /// As it stands in a sentence after “vừa được”.
    fileprivate var words: String {
        [editor, "sửa", at.map { "lúc \(VietnameseFormat.moment($0))" }].compactMap(\.self).joined(separator: " ")
    }
}
