/// The name of an electronic file as Điều 8.4 of the regulation wants it: letters without marks and digits, no special
/// characters, at most 50 of them.
package struct ElectronicFileName: Hashable, Sendable, CustomStringConvertible {
    package static let longest = 50

    /// With its extension: `BC6T2026KY1.pdf`.
    package let description: String

    /// Makes a name of any Vietnamese title: marks are folded, everything else is left out.
    ///
    /// - Returns: nil when nothing is left of the title.
    package init?(_ title: String, extension kind: String) {
        let letters = title.split(whereSeparator: { $0.isWhitespace }).map { word in
            let bare = Folding.folded(String(word)).filter(Self.isAllowed)
            return word.first?.isUppercase == true ? bare.prefix(1).uppercased() + bare.dropFirst() : bare
        }
        let name = letters.joined().prefix(Self.longest)
        guard !name.isEmpty else { return nil }
        description = "\(name).\(kind)"
    }

    /// Why a name that somebody gave is not allowed, in the reader's words; nil when it is.
    package static func fault(in name: String) -> String? {
        let stem = name.split(separator: ".", omittingEmptySubsequences: false).dropLast().joined(separator: ".")
        if stem.isEmpty { return "Tên tệp phải có phần tên và phần mở rộng (Điều 8.4)." }
        if stem.count > longest { return "Tên tệp dài quá \(longest) ký tự (Điều 8.4)." }
        if !stem.allSatisfy(isAllowed) { return "Tên tệp chỉ gồm chữ cái không dấu và chữ số (Điều 8.4)." }
        return nil
    }

    private static func isAllowed(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
    }
}
