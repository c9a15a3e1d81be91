import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Incidents

/// Files that go with the story: which are kept (Điều 8.3, 8.4), and that they come back as they were.
struct FileTests {
    // MARK: What a file is

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        /// nil: it is kept.
        var problem: String?
        var testDescription: String { name }
    }

    private static let mismatch = "Tên và nội dung của tệp phải cùng một định dạng."

    static let rows: [Row] = [
        Row(name: "Nhật ký.txt", bytes: Array("Lỗi 502\r\n".utf8)),
        Row(name: "a.csv", bytes: Array("\u{FEFF}a;b\n1;2\n".utf8)),
        Row(
            name: "a.txt", bytes: Array("a\0b".utf8),
            problem: "Tệp “a.txt”: nội dung không phải văn bản UTF-8. Hãy lưu lại dạng UTF-8."),
        Row(
            name: "cut.txt", bytes: [0xE1, 0xBB],
            problem: "Tệp “cut.txt”: nội dung không phải văn bản UTF-8. Hãy lưu lại dạng UTF-8."),
        Row(
            name: "windows.csv", bytes: [0x53, 0xF4, 0x20],
            problem: "Tệp “windows.csv”: nội dung không phải văn bản UTF-8. Hãy lưu lại dạng UTF-8."),
        Row(
            name: "anh.txt", bytes: FileSamples.png,
            problem: "Tệp “anh.txt”: nội dung không phải văn bản UTF-8 mà giống png. Hãy lưu lại dạng UTF-8."),
        Row(name: "bao cao.PDF", bytes: Array("%PDF-1.7\n…".utf8)),
        Row(
            name: "a.pdf", bytes: Array("MZ\u{90}\0".utf8),
            problem: "Tệp “a.pdf”: nội dung không phải pdf. \(mismatch)"),
        Row(
            name: "a.pdf", bytes: Array(" %PDF-1.7".utf8),
            problem: "Tệp “a.pdf”: nội dung không phải pdf. \(mismatch)"),
        Row(name: "a.rtf", bytes: Array(#"{\rtf1 a}"#.utf8)), Row(name: "a.png", bytes: FileSamples.png),
        Row(name: "a.jpeg", bytes: [0xFF, 0xD8, 0xFF, 0xE0, 0, 16]),
        Row(
            name: "a.jpg", bytes: FileSamples.png,
            problem: "Tệp “a.jpg”: nội dung không phải jpg mà giống png. \(mismatch)"),
        Row(name: "a.docx", bytes: FileSamples.zip(["[Content_Types].xml", "word/document.xml"])),
        Row(name: "a.xlsx", bytes: FileSamples.zip(["[Content_Types].xml", "xl/workbook.xml"])),
        Row(
            name: "a.docx", bytes: FileSamples.zip(["[Content_Types].xml", "xl/workbook.xml"]),
            problem: "Tệp “a.docx”: nội dung không phải docx mà giống xlsx. \(mismatch)"),
        Row(
            name: "macro.docx", bytes: FileSamples.zip(["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]),
            problem: "Tệp “macro.docx”: nội dung không phải docx. \(mismatch)"),
        Row(
            name: "a.docx", bytes: FileSamples.zip(["a.exe"]),
            problem: "Tệp “a.docx”: nội dung không phải docx. \(mismatch)"),
        Row(
            name: "appended.xlsx", bytes: FileSamples.zip(["[Content_Types].xml", "xl/workbook.xml"]) + [0],
            problem: "Tệp “appended.xlsx”: nội dung không phải xlsx. \(mismatch)"),
        Row(name: "a.odt", bytes: FileSamples.openDocument("application/vnd.oasis.opendocument.text")),
        Row(name: "a.ods", bytes: FileSamples.openDocument("application/vnd.oasis.opendocument.spreadsheet")),
        Row(
            name: "a.ods", bytes: FileSamples.openDocument("application/vnd.oasis.opendocument.text"),
            problem: "Tệp “a.ods”: nội dung không phải ods mà giống odt. \(mismatch)"),
        Row(name: "a.doc", bytes: FileSamples.ole("WordDocument")), Row(name: "a.xls", bytes: FileSamples.ole("Workbook")),
        Row(
            name: "a.xls", bytes: FileSamples.ole("WordDocument"),
            problem: "Tệp “a.xls”: nội dung không phải xls mà giống doc. \(mismatch)"),
        Row(
            name: "a.docx", bytes: FileSamples.ole("EncryptedPackage"),
            problem: "Tệp “a.docx”: nội dung không phải docx. \(mismatch)"),
        Row(
            name: "a.exe", bytes: [0x4D],
            problem: "Tệp “a.exe”: chỉ nhận txt, rtf, doc, docx, odt, pdf, csv, xls, xlsx, ods, png, jpg, jpeg (Điều 8.3)."),
        Row(
            name: "khongduoi", bytes: [0x4D],
            problem: "Tệp “khongduoi”: chỉ nhận txt, rtf, doc, docx, odt, pdf, csv, xls, xlsx, ods, png, jpg, jpeg (Điều 8.3)."),
        Row(name: "a.pdf", bytes: [], problem: "Tệp “a.pdf”: tệp rỗng."),
        Row(
            name: "(!).pdf", bytes: Array("%PDF-1.7".utf8),
            problem: "Tệp “(!).pdf”: tên cần có chữ cái hoặc chữ số (Điều 8.4)."),
    ]

    /// However the bytes were cut while they came.
    @Test(arguments: rows)
    func whatIsKept(_ row: Row) {
        for size in [1, 7, 4096] {
            var inspection = FileInspection()
            // The first piece holds the sign by which a kind is known, as the quarters of a megabyte do.
            inspection.take(Array(row.bytes.prefix(8)))
            var rest = row.bytes.dropFirst(8)
            while !rest.isEmpty {
                inspection.take(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            let file = IncomingFile(upload: UUID(), originalName: row.name, sha256: [], inspection: inspection)
            #expect(file.problem == row.problem, "\(size)")
        }
    }

    @Test(arguments: [
        ("Ảnh màn hình (1).png", "Anhmanhinh1.png"), ("Đề án.ĐOC", nil), ("BC.PDF", "BC.pdf"),
        (String(repeating: "ế", count: 60) + ".txt", String(repeating: "e", count: 50) + ".txt"),
        ("../../etc/passwd.txt", "etcpasswd.txt"), ("a\"; x=\".csv", "ax.csv"),
    ] as [(String, String?)])
    func namesLoseTheirMarks(original: String, name: String?) {
        let file = IncomingFile(upload: UUID(), originalName: original, sha256: [], inspection: FileInspection())
        if let name { #expect(file.name == name) } else { #expect(file.problem?.contains("chỉ nhận") == true) }
    }

    // MARK: Over HTTP

    private static func entry(_ text: String) -> [(String, String)] {
        [("entry_kind", "observation"), ("happened_at", "2026-11-24T08:30"), ("text", text)]
    }

    private static func chunks(_ town: Town) async throws -> Int {
        try await town.database.value("SELECT count(*) FROM incident_file_chunks")
    }

    @Test func aFileComesBackAsItWasAndIsNeverShown() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .binh)
            // Several pieces, and line ends and boundaries within.
            let content = FileSamples.png + (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8)) }
                + Array("\r\n--x\r\n".utf8)
            let browser = town.browser(.binh)
            let sent = try await browser.upload(
                "/incidents/\(code)/entries", fields: Self.entry("Ảnh chụp"), files: [("files", "Ảnh màn hình.png", content)])
            #expect(sent.status == .seeOther, "\(sent.body.suffix(500))")
            let page = try await browser.get("/incidents/\(code)")
            try page.checkedXML()
            let link = String(try #require(page.body.firstMatch(of: /href="(\/incidents\/[^"]+\/files\/\d+)">Anhmanhinh\.png/)).1)
            #expect(page.body.contains("(tên gốc: Ảnh màn hình.png)"))
            let sha = try await town.database.value("SELECT encode(sha256, 'hex') FROM incident_files", as: String.self)
            #expect(page.body.contains("SHA-256: \(sha)"))
            let real = try await town.database.value(
                "SELECT encode(sha256(string_agg(bytes, '' ORDER BY position)), 'hex') FROM incident_file_chunks", as: String.self)
            #expect(sha == real)
            #expect(try await Self.chunks(town) == 3)

            let file = try await browser.get(link)
            #expect(file.bytes == content)
            #expect(file.headers[.contentDisposition] == "attachment; filename=\"Anhmanhinh.png\"")
            #expect(file.headers[.contentType] == "image/png" && file.headers[.xContentTypeOptions] == "nosniff")
            #expect(file.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox")

            let expected: [(TownPerson, HTTPResponse.Status)] = [
                (.linh, .ok), (.dung, .ok), (.hoa, .ok), (.tam, .ok), (.chi, .notFound), (.an, .forbidden), (.vinh, .forbidden),
            ]
            for (name, status) in expected {
                #expect(try await town.browser(name).get(link).status == status, "\(name)")
            }
            #expect(try await !town.browser(.vinh).get("/incidents/\(code)").body.contains("/files/"))
            let other = try await PagesTests.open(town, as: .linh)
            let number = try #require(link.split(separator: "/").last)
            #expect(try await town.browser(.linh).get("/incidents/\(other)/files/\(number)").status == .notFound)
            #expect(try await browser.get("/incidents/\(code)/files/x").status == .notFound)
        }
    }

    @Test func whatIsRefusedLeavesNothingAndKeepsWhatWasTyped() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .binh)
            let (browser, path) = (town.browser(.binh), "/incidents/\(code)/entries")
            let liar = try await browser.upload(
                path, fields: Self.entry("Gửi kèm" + PagesTests.nasty),
                files: [("files", "that.png", FileSamples.png), ("files", "<b>.pdf", Array("MZ\0".utf8))])
            try PagesTests.expectLinkedSummary(liar, "liar")
            #expect(liar.body.contains("Tệp “&lt;b&gt;.pdf”: nội dung không phải pdf."))
            #expect(liar.body.contains(">Gửi kèm\(PagesTests.escaped)</textarea>"))
            let many = try await browser.upload(
                path, fields: Self.entry("sáu tệp"), files: (1...6).map { ("files", "a\($0).png", FileSamples.png) })
            #expect(many.body.contains("Mỗi diễn biến kèm tối đa 5 tệp, đang có 6."))
            let empty = try await browser.upload(path, fields: Self.entry(""), files: [("files", "a.png", FileSamples.png)])
            #expect(empty.status == .unprocessableContent)
            for name in [TownPerson.dung, .chi] {
                let answer = try await town.browser(name).upload(
                    path, fields: Self.entry("a"), files: [("files", "a.png", FileSamples.png)])
                #expect(answer.status == (name == .chi ? .notFound : .forbidden), "\(name)")
            }
            #expect(try await Self.chunks(town) == 0)
            // Sent twice: one entry with one file.
            let key = try #require(try await browser.get("/incidents/\(code)").formKey)
            for _ in 1...2 {
                let answer = try await browser.upload(
                    path, fields: Self.entry("một lần") + [("form_key", key)], files: [("files", "a.png", FileSamples.png)])
                #expect(answer.location == "/incidents/\(code)")
            }
            #expect(try await Self.chunks(town) == 1)
            #expect(try await town.database.value("SELECT count(*) FROM incident_files", as: Int.self) == 1)
            // No file was chosen.
            #expect(try await browser.upload(path, fields: Self.entry("không tệp"), files: [("files", "", [])]).status == .seeOther)
        }
    }

    @Test func whatIsKeptIsEvidenceAndWhatNobodyClaimsIsSweptOut() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .binh)
            _ = try await town.browser(.binh).upload(
                "/incidents/\(code)/entries", fields: Self.entry("a"), files: [("files", "a.png", FileSamples.png)])
            let changes = [
                "UPDATE incident_file_chunks SET bytes = ''", "DELETE FROM incident_file_chunks", "TRUNCATE incident_file_chunks",
                "INSERT INTO incident_file_chunks SELECT upload, 1, bytes, written_at FROM incident_file_chunks",
                "UPDATE incident_files SET name = 'b.png'", "DELETE FROM incident_files",
            ]
            for change in changes {
                let error = await #expect(throws: DatabaseError.self, "\(change)") {
                    try await town.database.asOwner { _ = try await $0.run(SQL(stringLiteral: change)) }
                }
                #expect(error?.sqlState == "42501", "\(change)")
            }
            let store = IncidentStore(database: town.database)
            var intake = store.intake(at: town.now)
            for piece in [Form.FilePiece.begin(field: "files", name: "a.png"), .bytes(FileSamples.png), .end] {
                try await intake.take(piece)
            }
            #expect(try await Self.chunks(town) == 2)
            try await store.sweepUploads(at: town.now + .seconds(86_400))
            #expect(try await Self.chunks(town) == 2)
            try await store.sweepUploads(at: town.now + .seconds(86_401))
            #expect(try await Self.chunks(town) == 1)
        }
    }

    @Test func ofWhatIsTooLargeNoMoreThanTheLimitIsEverStored() async throws {
        try await Town.with { town in
            var intake = IncidentStore(database: town.database).intake(at: town.now)
            try await intake.take(.begin(field: "files", name: "lon.txt"))
            let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
            for _ in 0..<51 { try await intake.take(.bytes(piece)) }
            try await intake.take(.end)
            #expect(intake.files.first?.problem == "Tệp “lon.txt”: lớn hơn 50 MB (Điều 8.4).")
            let stored = try await town.database.value("SELECT sum(length(bytes)) FROM incident_file_chunks", as: Int64.self)
            #expect(stored == 50 << 20)
            try await intake.discard()
            #expect(try await Self.chunks(town) == 0)
        }
    }
}

