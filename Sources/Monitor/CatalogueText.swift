import Foundation
package import Organization

/// The small part of YAML 1.2 in which a catalogue of monitors is written: a list of records whose values are plain,
/// quoted or `|-` texts. What it writes any reader of YAML understands; what it does not understand it refuses, with the
/// line, and guesses nothing.
package enum CatalogueText {
    /// One monitor of a file.
    package struct Entry: Hashable, Sendable {
        /// The line on which it begins, counted from 1.
        package let line: Int
        package let fields: [String: String]
        /// The line of each field.
        let lines: [String: Int]
    }

    // MARK: Writing

    package static func write(_ sheets: [MonitorSheet]) -> String {
        var text = """
            # Danh mục điểm giám sát của Trực Ban. Trường nào không ghi thì theo mặc định của biểu mẫu.
            # Giá trị của headers có thể là mật khẩu: giữ tệp này như giữ mật khẩu.
            version: 1

            """
        text += sheets.isEmpty ? "monitors: []\n" : "monitors:\n"
        for sheet in sheets {
            for (index, field) in sheet.told.enumerated() {
                text += "\(index == 0 ? "  - " : "    ")\(field.name): \(isSwitch(field.name) ? field.value : scalar(field.value))\n"
            }
        }
        return text
    }

    private static func isSwitch(_ name: String) -> Bool { MonitorSheet.flags.contains(name) || name == "paused" }

    private static func scalar(_ text: String) -> String {
        if text.wholeMatch(of: /0|[1-9][0-9]{0,8}|[\p{L}][\p{L}\p{N}_\-\/.]*( [\p{L}\p{N}_\-\/.]+)*|https?:\/\/[A-Za-z0-9.\-_\/:%?=&]*[A-Za-z0-9\/]/) != nil,
            !reserved.contains(text.lowercased())
        {
            return text
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.count > 1, lines.allSatisfy({ !$0.isEmpty && $0.first != " " && $0.last != " " && !$0.contains("\t") }) {
            return "|-\n" + lines.map { "      \($0)" }.joined(separator: "\n")
        }
        return quoted(text)
    }

    /// Words that YAML 1.1 or 1.2 takes for something else than text.
    private static let reserved: Set<String> = ["null", "true", "false", "on", "off", "yes", "no", "y", "n", "nan", "inf"]

    private static func quoted(_ text: String) -> String {
        let body = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\t": "\\t"
            case _ where scalar.properties.generalCategory == .control || ["\u{2028}", "\u{2029}", "\u{feff}"].contains(scalar):
                String(format: "\\u%04x", scalar.value)
            default: String(scalar)
            }
        }
        return "\"\(body.joined())\""
    }

    // MARK: Reading

    /// - Throws: `Refusal` naming the lines that cannot be read.
    package static func read(_ text: String) throws(Refusal) -> [Entry] {
        var reader = CatalogueReader(text)
        return try reader.entries()
    }
}
