import Foundation
import Organization

/// The province's agencies, from `data/`: names are real, people and figures are made up.
struct DemoProvince: Sendable {
    let agencies: [AgencyDraft]

    /// - Parameter directory: Holds `communes.csv` (129 xã, phường) and `departments.csv` (15 sở, ban, ngành).
    /// - Throws: What reading the files throws.
    init(directory: String, random: inout DemoRandom) throws {
        var agencies: [AgencyDraft] = []
        for (file, kind) in [("departments", Agency.Kind.department), ("communes", .commune)] {
            let text = try String(contentsOfFile: "\(directory)/\(file).csv", encoding: .utf8)
            for line in text.split(separator: "\n").dropFirst() {
                let cells = line.split(separator: ",").map(String.init)
                let contact = DemoName(using: &random)
                agencies.append(
                    AgencyDraft(
                        code: cells[0], name: cells[1], kind: kind, contactName: contact.full,
                        contactEmail: "\(cells[0])@trucban.example", contactPhone: DemoName.phone(using: &random)))
            }
        }
        self.agencies = agencies
    }
}

/// A Vietnamese name that belongs to nobody in particular.
struct DemoName: Hashable {
    let full: String

    init(using random: inout DemoRandom) {
        let isWoman = random.happens(50)
        full = [
            random.one(of: Self.families), random.one(of: isWoman ? Self.womensMiddle : Self.mensMiddle),
            random.one(of: isWoman ? Self.womens : Self.mens),
        ].joined(separator: " ")
    }

    /// A number of the range that Vietnam gives to nobody.
    static func phone(using random: inout DemoRandom) -> String {
        "0229 3000 \(Int.random(in: 100...999, using: &random))"
    }

    private static let families = [
        "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đỗ", "Bùi", "Đinh", "Phan", "Đặng", "Lã", "Ngô", "Tạ", "Dương",
        "Mai", "Trịnh", "Lương", "Hà", "An",
    ]
    private static let womensMiddle = ["Thị", "Thu", "Thanh", "Ngọc", "Minh", "Phương", "Thùy", "Kim"]
    private static let womens = [
        "Hà", "Hương", "Lan", "Mai", "Nga", "Hằng", "Thảo", "Trang", "Yến", "Hoa", "Linh", "Dung", "Thủy", "Nhung",
        "Oanh", "Quyên", "Ánh", "Bích", "Duyên", "Giang",
    ]
    private static let mensMiddle = ["Văn", "Đức", "Quang", "Minh", "Xuân", "Hữu", "Tiến", "Mạnh", "Công", "Thế"]
    private static let mens = [
        "An", "Bình", "Cường", "Dũng", "Đạt", "Hải", "Hùng", "Khánh", "Long", "Nam", "Phong", "Quân", "Sơn", "Thắng",
        "Tuấn", "Vinh", "Trung", "Hiếu", "Kiên", "Lâm",
    ]
}