/// Files of each kind, as small as they may be.
enum FileSamples {
    static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]

    /// A zip of empty members, stored.
    static func zip(_ names: [String]) -> [UInt8] { zip(names.map { ($0, "") }) }

    static func openDocument(_ type: String) -> [UInt8] { zip([("mimetype", type), ("content.xml", "")]) }

    private static func zip(_ members: [(name: String, content: String)]) -> [UInt8] {
        var (file, directory): ([UInt8], [UInt8]) = ([], [])
        for (name, content) in members {
            let sizes = little(content.utf8.count, 4) + little(content.utf8.count, 4) + little(name.utf8.count, 2)
            let common = little(20, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(0, 4) + sizes
            directory += [0x50, 0x4B, 1, 2] + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2) + little(0, 2)
                + little(0, 4) + little(file.count, 4) + Array(name.utf8)
            file += [0x50, 0x4B, 3, 4] + common + little(0, 2) + Array(name.utf8) + Array(content.utf8)
        }
        let end = [0x50, 0x4B, 5, 6] + little(0, 4) + little(members.count, 2) + little(members.count, 2)
            + little(directory.count, 4) + little(file.count, 4) + little(0, 2)
        return file + directory + end
    }

    /// An OLE2 container whose directory has one stream.
    static func ole(_ stream: String) -> [UInt8] {
        let header: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] + [UInt8](repeating: 0, count: 504)
        let name = Array(stream.utf16.flatMap { little(Int($0), 2) })
        let entry = name + [UInt8](repeating: 0, count: 64 - name.count) + little(name.count + 2, 2) + [2]
        return header + [UInt8](repeating: 0, count: 128) + entry + [UInt8](repeating: 0, count: 128 - entry.count)
    }

    private static func little(_ number: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
