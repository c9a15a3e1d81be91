import Foundation
import FoundationXML

/// Parses a page as XML and remembers the first complaint.
final class XMLParserOutcome: NSObject, XMLParserDelegate {
    struct Complaint: Error, CustomStringConvertible {
        let line: Int
        let column: Int
        let text: String

        var description: String { "not well-formed at \(line):\(column): \(text)" }
    }

    func parse(_ markup: String) throws {
        let parser = XMLParser(data: Data(markup.utf8))
        parser.delegate = self
        if !parser.parse() {
            throw Complaint(
                line: parser.lineNumber, column: parser.columnNumber,
                text: parser.parserError.map { "\($0)" } ?? "unknown")
        }
    }
}
