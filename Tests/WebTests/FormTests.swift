import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Organization
import Testing

@testable import Web

/// What comes in through forms.
@Suite struct FormTests {
    private static func request(
        _ body: String, type: String? = "application/x-www-form-urlencoded", length: Int? = nil
    ) -> Request {
        request(Array(body.utf8), type: type, length: length)
    }

    private static func request(_ body: [UInt8], type: String?, length: Int? = nil) -> Request {
        var headers = HTTPFields()
        headers[.contentType] = type
        headers[.contentLength] = length.map(String.init)
        return Request(
            head: HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/x", headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(bytes: body)))
    }

    private static func status(_ body: () async throws -> Form) async -> Int {
        do {
            _ = try await body()
            return 200
        } catch {
            return (error as? HTTPError)?.status.code ?? 0
        }
    }

    // MARK: How long

    /// A letter counts once, whatever marks it was typed with; a heap of marks upon one letter counts mark by mark.
    @Test(arguments: [
        (String(repeating: "ế", count: 10), true), (String(repeating: "ế", count: 11), false),
        (String(repeating: "ế", count: 10).decomposedStringWithCanonicalMapping, true),
        ("a" + String(repeating: "\u{336}", count: 9), true), ("a" + String(repeating: "\u{336}", count: 10), false),
    ])
    func aLengthIsCountedInScalars(text: String, fits: Bool) {
        var form = Form(["a": text])
        _ = form.required("a", "Tên", maximum: 10)
        _ = form.optional("a", "Tên", maximum: 10)
        #expect(form.problems.map(\.text) == (fits ? [] : ["Tên: tối đa 10 ký tự, đang có 11.", "Tên: tối đa 10 ký tự, đang có 11."]))
    }

    // MARK: Encoded in the body

    @Test(arguments: [
        ("a=x", "x"), ("a=", ""), ("a", ""), ("b=1&a=x", "x"), ("a=x&a=y", "x"), ("a=1+2", "1 2"), ("a=1%2B2", "1+2"),
        ("a=x%3Dy=z", "x=y=z"), ("&&a=x&&", "x"), ("a=Nguy%E1%BB%85n", "Nguyễn"),
        // Not in UTF-8, not a number: as it stands.
        ("a=%FF", "\u{FFFD}"), ("a=100%", "100%"), ("a=%zz", "%zz"),
    ])
    func fieldsAreRead(body: String, value: String) async throws {
        let form = try await Form(Self.request(body))
        #expect(form["a"] == value)
    }

    @Test func aFieldMayHaveSeveralValuesAndEmptyOnesAreNone() async throws {
        let form = try await Form(Self.request("facts=incident&facts=&facts=resumption"))
        #expect(form.all("facts") == ["incident", "resumption"])
        #expect(form.all("absent") == [] && form["absent"] == "")
    }

    @Test(arguments: [
        ("  đầu và cuối  ", "đầu và cuối"), ("Tiếng Việt".decomposedStringWithCanonicalMapping, "Tiếng Việt"),
        ("dòng 1\r\ndòng 2\rdòng 3\ndòng 4", "dòng 1\ndòng 2\ndòng 3\ndòng 4"), ("a\u{0}b\u{7}c\u{1b}[31md\u{85}", "abc[31md"),
        ("cột\tcột", "cột\tcột"), ("\n\n", ""), ("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"), ("<b>&\"'", "<b>&\"'"),
    ])
    func textIsNormalized(typed: String, kept: String) async throws {
        #expect(Array(FormText.normalized(typed).unicodeScalars) == Array(kept.unicodeScalars))
        let form = try await Form(Self.request("a=\(FormText.encoded(typed))"))
        #expect(Array(form["a"].unicodeScalars) == Array(kept.unicodeScalars))
    }

    @Test(arguments: [
        ("/x", [], "/x"), ("/x", [("a", "")], "/x"), ("/x", [("a", "1 2"), ("b", ""), ("c", "+&=%/é")], "/x?a=1%202&c=%2B%26%3D%25%2F%C3%A9"),
        ("/x", [("a", "aZ09-._~")], "/x?a=aZ09-._~"), ("/x", [("a", "đ\"<>#")], "/x?a=%C4%91%22%3C%3E%23"),
    ] as [(String, [(String, String)], String)])
    func aLinkCarriesItsQuery(path: String, query: [(String, String)], href: String) {
        #expect(FormText.href(path, query) == href)
        for (name, value) in query { #expect(FormText.decoded(FormText.encoded(value)) == value, "\(name)") }
    }

    // MARK: Limits

    @Test func aBodyAboveTheLimitIsTooLargeWhetherItSaysSoOrNot() async {
        let exact = await Self.status { try await Form(Self.request("a=" + String(repeating: "x", count: 98)), limit: 100) }
        let above = await Self.status { try await Form(Self.request("a=" + String(repeating: "x", count: 99)), limit: 100) }
        let said = await Self.status { try await Form(Self.request("", length: 101), limit: 100) }
        #expect(exact == 200 && above == 413 && said == 413)
    }

    @Test(arguments: [
        ("application/json", 415), ("text/plain", 415), ("multipart/form-data", 415), ("", 415),
        ("Application/X-WWW-Form-URLEncoded; charset=UTF-8", 200), ("multipart/form-data; boundary=x", 200),
    ])
    func onlyFormsAreRead(type: String, status: Int) async {
        let answer = await Self.status { try await Form(Self.request("a=x", type: type)) }
        #expect(answer == status)
    }

    // MARK: Problems are collected

    private enum Colour: String { case red }

    @Test func everythingWrongIsToldAtOnce() throws {
        var form = Form(["long": "abcd", "number": "8,5", "colour": "blue", "day": "31/02/2026", "moment": "25:00 01/01/2026"])
        _ = form.required("name", "Tên")
        _ = form.required("long", "Mô tả", maximum: 3)
        _ = form.optional("long", "Ghi chú", maximum: 3)
        #expect(form.integer("number", "Số", 1...9) == nil)
        #expect(form.choice("colour", "Màu", Colour.self) == nil)
        #expect(form.date("day", "Ngày") == nil)
        #expect(form.instant("moment", "Lúc") == nil)
        #expect(form.date("absent", "Ngày") == nil && form.instant("absent", "Lúc") == nil && form.optional("absent", "Chữ") == nil)
        _ = form.date("absent", "Từ ngày", isRequired: true)
        _ = form.instant("absent", "Từ lúc", isRequired: true)
        let refusal = #expect(throws: Refusal.self) { try form.check() }
        #expect(refusal?.problems.map(\.text) == [
            "Tên: cần nhập.", "Mô tả: tối đa 3 ký tự, đang có 4.", "Ghi chú: tối đa 3 ký tự, đang có 4.",
            "Số: cần một số nguyên từ 1 đến 9.", "Màu: cần chọn một mục trong danh sách.", "Ngày: ngày cần có dạng 24/11/2026.",
            "Lúc: ngày giờ cần có dạng 17:05 24/11/2026.", "Từ ngày: cần nhập ngày.", "Từ lúc: cần nhập ngày giờ.",
        ])
    }

