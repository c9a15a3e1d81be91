import Testing

@testable import Markdown

@Suite struct InlineTests {
    /// Marks whose neighbours would keep them from opening or closing.
    @Test(arguments: [
        ([.text("Nơi nhận: "), .strong("Sở")], "Nơi nhận: **Sở**"),
        ([.strong("Số:"), .text("12")], "**Số:**&#49;2"),
        ([.text("đạt"), .strong("(tốt)")], "đạ&#116;**(tốt)**"),
        ([.text("a"), .strong("b"), .text("c")], "&#97;**b**&#99;"),
        ([.text("x "), .strong(" a "), .text("b")], "x  **a** b"),
        ([.strong("a"), .strong("b")], "**ab**"),
        ([.strong("a"), .emphasis("b")], "**a**_b_"),
        ([.emphasis("a"), .strong("b"), .emphasis("c")], "_a_**b**_c_"),
        ([.strong("")], ""),
        ([.text("a"), .strong("  "), .text("b")], "a  b"),
        ([.strong("*")], "**\\***"),
        ([.emphasis("a_b")], "_a\\_b_"),
        ([.text("Xem!"), .link("đây", to: "/x")], "Xem\\![đây](</x>)"),
        ([.text("Ngày 1"), .code("ls")], "Ngày 1`ls`"),
    ] as [([Inline], String)])
    func marksOpenAndClose(inlines: [Inline], markdown: String) {
        let document = Document([.paragraph(inlines)])
        #expect(document.markdown == markdown + "\n")
        #expect(Self.words(Prose.html(document.markdown)) == Self.words(document.html))
    }

    /// Spaces may move in or out of a mark, and two marks in a row become one.
    private static func words(_ html: String) -> String {
        html.replacing("</strong><strong>", with: "").replacing(" ", with: "").replacing("<p></p>\n", with: "")
            .replacing("<strong></strong>", with: "")
    }

    @Test(arguments: [
        ("ls -l", "`ls -l`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("``a`", "``` ``a` ```"), (" a ", "`  a  `"),
        ("a\\b|c*", "`a\\b|c*`"), ("<script>", "`<script>`"),
    ])
    func codeIsFenced(code: String, markdown: String) {
        let document = Document([.paragraph([.code(code)])])
        #expect(document.markdown == markdown + "\n")
        #expect(Prose.html(document.markdown) == document.html)
    }

    @Test(arguments: [
        ("https://ninhbinh.gov.vn/a?b=1&c=2", "https://ninhbinh.gov.vn/a?b=1&amp;c=2"),
        ("/incidents/SC-2026-0001", "/incidents/SC-2026-0001"),
        ("#muc-1", "#muc-1"),
        ("mailto:a@b.vn", "mailto:a@b.vn"),
        ("a b", "ab"),
        ("/x>)[y](z", "/x%3E)%5By%5D(z"),
        ("javascript:alert(1)", ""),
        ("JavaScript:alert(1)", ""),
        (" java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("vbscript:x", ""),
        ("file:///etc/passwd", ""),
    ])
    func linksLeadToHarmlessAddresses(address: String, href: String) {
        let document = Document([.paragraph([.link("x", to: address)])])
        #expect(document.html == "<p><a href=\"\(href)\">x</a></p>\n")
        #expect(Prose.html(document.markdown) == document.html)
    }
}
