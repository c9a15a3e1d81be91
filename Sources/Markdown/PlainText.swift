/// Text on its way into a document: one line, and nothing in it that a C string cannot hold.
enum PlainText {
    /// Line breaks and tabs become spaces, and U+0000 what CommonMark makes of it (2.3). Normal forms are kept.
    static func line(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.replacing("\r\n", with: "\n").unicodeScalars {
            switch scalar {
            case "\0": result.append("\u{FFFD}")
            case "\t", "\n", "\u{B}", "\u{C}", "\r", "\u{85}", "\u{2028}", "\u{2029}": result.append(" ")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
