import Foundation

/// What two Vietnamese words have in common when marks, case and normal form are set aside.
package enum Folding {
    /// `Ninh Bình` → `ninh binh`, `Đường` → `duong`: for searching and for matching names, the same as `folded` in SQL.
    package static func folded(_ text: String) -> String {
        withoutMarks(text.lowercased())
    }

    /// `Ninh Bình` → `Ninh Binh`, `Đường` → `Duong`, in either normal form.
    package static func withoutMarks(_ text: String) -> String {
        let scalars = text.decomposedStringWithCanonicalMapping.unicodeScalars.compactMap { scalar -> Unicode.Scalar? in
            switch scalar {
            // The bar of đ is part of the letter: no normal form takes it off.
            case "đ": "d"
            case "Đ": "D"
            default: scalar.properties.generalCategory == .nonspacingMark ? nil : scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