    @Test func aGoodFormHasNoProblems() throws {
        var form = Form(["name": " Bình ", "number": "9", "colour": "red", "form_key": "2B6A8F4E-9C1D-4E4B-8A6F-0123456789AB"])
        #expect(form.required("name", "Tên") == "Bình")
        #expect(form.integer("number", "Số", 1...9) == 9)
        #expect(form.choice("colour", "Màu", Colour.self) == .red)
        try form.check()
        #expect(form.key?.uuidString == "2B6A8F4E-9C1D-4E4B-8A6F-0123456789AB")
        #expect(Form(["form_key": "x"]).key == nil)
    }

    // MARK: Files

    private static func multipart(_ parts: [(head: String, content: String)], boundary: String = "X", end: String = "--\r\n") -> [UInt8] {
        Array((parts.map { "--\(boundary)\r\n\($0.head)\r\n\r\n\($0.content)\r\n" }.joined() + "--\(boundary)" + end).utf8)
    }

    struct Body: CustomTestStringConvertible, Sendable {
        let bytes: [UInt8]
        /// `name=content` for fields, `name:file name=content` for files.
        let parts: [String]
        let name: String
        var testDescription: String { name }
    }

    @Test(arguments: [
        Body(
            bytes: multipart([("Content-Disposition: form-data; name=\"a\"", "x")]), parts: ["a=x"], name: "a field"),
        Body(
            bytes: multipart([
                ("Content-Disposition: form-data; name=\"a\"", ""),
                ("Content-Disposition: form-data; name=\"f\"; filename=\"b.csv\"\r\nContent-Type: text/csv", "1,2\r\n3,4"),
            ]), parts: ["a=", "f:b.csv=1,2\r\n3,4"], name: "an empty field and a file"),
        Body(
            bytes: multipart([("content-disposition: form-data; filename=\"b\"; Name=\"f\"", "x")]), parts: ["f:b=x"],
            name: "the file name before the name, in other letters"),
        Body(
            bytes: multipart([("Content-Disposition: form-data; name=\"f\"; filename=\"\"", "")]), parts: ["f:="],
            name: "no file was chosen"),
        Body(
            bytes: multipart([("Content-Disposition: form-data; name=\"f\"; filename=\"b\"", "a--X--b\r\n--XY\r\n--X-\r\nc")]),
            parts: ["f:b=a--X--b\r\n--XY\r\n--X-\r\nc"], name: "the boundary inside the content"),
        Body(
            bytes: multipart([("Content-Disposition: form-data; name=\"f\"; filename=\"b\"", "\r\n\r\nx\r\n\r\n")]),
            parts: ["f:b=\r\n\r\nx\r\n\r\n"], name: "blank lines in the content"),
        Body(
            bytes: Array("lời tựa\r\n".utf8) + multipart([("Content-Disposition: form-data; name=\"a\"", "x")], end: "--\r\nlời bạt\r\n--X\r\n"),
            parts: ["a=x"], name: "words before the first and after the last"),
        Body(
            bytes: multipart(
                [("Content-Disposition: form-data; name=\"a\"", "x"), ("Content-Disposition: form-data; name=\"b\"", "y")], end: ""),
            parts: ["a=x"], name: "cut off after the last part"),
        Body(bytes: Array("--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx".utf8), parts: [], name: "cut off inside a part"),
        Body(bytes: multipart([("Content-Type: text/plain", "x")]), parts: [], name: "a part without a name"),
        Body(bytes: [], parts: [], name: "nothing"),
        Body(bytes: Array("--X".utf8), parts: [], name: "only a boundary"),
        Body(bytes: Array("--X--".utf8), parts: [], name: "only the end"),
    ])
    func multipartIsRead(body: Body) {
        let parts = Multipart.parts(of: body.bytes, boundary: "X").map { part in
            part.name + (part.fileName.map { ":\($0)" } ?? "") + "=" + String(decoding: part.bytes, as: UTF8.self)
        }
        #expect(parts == body.parts)
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=abc", "abc"), ("multipart/form-data; boundary=\"a b\"; charset=utf-8", "a b"),
        ("Multipart/Form-Data; Boundary=abc", "abc"), ("multipart/form-data", nil), ("multipart/mixed; boundary=abc", nil),
        ("multipart/form-data; boundary=", nil),
    ] as [(String, String?)])
    func theBoundaryIsRead(type: String, boundary: String?) {
        #expect(Multipart.boundary(of: type) == boundary)
    }

    @Test func aFileOfMegabytesComesThroughByteForByte() async throws {
        let content = (0..<(4 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8)) }
        let body = Array("--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"t\u{0}e\u{302}n.bin\"\r\n\r\n".utf8) + content
            + Array("\r\n--X--\r\n".utf8)
        let form = try await Form(Self.request(body, type: "multipart/form-data; boundary=X"), limit: 8 << 20)
        let file = try #require(form.file("f"))
        #expect(file.bytes == content)
        #expect(Array(file.name.unicodeScalars) == Array("tên.bin".unicodeScalars))
    }
}
