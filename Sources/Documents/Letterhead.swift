package import Civil

/// The head of the Department's documents (Nghị định 30/2020/NĐ-CP, phụ lục I). Number and date are the document system's
/// to give: until it has, they stay blank.
package enum Letterhead {
    package static let issuerParent = "UBND TỈNH NINH BÌNH"
    package static let issuer = "SỞ KHOA HỌC VÀ CÔNG NGHỆ"

    /// `Số: 05/TB-SKHCN`, or `Số:        /TB-SKHCN`.
    ///
    /// - Parameters:
    ///   - number: With its symbol, as the document system gave it.
    ///   - kind: The short form of the kind of document.
    package static func numberLine(_ number: String? = nil, kind: String) -> String {
        number.map { "Số: \($0)" } ?? "Số:        /\(kind)-SKHCN"
    }

    /// `Ninh Bình, ngày 05 tháng 01 năm 2026`, or with blanks for a day and a month that nobody has given.
    package static func placeAndDate(_ date: CivilDate?, year: Int) -> String {
        let day = date.map(VietnameseFormat.documentDate) ?? "ngày       tháng       năm \(year)"
        return "Ninh Bình, \(day)"
    }
}
