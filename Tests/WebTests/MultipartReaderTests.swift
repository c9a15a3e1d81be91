import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import Web

/// Forms whose files come piece by piece.
struct MultipartReaderTests {
    private static let body: [UInt8] = Array(
        "lời tựa\r\n--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nmột\r\n--X \t\r\nContent-Disposition: form-data; name=\"f\"; filename=\"b.bin\"\r\n\r\n".utf8)
        + Array("x\r\n--XY\r\n\r\n--\0\r\n--X-\r".utf8) + Array("\r\n--X\r\n\r\nkhông tên\r\n--X\r\nname only\r\n--X--\r\nlời bạt".utf8)

    /// Wherever the network cuts it, the same is read.
    @Test(arguments: [1, 2, 3, 5, 7, 64, 4096])
    func itIsReadAlikeHoweverItIsCut(size: Int) {
        var reader = MultipartReader(boundary: "X")
        var (told, content): ([String], [UInt8]) = ([], [])
        var rest = Self.body[...]
        while !rest.isEmpty {
            for event in reader.take(rest.prefix(size)) {
                switch event {
                case .begin(let name, let file): told.append("\(name):\(file ?? "-")")
                case .bytes(let bytes): content += bytes
                case .end:
                    told.append(String(decoding: content, as: UTF8.self))
                    content = []
                }
            }
            rest = rest.dropFirst(size)
        }
        #expect(told == ["a:-", "một", "f:b.bin", "x\r\n--XY\r\n\r\n--\0\r\n--X-\r"])
        #expect(content.isEmpty)
    }

    private static func request(_ body: [UInt8], type: String) -> Request {
        Request(
            head: HTTPRequest(method: .post, scheme: "http", authority: "x", path: "/", headerFields: [.contentType: type]),
            body: RequestBody(buffer: ByteBuffer(bytes: body)))
    }

    @Test func filesGoOnAndFieldsAreKept() async throws {
        var pieces: [String] = []
        let form = try await Form(Self.request(Self.body, type: "multipart/form-data; boundary=X"), limit: 4096) { piece in
            switch piece {
            case .begin(let field, let name): pieces.append("\(field) \(name)")
            case .bytes(let bytes): pieces.append("\(bytes.count)")
            case .end: pieces.append("end")
            }
        }
        #expect(form["a"] == "một" && form.file("f") == nil)
        #expect(pieces.first == "f b.bin" && pieces.last == "end")
        #expect(pieces.dropFirst().dropLast().compactMap(Int.init).reduce(0, +) == 21)
    }

    @Test func whatIsTooLargeIsRefusedAndAPlainFormIsReadAsEver() async throws {
        await #expect(throws: HTTPError.self) {
            _ = try await Form(Self.request(Self.body, type: "multipart/form-data; boundary=X"), limit: 100) { _ in }
        }
        let long = Array("--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".utf8) + [UInt8](repeating: 97, count: 1 << 20 + 100)
        await #expect(throws: HTTPError.self) {
            _ = try await Form(Self.request(long, type: "multipart/form-data; boundary=X"), limit: 4 << 20) { _ in }
        }
        let plain = try await Form(Self.request(Array("a=1".utf8), type: "application/x-www-form-urlencoded"), limit: 100) { _ in }
        #expect(plain["a"] == "1")
    }
}
