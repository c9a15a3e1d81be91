import Testing

@testable import Markdown

@Suite struct ProseTests {
    @Test(arguments: [
        ("<script>alert(1)</script>", "script"),
        ("a <img src=x onerror=alert(1)> b", "onerror"),
        ("[x](javascript:alert(1))", "javascript"),
        ("[x](java&#115;cript:alert(1))", "javascript"),
        ("[x]\n\n[x]: JAVASCRIPT:alert(1)", "JAVASCRIPT"),
        ("<javascript:alert(1)>", "href=\"javascript"),
        ("[x](data:text/html;base64,xx)", "data:text"),
        ("![x](http://127.0.0.1/a.png)", "img"),
        ("[![x](http://127.0.0.1/a.png)](/y)", "img"),
    ])
    func whatPeopleWriteRunsNothing(prose: String, forbidden: String) {
        #expect(!Prose.html(prose).contains(forbidden))
        #expect(!Document([.prose(prose)]).markdown.contains(forbidden))
    }

    @Test func anImageLeavesItsDescription() {
        #expect(Prose.html("Xem ![sơ đồ **mạng**](/a.png).") == "<p>Xem sơ đồ <strong>mạng</strong>.</p>\n")
    }

    @Test func proseKeepsItsMeaningAmongBlocks() {
        let document = Document([
            .heading(level: 2, "Đề xuất"), .prose("Cần **thêm** máy:\n\n- một\n- hai"), .paragraph("Hết."),
        ])
        #expect(
            document.html == """
                <h2>Đề xuất</h2>
                <p>Cần <strong>thêm</strong> máy:</p>
                <ul>
                <li>một</li>
                <li>hai</li>
                </ul>
                <p>Hết.</p>

                """)
        #expect(Prose.html(document.markdown) == document.html)
    }

    /// A fence, a comment or a reference of somebody's text ends with that text.
    @Test(arguments: [
        "```\nchưa đóng", "<!-- chưa đóng", "<script>\nchưa đóng", "> trích", "- danh sách", "[a]: /b", "",
    ])
    func proseDoesNotSwallowWhatFollows(prose: String) {
        let document = Document([.prose(prose), .paragraph("Sau đó."), .paragraph("[a]")])
        for html in [document.html, Prose.html(document.markdown)] {
            #expect(html.hasSuffix("<p>Sau đó.</p>\n<p>[a]</p>\n"))
        }
    }
}
