import Database
import TestKit
import Testing

/// What a search finds: part of a folded text, letter by letter.
@Suite struct SearchTests {
    @Test(arguments: [
        ("skhcn_nguyenvana", "SKHCN_Nguyễn", true), ("skhcnxnguyenvana", "skhcn_nguyen", false),
        ("tăng 5% mỗi năm", "5%", true), ("tăng 50 lần", "5%", false), (#"c:\thu"#, #":\T"#, true), ("cthu", #"c\t"#, false),
        ("Đường dây nóng", "duong", true), ("Đường dây nóng", "Đu\u{31B}o\u{31B}\u{300}ng", true), ("anything", "", true),
    ])
    func aPartIsFoundLetterByLetter(text: String, words: String, isFound: Bool) async throws {
        try await withDatabase { database in
            let found = try await database.value("SELECT folded(\(text)) LIKE containing(\(words))", as: Bool.self)
            #expect(found == isFound)
        }
    }
}
