import Testing

@testable import Markdown

@Suite struct DocumentTests {
    @Test func aTableHasHeadsCaptionAndEscapedCells() {
        let table = Table(
            caption: "Sự cố", columns: [.init("Mã"), .init("Phút", isNumber: true)],
            rows: [
                ["SC-2026-0001 | <b>", "12"], [.link("SC-2", to: "/incidents/SC-2"), "3"], [.code("a|b"), "hai\ndòng"],
            ])
        let document = Document([.table(table)])
        #expect(
            document.markdown == """
                _Sự cố_

                | Mã | Phút |
                | --- | ---: |
                | SC-2026-0001 \\| \\<b\\> | 12 |
                | [SC-2](</incidents/SC-2>) | 3 |
                | a\\|b | hai dòng |

                """)
        let html = document.html.replacing("\n", with: "")
        #expect(
            html == """
                <table><caption>Sự cố</caption><thead><tr><th scope="col">Mã</th>\
                <th scope="col" class="number">Phút</th></tr></thead>\
                <tbody><tr><td>SC-2026-0001 | &lt;b&gt;</td><td class="number">12</td></tr>\
                <tr><td><a href="/incidents/SC-2">SC-2</a></td><td class="number">3</td></tr>\
                <tr><td><code>a|b</code></td><td class="number">hai dòng</td></tr></tbody></table>
                """)
    }

    @Test func anEmptyTableSaysSo() {
        let table = Table(caption: "", columns: [.init("A"), .init("B")], rows: [], empty: "Không có sự cố.")
        let document = Document([.table(table)])
        #expect(document.html.replacing("\n", with: "").contains("<td colspan=\"2\">Không có sự cố.</td>"))
        #expect(!document.html.contains("caption"))
        #expect(document.markdown == "| A | B |\n| --- | --- |\n| Không có sự cố. |  |\n")
    }

    @Test func listsAreTightAndTheirItemsAreText() {
        let items: [[Inline]] = [["- một"], ["2. hai"], [.strong("ba"), " # bốn"]]
        let document = Document([.bullets(items), .paragraph("giữa"), .steps(items)])
        #expect(
            document.markdown == """
                - \\- một
                - 2\\. hai
                - **ba** \\# bốn

                giữa

                1. \\- một
                2. 2\\. hai
                3. **ba** \\# bốn

                """)
        #expect(
            document.html == """
                <ul>
                <li>- một</li>
                <li>2. hai</li>
                <li><strong>ba</strong> # bốn</li>
                </ul>
                <p>giữa</p>
                <ol>
                <li>- một</li>
                <li>2. hai</li>
                <li><strong>ba</strong> # bốn</li>
                </ol>

                """)
        #expect(Prose.html(document.markdown) == document.html)
    }

    @Test func aSectionIsAnElementOfItsClass() {
        let document = Document([.section(class: "letterhead", [.paragraph("SỞ"), .paragraph("Số: ")]), .pageBreak])
        #expect(
            document.html.replacing("\n", with: "")
                == "<div class=\"letterhead\"><p>SỞ</p><p>Số: </p></div><div class=\"page-break\"></div>")
        #expect(document.markdown == "SỞ\n\nSố: \n")
    }

    @Test func anEmptyDocumentIsEmpty() {
        #expect(Document().html == "")
        #expect(Document().markdown == "\n")
    }
}
