/// The name of an electronic file as Điều 8.4 of the regulation wants it: letters without marks and digits, no special
/// characters, at most 50 of them before the extension.
package struct ElectronicFileName: Hashable, Sendable, CustomStringConvertible {
    /// How many characters may stand before the extension.
    package static let longest = 50

    /// With its extension: `BC6T2026KY1.pdf`.
    package let description: String

    /// Makes a name of any Vietnamese title: marks come off, and what is no letter or digit is left out. Case stays:
    /// `Báo cáo 6 tháng` becomes `Baocao6thang`.
    ///
    /// - Parameter kind: The extension without its dot; it is cleaned in the same way.
    /// - Returns: nil when nothing is left of the title or of the extension.
    package init?(_ title: String, extension kind: String) {
        let name = Folding.withoutMarks(title).filter(Self.isAllowed).prefix(Self.longest)
        let kind = Folding.withoutMarks(kind).filter(Self.isAllowed)
        guard !name.isEmpty, !kind.isEmpty else { return nil }
        description = "\(name).\(kind)"
    }

    /// Why a name that somebody gave is not allowed, in the reader's words; nil when it is.
    package static func fault(in name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex, name.index(after: dot) != name.endIndex else {
            return "Tên tệp phải có phần tên và phần mở rộng (Điều 8.4)."
        }
        let (stem, kind) = (name[..<dot], name[name.index(after: dot)...])
        if stem.count > longest { return "Tên tệp dài quá \(longest) ký tự (Điều 8.4)." }
        if !stem.allSatisfy(isAllowed) || !kind.allSatisfy(isAllowed) {
            return "Tên tệp chỉ gồm chữ cái không dấu và chữ số (Điều 8.4)."
        }
        return nil
    }

    private static func isAllowed(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
    }
}
