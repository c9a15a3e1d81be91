package import Civil
import Foundation
package import Hummingbird
import NIOCore
package import Organization

/// What somebody typed into a form. Reading a field that is missing or badly written notes a problem and goes on, so
/// that the person is told everything at once; `check` then throws what was noted. How long a text is, `Refusal.tooLong`
/// says for all fields.
package struct Form: Sendable {
    /// A file that came with the form.
    package struct File: Sendable {
        package let name: String
        package let bytes: [UInt8]
    }

    private var values: [String: [String]] = [:]
    private var files: [String: File] = [:]
    package private(set) var problems: [Refusal.Problem] = []

    /// An empty form, for a page that is shown for the first time.
    package init() {}

    /// - Parameters:
    ///   - values: Fields as if they had been typed.
    ///   - ticked: The boxes that are ticked, of fields that may have several values.
    package init(_ values: [String: String], ticked: [String: [String]] = [:]) {
        self.values = values.mapValues { [FormText.normalized($0)] }.merging(ticked) { $1 }
    }

    /// - Parameter limit: Largest body in bytes.
    /// - Throws: `HTTPError` 413 above the limit, 415 for a body that is no form.
    package init(_ request: Request, limit: Int = 1 << 20) async throws {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw HTTPError(.contentTooLarge)
        }
        let body: ByteBuffer
        // What a form does happens at the moment of its head: a body that is held back must not reach into the past.
        let begun = ContinuousClock.now
        do {
            body = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge)
        }
        guard ContinuousClock.now - begun < .seconds(30) else { throw HTTPError(.requestTimeout) }
        let type = request.headers[.contentType] ?? "application/x-www-form-urlencoded"
        if type.lowercased().hasPrefix("application/x-www-form-urlencoded") {
            read(urlEncoded: String(buffer: body))
        } else if let boundary = Multipart.boundary(of: type) {
            for part in Multipart.parts(of: Array(buffer: body), boundary: boundary) { read(part) }
        } else {
            throw HTTPError(.unsupportedMediaType)
        }
    }

    /// What comes of a file that is read piece by piece.
    package enum FilePiece: Sendable {
        /// - Parameter name: As the browser gave it.
        case begin(field: String, name: String)
        case bytes([UInt8])
        case end
    }

    /// Reads a form whose files go on piece by piece as they come in, so that none is ever whole in memory. A file that was
    /// cut off has no end.
    ///
    /// - Parameters:
    ///   - limit: Largest body in bytes, files included; what people type may be 1 MiB of it.
    ///   - takeFile: Takes what comes of the files, in order; files that nobody has chosen do not come.
    /// - Throws: `HTTPError` 413 above the limit, 415 for a body that is no form; what `takeFile` throws.
    package init(
        _ request: Request, limit: Int, takeFile: (FilePiece) async throws -> Void
    ) async throws {
        guard let boundary = Multipart.boundary(of: request.headers[.contentType] ?? "") else {
            try await self.init(request)
            return
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw HTTPError(.contentTooLarge)
        }
        self.init()
        var reader = MultipartReader(boundary: boundary)
        var field: Multipart.Part?
        var (read, typed, isInFile) = (0, 0, false)
        for try await buffer in request.body {
            read += buffer.readableBytes
            if read > limit { throw HTTPError(.contentTooLarge) }
            for event in reader.take(buffer.readableBytesView) {
                switch event {
                case .begin(let name, nil): field = Multipart.Part(name: name, fileName: nil)
                case .begin(let name, let fileName?):
                    isInFile = !fileName.isEmpty
                    if isInFile { try await takeFile(.begin(field: name, name: FormText.normalized(fileName))) }
                case .bytes(let bytes) where isInFile: try await takeFile(.bytes(Array(bytes)))
                case .bytes(let bytes):
                    typed += bytes.count
                    if typed > 1 << 20 { throw HTTPError(.contentTooLarge) }
                    field?.bytes += bytes
                case .end:
                    if isInFile { try await takeFile(.end) }
                    if let field { self.read(field) }
                    (field, isInFile) = (nil, false)
                }
            }
        }
    }

    private mutating func read(urlEncoded body: String) {
        for pair in body.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = sides.count == 2 ? FormText.normalized(FormText.decoded(sides[1])) : ""
            values[FormText.decoded(sides[0]), default: []].append(value)
        }
    }

    private mutating func read(_ part: Multipart.Part) {
        if let fileName = part.fileName {
            if !fileName.isEmpty { files[part.name] = File(name: FormText.normalized(fileName), bytes: part.bytes) }
        } else {
            values[part.name, default: []].append(FormText.normalized(String(decoding: part.bytes, as: UTF8.self)))
        }
    }

    /// The key that the page hid in the form; a form without one is not protected from being sent twice.
    package var key: FormKey? { UUID(uuidString: self["form_key"]) }

    /// What was typed, normalized; empty when the field is absent.
    package subscript(_ name: String) -> String { values[name]?.first ?? "" }

    /// Every field with the first of its values.
    package var typed: [String: String] { values.compactMapValues(\.first) }

    /// All values of a field that may have several: the ticked boxes.
    package func all(_ name: String) -> [String] { (values[name] ?? []).filter { !$0.isEmpty } }

    package func file(_ name: String) -> File? { files[name] }

    package mutating func note(_ field: String, _ text: String) {
        problems.append(Refusal.Problem(field: field, text: text))
    }

    /// Notes what a rule has found, except beside fields of which something is noted already: everything is told at once,
    /// and once.
    package mutating func note(_ found: [Refusal.Problem]) {
        for problem in found where problems.text(for: problem.field) == nil { problems.append(problem) }
    }

    /// - Parameters:
    ///   - label: What the page calls the field.
    ///   - maximum: The longest that it may be, in Unicode scalars.
    package mutating func required(_ name: String, _ label: String, maximum: Int = 10_000) -> String {
        let value = self[name]
        if value.isEmpty { note(name, "\(label): cần nhập.") }
        limit(name, label, maximum)
        return value
    }

    package mutating func optional(_ name: String, _ label: String, maximum: Int = 10_000) -> String? {
        let value = self[name]
        limit(name, label, maximum)
        return value.isEmpty ? nil : value
    }

    private mutating func limit(_ name: String, _ label: String, _ maximum: Int) {
        if let problem = Refusal.tooLong(name, label, self[name], maximum: maximum) { problems.append(problem) }
    }

    /// A choice out of an enumeration; nil and a problem for anything else.
    package mutating func choice<T: RawRepresentable<String>>(
        _ name: String, _ label: String, _ type: T.Type = T.self
    ) -> T? {
        let value = T(rawValue: self[name])
        if value == nil { note(name, "\(label): cần chọn một mục trong danh sách.") }
        return value
    }

    package mutating func integer(_ name: String, _ label: String, _ range: ClosedRange<Int>) -> Int? {
        if let number = Int(self[name]), range.contains(number) { return number }
        note(name, "\(label): cần một số nguyên từ \(range.lowerBound) đến \(range.upperBound).")
        return nil
    }

    /// A day; nil without a problem when nothing was typed and it is not required.
    package mutating func date(_ name: String, _ label: String, isRequired: Bool = false) -> CivilDate? {
        if self[name].isEmpty {
            if isRequired { note(name, "\(label): cần nhập ngày.") }
            return nil
        }
        let value = CivilDate(parsing: self[name])
        if value == nil { note(name, "\(label): ngày cần có dạng 24/11/2026.") }
        return value
    }

    /// A moment of Vietnam's clock, as `datetime-local` sends it; nil without a problem when nothing was typed and it
    /// is not required.
    package mutating func instant(_ name: String, _ label: String, isRequired: Bool = false) -> Instant? {
        if self[name].isEmpty {
            if isRequired { note(name, "\(label): cần nhập ngày giờ.") }
            return nil
        }
        let value = Instant(vietnamLocal: self[name])
        if value == nil { note(name, "\(label): ngày giờ cần có dạng 17:05 24/11/2026.") }
        return value
    }

    /// - Throws: `Refusal` with every problem that was noted.
    package func check() throws(Refusal) {
        if !problems.isEmpty { throw Refusal(problems) }
    }
}
