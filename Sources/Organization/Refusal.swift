/// A command that a rule did not allow, in the words of the person who asked for it. Rules throw it, pages show it
/// beside the fields it names, the API answers it as 422.
package struct Refusal: Error, Hashable, Sendable {
    /// One thing that stands in the way.
    package struct Problem: Hashable, Sendable {
        /// The name of the form's field, or an empty string for the form as a whole.
        package let field: String
        /// A Vietnamese sentence that says what to do.
        package let text: String

        package init(field: String, text: String) {
            self.field = field
            self.text = text
        }
    }

    /// What is wrong with a text that is too long; nil when it is not.
    ///
    /// The length of a text is the number of its Unicode scalars in NFC, for every field: in Vietnamese that is the number
    /// of letters that people count, in PostgreSQL it is `length`, and none takes more than four bytes. What looks like one
    /// character can have thousands of marks upon it, and would pass any limit that counts characters.
    ///
    /// - Parameters:
    ///   - label: What the page calls the field.
    ///   - maximum: The longest that it may be.
    package static func tooLong(_ field: String, _ label: String, _ text: String, maximum: Int) -> Problem? {
        let length = text.unicodeScalars.count
        guard length > maximum else { return nil }
        return Problem(field: field, text: "\(label): tối đa \(maximum) ký tự, đang có \(length).")
    }

    package let problems: [Problem]

    package init(_ problems: [Problem]) {
        self.problems = problems
    }

    package init(field: String, _ text: String) {
        self.init([Problem(field: field, text: text)])
    }
}
