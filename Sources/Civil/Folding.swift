import Foundation

/// What two Vietnamese words have in common when marks, case and normal form are set aside; the same as `folded` in SQL.
package enum Folding {
    /// `Ninh Bình` → `ninh binh`, `Đường` → `duong`.
    package static func folded(_ text: String) -> String {
        let bare = text.decomposedStringWithCanonicalMapping.unicodeScalars.filter { scalar in
            scalar.properties.generalCategory != .nonspacingMark
        }
        return String(String.UnicodeScalarView(bare)).lowercased().replacing("đ", with: "d")
    }
}
