import Testing

@testable import Markdown

@Suite struct DocumentTests {
    /// What is typed, what Markdown says, what HTML says.
    @Test(arguments: [
        ("Máy chủ <script>alert(1)</script>", "Máy chủ \\<script\\>alert(1)\\</script\\>",
            "Máy chủ &lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a & b", "a \\& b", "a &amp; b"),
        ("*nhấn* _mạnh_ `mã`", "\\*nhấn\\* \\_mạnh\\_ \\`mã\\`", "*nhấn* _mạnh_ `mã`"),
        ("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("1. Không phải danh sách", "1\\. Không phải danh sách", "1. Không phải danh sách"),
        ("# Không phải tiêu đề", "\\# Không phải tiêu đề", "# Không phải tiêu đề"),
        ("- gạch", "\\- gạch", "- gạch"),
    ])
    func textStaysText(typed: String, markdown: String, html: String) {
        let document = Document([.paragraph(typed)])
        #expect(document.markdown == markdown + "\n")
        #expect(document.html == "<p>\(html)</p>\n")
        // Read again as Markdown, it says the same.
        #expect(Prose.html(document.markdown) == document.html)
    }

    @Test func aTableHasHeadsCaptionAndEscapedCells() {
        let table = Table(
            caption: "Sự cố", columns: [.init("Mã"), .init("Phút", isNumber: true)],
            rows: [["SC-2026-0001 | <b>", "12"], [.link("SC-2", to: "/incidents/SC-2"), "3"]])
        let document = Document([.table(table)])
        #expect(
            document.markdown == """
                *Sự cố*

                | Mã | Phút |
                | --- | ---: |
                | SC-2026-0001 \\| \\<b\\> | 12 |
                | [SC-2](</incidents/SC-2>) | 3 |

                """)
        let html = document.html.replacing("\n", with: "")
        #expect(
            html == """
                <table><caption>Sự cố</caption><thead><tr><th scope="col">Mã</th><th scope="col" class="number">Phút</th></tr></thead>\
                <tbody><tr><td>SC-2026-0001 | &lt;b&gt;</td><td class="number">12</td></tr>\
                <tr><td><a href="/incidents/SC-2">SC-2</a></td><td class="number">3</td></tr></tbody></table>
                """)
    }

    @Test func anEmptyTableSaysSo() {
        let table = Table(caption: "", columns: [.init("A"), .init("B")], rows: [], empty: "Không có sự cố.")
        #expect(Document([.table(table)]).html.contains("<td colspan=\"2\">"))
        #expect(Document([.table(table)]).markdown.contains("| Không có sự cố. |  |"))
    }

    @Test(arguments: [
        ("<script>alert(1)</script>", "script"), ("[x](javascript:alert(1))", "javascript"),
        ("<img src=x onerror=alert(1)>", "onerror"), ("[x](data:text/html;base64,xx)", "data:text"),
    ])
    func whatPeopleWriteRunsNothing(prose: String, forbidden: String) {
        #expect(!Prose.html(prose).contains(forbidden))
    }

    @Test func proseKeepsItsMeaningAmongBlocks() {
        let html = Document([.heading(level: 2, "Đề xuất"), .prose("Cần **thêm** máy:\n\n- một\n- hai")]).html
        #expect(html.hasPrefix("<h2>Đề xuất</h2>"))
        #expect(html.contains("<strong>thêm</strong>"))
        #expect(html.contains("<li>một</li>"))
    }

    @Test(arguments: ["Hòa Bình", "Ho\u{300}a Bi\u{300}nh"])
    func bothNormalFormsComeThrough(text: String) {
        #expect(Document([.paragraph(text)]).html.contains(text))
    }
}
