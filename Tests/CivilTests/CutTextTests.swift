import Civil
import Testing

@Suite struct CutTextTests {
    @Test(arguments: [
        ("", 3, ""), ("abc", 3, "abc"), ("abcd", 3, "abc"), ("abcd", 0, ""),
        // ế has three bytes, a flag eight of two scalars.
        ("ếế", 6, "ếế"), ("ếế", 5, "ế"), ("ếế", 2, ""), ("🇻🇳", 7, "🇻"),
    ])
    func aTextIsCutBetweenTwoScalars(text: String, bytes: Int, cut: String) {
        #expect(text.prefix(bytes: bytes) == cut)
    }
}
