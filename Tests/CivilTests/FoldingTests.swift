import Civil
import Foundation
import Testing

@Suite struct FoldingTests {
    @Test(arguments: [
        ("Ninh Bình", "ninh binh"), ("ĐƯỜNG", "duong"), ("Đặng Thị Ngọc", "dang thi ngoc"), ("Quỳnh Lưu", "quynh luu"),
        ("Ngữ nghĩa", "ngu nghia"), ("Ỷ Ỹ ẵ ậ ợ ử ỗ", "y y a a o u o"), ("SC-2026-0007", "sc-2026-0007"), ("", ""),
    ])
    func marksAndCaseComeOff(text: String, folded: String) {
        #expect(Folding.folded(text) == folded)
        #expect(Folding.folded(text.decomposedStringWithCanonicalMapping) == folded)
        #expect(Folding.folded(text.precomposedStringWithCanonicalMapping) == folded)
    }

    @Test func caseCanStay() {
        #expect(Folding.withoutMarks("Sở Khoa học và Công nghệ, Đ/c Điệp") == "So Khoa hoc va Cong nghe, D/c Diep")
    }

    /// The tone on either letter of a diphthong is the same word.
    @Test func bothWaysToPlaceTheToneAgree() {
        #expect(Folding.folded("Hòa") == Folding.folded("Hoà"))
    }
}

@Suite struct ElectronicFileNameTests {
    @Test(arguments: [
        ("BC6T2026KY1", "BC6T2026KY1.pdf"),
        ("Báo cáo 6 tháng đầu năm 2026", "Baocao6thangdaunam2026.pdf"),
        ("Đề án số 12/ĐA-UBND", "Deanso12DAUBND.pdf"),
        ("Sự cố <script>: \"khẩn\"", "Sucoscriptkhan.pdf"),
        ("ho\u{300}a", "hoa.pdf"),
        ("日本 2026", "2026.pdf"),
        (String(repeating: "Ứ", count: 60), String(repeating: "U", count: 50) + ".pdf"),
    ])
    func aTitleBecomesAName(title: String, name: String) throws {
        let made = try #require(ElectronicFileName(title, extension: "pdf"))
        #expect(made.description == name)
        #expect(ElectronicFileName.fault(in: made.description) == nil)
    }

    @Test(arguments: [("", "pdf"), ("— / …", "pdf"), ("Báo cáo", ""), ("Báo cáo", ".")])
    func nothingIsNoName(title: String, kind: String) {
        #expect(ElectronicFileName(title, extension: kind) == nil)
    }

    @Test func theExtensionIsCleanedToo() {
        #expect(ElectronicFileName("a", extension: ".pdf")?.description == "a.pdf")
    }

    @Test(arguments: [
        ("BaoCao.pdf", nil), ("1.p7s", nil),
        (String(repeating: "a", count: 50) + ".pdf", nil),
        (String(repeating: "a", count: 51) + ".pdf", "Tên tệp dài quá 50 ký tự (Điều 8.4)."),
        ("Báo cáo.pdf", "Tên tệp chỉ gồm chữ cái không dấu và chữ số (Điều 8.4)."),
        ("Bao_cao.pdf", "Tên tệp chỉ gồm chữ cái không dấu và chữ số (Điều 8.4)."),
        ("Bao.cao.pdf", "Tên tệp chỉ gồm chữ cái không dấu và chữ số (Điều 8.4)."),
        ("BaoCao.p-f", "Tên tệp chỉ gồm chữ cái không dấu và chữ số (Điều 8.4)."),
        ("BaoCao", "Tên tệp phải có phần tên và phần mở rộng (Điều 8.4)."),
        ("BaoCao.", "Tên tệp phải có phần tên và phần mở rộng (Điều 8.4)."),
        (".pdf", "Tên tệp phải có phần tên và phần mở rộng (Điều 8.4)."),
        ("", "Tên tệp phải có phần tên và phần mở rộng (Điều 8.4)."),
    ] as [(String, String?)])
    func aFaultIsSaid(name: String, fault: String?) {
        #expect(ElectronicFileName.fault(in: name) == fault)
    }
}
