import Civil

/// One line of the table: a day, or a run of days with one name.
struct HolidayRow {
    let first: (year: Int, month: Int, day: Int)
    let days: Int
    let kind: Holiday.Kind
    let name: String
    let trust: Holiday.Trust

    init(
        _ year: Int, _ month: Int, _ day: Int, days: Int = 1, _ kind: Holiday.Kind, _ name: String,
        _ trust: Holiday.Trust
    ) {
        (first, self.days, self.kind, self.name, self.trust) = ((year, month, day), days, kind, name, trust)
    }

    var holidays: [Holiday] {
        guard let first = CivilDate(year: first.year, month: first.month, day: first.day) else {
            // The table is written in this file: a wrong date is a mistake of ours that every test meets.
            preconditionFailure("\(name): \(first) is no day of the calendar")
        }
        return (0..<days).map { Holiday(date: first.adding(days: $0), kind: kind, name: name, trust: trust) }
    }
}

extension Holiday {
    /// Tết is taken as the day before the first of the lunar year and the four days from it; the day beside 2 September
    /// is the one that makes the longer rest. The Prime Minister's schedule may choose otherwise: mend the row then,
    /// and its trust.
    static let rows: [HolidayRow] = [
        HolidayRow(2025, 1, 1, .holiday, "Tết Dương lịch", .published),
        HolidayRow(2025, 1, 27, days: 5, .holiday, "Tết Nguyên đán Ất Tỵ", .reported),
        HolidayRow(2025, 4, 7, .holiday, "Giỗ Tổ Hùng Vương", .reported),
        HolidayRow(2025, 4, 26, .swapWorkday, "Làm bù cho thứ Sáu 02/5", .reported),
        HolidayRow(2025, 4, 30, .holiday, "Ngày Chiến thắng", .published),
        HolidayRow(2025, 5, 1, .holiday, "Ngày Quốc tế Lao động", .published),
        HolidayRow(2025, 5, 2, .compensatory, "Hoán đổi với thứ Bảy 26/4", .reported),
        HolidayRow(2025, 9, 1, days: 2, .holiday, "Quốc khánh", .reported),

        // Published for 2026: rests of 4, 9, 3, 4 and 5 days. The first and the last take a Friday and a Monday with
        // them; which Saturdays pay for those was only reported.
        HolidayRow(2026, 1, 1, .holiday, "Tết Dương lịch", .published),
        HolidayRow(2026, 1, 2, .compensatory, "Hoán đổi với thứ Bảy 10/01", .published),
        HolidayRow(2026, 1, 10, .swapWorkday, "Làm bù cho thứ Sáu 02/01", .reported),
        HolidayRow(2026, 2, 16, days: 5, .holiday, "Tết Nguyên đán Bính Ngọ", .published),
        HolidayRow(2026, 4, 26, .holiday, "Giỗ Tổ Hùng Vương", .computed),
        HolidayRow(2026, 4, 27, .compensatory, "Nghỉ bù Giỗ Tổ Hùng Vương (Chủ nhật 26/4)", .published),
        HolidayRow(2026, 4, 30, .holiday, "Ngày Chiến thắng", .published),
        HolidayRow(2026, 5, 1, .holiday, "Ngày Quốc tế Lao động", .published),
        HolidayRow(2026, 8, 22, .swapWorkday, "Làm bù cho thứ Hai 31/8", .reported),
        HolidayRow(2026, 8, 31, .compensatory, "Hoán đổi với thứ Bảy 22/8", .published),
        HolidayRow(2026, 9, 1, days: 2, .holiday, "Quốc khánh", .published),

        HolidayRow(2027, 1, 1, .holiday, "Tết Dương lịch", .published),
        HolidayRow(2027, 2, 5, days: 5, .holiday, "Tết Nguyên đán Đinh Mùi", .computed),
        HolidayRow(2027, 2, 10, days: 2, .compensatory, "Nghỉ bù Tết Nguyên đán (06/02 và 07/02)", .computed),
        HolidayRow(2027, 4, 16, .holiday, "Giỗ Tổ Hùng Vương", .computed),
        HolidayRow(2027, 4, 30, .holiday, "Ngày Chiến thắng", .published),
        HolidayRow(2027, 5, 1, .holiday, "Ngày Quốc tế Lao động", .published),
        HolidayRow(2027, 5, 3, .compensatory, "Nghỉ bù Ngày Quốc tế Lao động (thứ Bảy 01/5)", .computed),
        HolidayRow(2027, 9, 2, days: 2, .holiday, "Quốc khánh", .computed),

        HolidayRow(2028, 1, 1, .holiday, "Tết Dương lịch", .published),
        HolidayRow(2028, 1, 3, .compensatory, "Nghỉ bù Tết Dương lịch (thứ Bảy 01/01)", .computed),
        HolidayRow(2028, 1, 25, days: 5, .holiday, "Tết Nguyên đán Mậu Thân", .computed),
        HolidayRow(2028, 1, 31, .compensatory, "Nghỉ bù Tết Nguyên đán (thứ Bảy 29/01)", .computed),
        HolidayRow(2028, 4, 4, .holiday, "Giỗ Tổ Hùng Vương", .computed),
        HolidayRow(2028, 4, 30, .holiday, "Ngày Chiến thắng", .published),
        HolidayRow(2028, 5, 1, .holiday, "Ngày Quốc tế Lao động", .published),
        HolidayRow(2028, 5, 2, .compensatory, "Nghỉ bù Ngày Chiến thắng (Chủ nhật 30/4)", .computed),
        HolidayRow(2028, 9, 1, days: 2, .holiday, "Quốc khánh", .computed),
        HolidayRow(2028, 9, 4, .compensatory, "Nghỉ bù Quốc khánh (thứ Bảy 02/9)", .computed),

        HolidayRow(2029, 1, 1, .holiday, "Tết Dương lịch", .published),
        HolidayRow(2029, 2, 12, days: 5, .holiday, "Tết Nguyên đán Kỷ Dậu", .computed),
        HolidayRow(2029, 4, 23, .holiday, "Giỗ Tổ Hùng Vương", .computed),
        HolidayRow(2029, 4, 30, .holiday, "Ngày Chiến thắng", .published),
        HolidayRow(2029, 5, 1, .holiday, "Ngày Quốc tế Lao động", .published),
        HolidayRow(2029, 9, 2, days: 2, .holiday, "Quốc khánh", .computed),
        HolidayRow(2029, 9, 4, .compensatory, "Nghỉ bù Quốc khánh (Chủ nhật 02/9)", .computed),

        HolidayRow(2030, 1, 1, .holiday, "Tết Dương lịch", .published),
        HolidayRow(2030, 2, 1, days: 5, .holiday, "Tết Nguyên đán Canh Tuất", .computed),
        HolidayRow(2030, 2, 6, days: 2, .compensatory, "Nghỉ bù Tết Nguyên đán (02/02 và 03/02)", .computed),
        HolidayRow(2030, 4, 12, .holiday, "Giỗ Tổ Hùng Vương", .computed),
        HolidayRow(2030, 4, 30, .holiday, "Ngày Chiến thắng", .published),
        HolidayRow(2030, 5, 1, .holiday, "Ngày Quốc tế Lao động", .published),
        HolidayRow(2030, 9, 2, days: 2, .holiday, "Quốc khánh", .computed),
    ]
}
