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

    package let problems: [Problem]

    package init(_ problems: [Problem]) {
        self.problems = problems
    }

    package init(field: String, _ text: String) {
        self.init([Problem(field: field, text: text)])
    }
}
