/// Which addresses a link may lead to.
enum Address {
    private static let schemes: Set<String> = ["http", "https", "mailto", "tel"]

    /// The address without spaces and control characters, or nothing where it has a scheme that is not known to be
    /// harmless, like `javascript:`. libcmark keeps a list of the bad ones for HTML only; Markdown is read elsewhere,
    /// by programs with lists of their own.
    static func harmless(_ address: String) -> String {
        // Browsers drop control characters and spaces from the front and from within a scheme.
        let bare = address.unicodeScalars.filter { $0.value > 0x20 && $0.value != 0x7F }
        let scheme = bare.prefix { !":/?#".unicodeScalars.contains($0) }
        let hasScheme = scheme.endIndex < bare.endIndex && bare[scheme.endIndex] == ":"
        return !hasScheme || schemes.contains(String(scheme).lowercased()) ? String(bare) : ""
    }
}
