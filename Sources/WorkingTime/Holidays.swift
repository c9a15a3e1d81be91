package import Civil

/// A day on which the State's offices do not keep their usual hours.
package struct Holiday: Hashable, Sendable {
    package enum Kind: Sendable {
        /// Bộ luật Lao động 2019, Điều 112.
        case holiday
        /// A working day that is off in lieu of a holiday on a weekend, or to bridge one.
        case compensatory
        /// A day of the weekend that is worked instead.
        case swapWorkday
    }

    package let date: CivilDate
    package let kind: Kind
    package let name: String
    /// Whether the day was read in a published schedule; otherwise it was computed, and the Prime Minister's yearly
    /// schedule decides.
    package let isPublished: Bool
}

/// The days off that are known. The lunar ones beyond 2026 are computed.
package enum Holidays {
    package static let all: [Holiday] = rows.flatMap { row in
        (0..<row.days).compactMap { offset in
            CivilDate(year: row.year, month: row.month, day: row.day).map {
                Holiday(date: $0.adding(days: offset), kind: row.kind, name: row.name, isPublished: row.isPublished)
            }
        }
    }

    private struct Row {
        let year, month, day, days: Int
        let kind: Holiday.Kind
        let name: String
        let isPublished: Bool

        init(
            _ year: Int, _ month: Int, _ day: Int, days: Int = 1, _ kind: Holiday.Kind, _ name: String,
            published: Bool
        ) {
            (self.year, self.month, self.day, self.days) = (year, month, day, days)
            (self.kind, self.name, isPublished) = (kind, name, published)
        }
    }

    private static let rows: [Row] = [
        Row(2026, 1, 1, .holiday, "Tết Dương lịch", published: true),
        Row(2026, 2, 16, days: 5, .holiday, "Tết Nguyên đán Bính Ngọ", published: true),
        Row(2026, 4, 27, .compensatory, "Nghỉ bù Giỗ Tổ Hùng Vương (Chủ nhật 26/4)", published: false),
        Row(2026, 4, 30, .holiday, "Ngày Chiến thắng", published: true),
        Row(2026, 5, 1, .holiday, "Ngày Quốc tế Lao động", published: true),
        Row(2026, 9, 1, days: 2, .holiday, "Quốc khánh", published: true),
        Row(2027, 1, 1, .holiday, "Tết Dương lịch", published: true),
        Row(2027, 2, 5, days: 5, .holiday, "Tết Nguyên đán Đinh Mùi", published: false),
        Row(2027, 4, 16, .holiday, "Giỗ Tổ Hùng Vương", published: false),
        Row(2027, 4, 30, .holiday, "Ngày Chiến thắng", published: true),
        Row(2027, 5, 3, .compensatory, "Nghỉ bù Ngày Quốc tế Lao động (Thứ Bảy 01/5)", published: false),
        Row(2027, 9, 2, days: 2, .holiday, "Quốc khánh", published: false),
        Row(2028, 1, 3, .compensatory, "Nghỉ bù Tết Dương lịch (Thứ Bảy 01/01)", published: false),
        Row(2028, 1, 25, days: 5, .holiday, "Tết Nguyên đán Mậu Thân", published: false),
        Row(2028, 4, 4, .holiday, "Giỗ Tổ Hùng Vương", published: false),
        Row(2028, 5, 1, .holiday, "Ngày Quốc tế Lao động", published: true),
        Row(2028, 9, 1, days: 2, .holiday, "Quốc khánh", published: false),
    ]
}
