import Testing

@testable import Compliance

/// Lists as office programs write them.
@Suite struct CSVReaderTests {
    private static func read(_ bytes: [UInt8]) throws -> (records: [[String]], malformed: CSVReader.Malformed?) {
        var reader = try CSVReader(bytes)
        var records: [[String]] = []
        while let record = reader.next() { records.append(record.fields) }
        return (records, reader.malformed)
    }

    struct Example: CustomTestStringConvertible {
        let name: String
        let text: String
        let records: [[String]]

        init(_ name: String, _ text: String, _ records: [[String]]) {
            (self.name, self.text, self.records) = (name, text, records)
        }

        var testDescription: String { name }
    }

    @Test(arguments: [
        Example("commas", "a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        Example("semicolons, because the head has more of them", "a;b;c,d\n1;2;3,5\n", [["a", "b", "c,d"], ["1", "2", "3,5"]]),
        Example("CRLF", "a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
        Example("no line end behind the last record", "a,b\n1,2", [["a", "b"], ["1", "2"]]),
        Example("a byte order mark", "\u{FEFF}a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        Example("quotes around a separator", "a,b\n\"1,5\",2\n", [["a", "b"], ["1,5", "2"]]),
        Example("a doubled quote", "a\n\"nói \"\"có\"\"\"\n", [["a"], ["nói \"có\""]]),
        Example("a quoted line end becomes a blank", "a,b\n\"x\ny\",2\n", [["a", "b"], ["x y", "2"]]),
        Example("quotes before CRLF", "a,b\r\n1,\"2\"\r\n", [["a", "b"], ["1", "2"]]),
        Example("blanks at the ends", "a,b\n  1 ,\u{A0}2\u{200B}\n", [["a", "b"], ["1", "2"]]),
        Example("control characters become blanks", "a\nNguyễn\u{0}\tA\u{85}\n", [["a"], ["Nguyễn  A"]]),
        Example("blank lines are passed over", "a,b\n\n , \n1,2\n\n", [["a", "b"], ["1", "2"]]),
        Example("empty cells stay", "a,b,c\n,,3\n", [["a", "b", "c"], ["", "", "3"]]),
        Example("an empty file", "", []),
    ])
    func officeProgramsWriteListsInSeveralWays(example: Example) throws {
        let result = try Self.read(Array(example.text.utf8))
        #expect(result.records == example.records)
        #expect(result.malformed == nil)
    }

    @Test func textComesOutInOneNormalForm() throws {
        let decomposed = "Nguye\u{302}\u{303}n"
        let records = try Self.read(Array("a\n\(decomposed)\n".utf8)).records
        #expect(records.count == 2 && Array(records[1][0].unicodeScalars) == Array("Nguyễn".unicodeScalars))
    }

    @Test func aRecordKnowsTheLineOnWhichItBegins() throws {
        var reader = try CSVReader(Array("a,b\n\n\"x\ny\",2\n3,4\n".utf8))
        var lines: [Int] = []
        while let record = reader.next() { lines.append(record.line) }
        #expect(lines == [1, 3, 5])
    }

    @Test func aQuoteThatIsNotClosedNamesItsLine() throws {
        let result = try Self.read(Array("a,b\n1,2\n\"3,4\n5,6\n".utf8))
        #expect(result.records == [["a", "b"], ["1", "2"]])
        #expect(result.malformed?.line == 3)
        #expect(result.malformed?.text.contains("không được đóng") == true)
    }

    @Test func textBehindAClosingQuoteNamesItsLine() throws {
        let result = try Self.read(Array("a,b\n\"1\"x,2\n3,4\n".utf8))
        #expect(result.records == [["a", "b"]])
        #expect(result.malformed?.line == 2)
    }

    @Test(arguments: [
        (Array("a,b\n".utf8) + [0x4E, 0xE2, 0x6E, 0x0A], 2),
        ([0x50, 0x4B, 0x03, 0x04, 0xFF, 0xFE], 1),
        ([0xFF, 0xFE, 0x61, 0x00], 1),
    ] as [([UInt8], Int)])
    func anotherEncodingIsToldWithItsLine(bytes: [UInt8], line: Int) {
        #expect {
            _ = try CSVReader(bytes)
        } throws: { error in
            let fault = error as? CSVReader.Malformed
            return fault?.line == line && fault?.text.contains("UTF-8") == true
        }
    }
}
