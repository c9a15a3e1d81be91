import Foundation
import Testing

@testable import Markdown

/// Text in a document stays text, whatever it looks like.
@Suite struct PlainTextTests {
    /// What is typed, what Markdown says, what HTML says.
    @Test(arguments: [
        ("Máy chủ <script>alert(1)</script>", "Máy chủ \\<script\\>alert(1)\\</script\\>",
            "Máy chủ &lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a & b &lt; c", "a \\& b \\&lt; c", "a &amp; b &amp;lt; c"),
        ("*nhấn* _mạnh_ `mã` ~~bỏ~~", "\\*nhấn\\* \\_mạnh\\_ \\`mã\\` \\~\\~bỏ\\~\\~", "*nhấn* _mạnh_ `mã` ~~bỏ~~"),
        ("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("![x](y)", "!\\[x\\](y)", "![x](y)"),
        ("C:\\Máy|chủ\\", "C:\\\\Máy\\|chủ\\\\", "C:\\Máy|chủ\\"),
        ("1. Không phải danh sách", "1\\. Không phải danh sách", "1. Không phải danh sách"),
        ("12) Không phải danh sách", "12\\) Không phải danh sách", "12) Không phải danh sách"),
        ("12 điểm", "12 điểm", "12 điểm"),
        ("# Không phải tiêu đề", "\\# Không phải tiêu đề", "# Không phải tiêu đề"),
        ("- gạch", "\\- gạch", "- gạch"),
        ("+ cộng", "\\+ cộng", "+ cộng"),
        ("---", "\\---", "---"),
        ("===", "\\===", "==="),
        ("> trích", "\\> trích", "&gt; trích"),
        ("```", "\\`\\`\\`", "```"),
        ("hai\ndòng\r\n# ba", "hai dòng \\# ba", "hai dòng # ba"),
        ("một\u{2028}hai\thai", "một hai hai", "một hai hai"),
        ("cuối\0cùng", "cuối\u{FFFD}cùng", "cuối\u{FFFD}cùng"),
    ])
    func textStaysText(typed: String, markdown: String, html: String) {
        let document = Document([.paragraph(typed)])
        #expect(document.markdown == markdown + "\n")
        #expect(document.html == "<p>\(html)</p>\n")
        // Read again as Markdown, it says the same.
        #expect(Prose.html(document.markdown) == document.html)
    }

    /// Four spaces would be code, and a tab too.
    @Test(arguments: ["    thụt vào", "\tthụt vào", "  - thụt vào"])
    func indentedTextIsNoCode(typed: String) {
        let read = Prose.html(Document([.paragraph(typed)]).markdown)
        #expect(read == "<p>\(typed.trimmingCharacters(in: .whitespaces))</p>\n")
    }

    /// A letter and its mark are one character to Swift; so are `|` and a mark behind it.
    @Test(arguments: ["|\u{301}", "*\u{301}a*", "<\u{338}b>", "`\u{323}x`"])
    func aMarkBehindMarkupHidesNothing(typed: String) {
        let document = Document([.paragraph(typed)])
        #expect(document.markdown.unicodeScalars.first == "\\")
        #expect(Prose.html(document.markdown) == document.html)
    }

    @Test(arguments: ["Hòa Bình", "Ho\u{300}a Bi\u{300}nh"])
    func bothNormalFormsComeThrough(text: String) {
        let document = Document([.paragraph(text)])
        #expect(Array(document.html.unicodeScalars) == Array("<p>\(text)</p>\n".unicodeScalars))
        #expect(Array(document.markdown.unicodeScalars) == Array("\(text)\n".unicodeScalars))
    }

    @Test func aHeadingKeepsItsLastHash() {
        let document = Document([.heading(level: 2, "Mục C #")])
        #expect(document.markdown == "## Mục C \\#\n")
        #expect(Prose.html(document.markdown) == document.html)
    }

    @Test func aHeadingHasALevelThatExists() {
        #expect(Document([.heading(level: 9, "a"), .heading(level: 0, "b")]).html == "<h6>a</h6>\n<h1>b</h1>\n")
        #expect(Document([.heading(level: 9, "a"), .heading(level: 0, "b")]).markdown == "###### a\n\n# b\n")
    }
}
