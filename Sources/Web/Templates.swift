import Foundation
import Mustache

/// All templates, compiled once at start.
package struct Templates: Sendable {
    private let library: MustacheLibrary
    let kept = FragmentCache()

    /// A template that cannot be understood.
    struct Faulty: Error {
        let path: String
        let error: MustacheTemplate.ParserError
    }

    /// - Throws: `Faulty`, or what reading the directory throws.
    package init(directory: String) async throws {
        MustacheContentTypes.register(QuickHTML(), named: QuickHTML.name)
        var library = MustacheLibrary()
        for path in try FileManager.default.subpathsOfDirectory(atPath: directory) where path.hasSuffix(Self.ending) {
            let name = String(path.dropLast(Self.ending.count))
            let text = try String(contentsOfFile: "\(directory)/\(path)", encoding: .utf8)
            do {
                // Each says so for itself, partials too: swift-mustache begins them with its own HTML again.
                try library.register("{{% CONTENT_TYPE:\(QuickHTML.name)}}\(text)", named: name)
            } catch let error as MustacheTemplate.ParserError {
                throw Faulty(path: path, error: error)
            }
        }
        self.library = library
    }

    private static let ending = ".mustache"

    /// - Returns: HTML. A template that is not there is a mistake of ours, which a test finds.
    package func render(_ view: some TemplateView) -> String {
        library.render(view, withTemplate: type(of: view).template) ?? ""
    }
}

/// Escapes text for HTML by its bytes. swift-mustache's own goes letter by letter: a list of 25 incidents took 2.4 ms of
/// the console's CPU with it and 2.0 ms with this (docs/performance.md).
struct QuickHTML: MustacheContentType {
    static let name = "QUICK_HTML"

    func escapeText(_ text: String) -> String {
        var text = text
        // What is not kept in UTF-8 is made so first; our own texts are.
        return text.withUTF8 { bytes in
            let special = bytes.count { Self.replacement(for: $0) != nil }
            guard special > 0 else { return nil as String? }
            return String(unsafeUninitializedCapacity: bytes.count + special * 5) { place in
                var end = 0
                for byte in bytes {
                    if let replacement = Self.replacement(for: byte) {
                        for index in 0..<replacement.utf8CodeUnitCount {
                            place[end + index] = replacement.utf8Start[index]
                        }
                        end += replacement.utf8CodeUnitCount
                    } else {
                        place[end] = byte
                        end += 1
                    }
                }
                return end
            }
        } ?? text
    }

    /// None is longer than six bytes.
    private static func replacement(for byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
