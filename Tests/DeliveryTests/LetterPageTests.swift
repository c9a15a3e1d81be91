import Testing

@testable import Delivery

/// What a letter looks like where programs show pages: the same words, each thing as what it is.
struct LetterPageTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        let body: String
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "đoạn văn, xuống dòng trong đoạn", text: "Kính gửi UBND xã A,\n\nDòng một\nDòng hai", body: """
            <p>Kính gửi UBND xã A,</p>
            <p>Dòng một<br>
            Dòng hai</p>
            """),
        Row(name: "các dòng “nhãn: giá trị” thành bảng", text: "Nội dung: Nâng cấp 4.2\nBắt đầu: 22:00 04/12/2026", body: """
            <table>
            <tr><th scope="row" align="left" valign="top" style="padding-right:1em;font-weight:normal;color:#555">Nội dung</th><td valign="top">Nâng cấp 4.2</td></tr>
            <tr><th scope="row" align="left" valign="top" style="padding-right:1em;font-weight:normal;color:#555">Bắt đầu</th><td valign="top">22:00 04/12/2026</td></tr>
            </table>
            """),
        Row(name: "một dòng có nhãn vẫn là câu", text: "Lý do: chờ bản vá", body: "<p>Lý do: chờ bản vá</p>"),
        Row(name: "giờ không phải là nhãn", text: "Lúc 22:00 dừng\nLúc 23:00 chạy", body: "<p>Lúc 22:00 dừng<br>\nLúc 23:00 chạy</p>"),
        Row(name: "danh sách", text: "- Đổi giờ\n- Đổi phạm vi", body: "<ul>\n<li>Đổi giờ</li>\n<li>Đổi phạm vi</li>\n</ul>"),
        Row(
            name: "liên kết luôn nói nó dẫn tới đâu", text: "Xác nhận đã nhận: https://trucban.example/a?b=1&c=2",
            body: "<p>Xác nhận đã nhận: <a href=\"https://trucban.example/a?b=1&amp;c=2\">https://trucban.example/a?b=1&amp;c=2</a></p>"),
        Row(
            name: "dấu nháy mang dấu khác vẫn là dấu nháy", text: "http://x\"\u{301}/onmouseover=alert(1) \"\u{200D}<\u{301}b>",
            body: "<p><a href=\"http://x\">http://x</a>&quot;\u{301}/onmouseover=alert(1) &quot;\u{200D}&lt;\u{301}b&gt;</p>"),
        Row(name: "xuống dòng kiểu Windows", text: "Một\r\nHai\r\n\r\nBa", body: "<p>Một<br>\nHai</p>\n<p>Ba</p>"),
        Row(
            name: "liên kết trong câu, dấu câu ở ngoài", text: "Xem (https://trucban.example/x).",
            body: "<p>Xem (<a href=\"https://trucban.example/x\">https://trucban.example/x</a>).</p>"),
        Row(
            name: "chữ của người viết không thành mã", text: "<script>alert(\"1\")</script> & https://a.example/\"onclick=",
            body: "<p>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; <a href=\"https://a.example/\">https://a.example/</a>&quot;onclick=</p>"),
        Row(name: "chỉ địa chỉ trang mới thành liên kết", text: "javascript:alert(1)", body: "<p>javascript:alert(1)</p>"),
        Row(name: "thư rỗng", text: " \n\n", body: ""),
        Row(name: "dạng tổ hợp thành dạng dựng sẵn", text: "Sự cố", body: "<p>Sự cố</p>"),
    ]

    @Test(arguments: rows) func eachThingIsShownAsWhatItIs(_ row: Row) throws {
        let page = LetterPage(row.text).html
        let start = try #require(page.firstRange(of: "max-width:42em\">\n")), end = try #require(page.firstRange(of: "\n</body>"))
        #expect(page[start.upperBound..<end.lowerBound].unicodeScalars.elementsEqual(row.body.unicodeScalars), "\(page)")
    }
}
