/// What the bytes of a file tell of its kind, found while they pass by: the file itself is never whole in memory.
package struct FileInspection: Sendable {
    /// The first kilobyte.
    private(set) var head: [UInt8] = []
    /// Bytes so far.
    package private(set) var size = 0
    /// Streams in an OLE2 container (MS-CFB) that say whose it is.
    private(set) var streams: Set<String> = []
    private var tail: [UInt8] = []
    private var block: [UInt8] = []
    private var text = UTF8Check()

    /// Zip's list of members stands at the end; one of more than some ten thousand members is not read.
    private static let tailSize = 1 << 20

    package init() {}

    package mutating func take(_ bytes: [UInt8]) {
        size += bytes.count
        if head.count < 1024 { head += bytes.prefix(1024 - head.count) }
        tail += bytes
        if tail.count > 2 * Self.tailSize { tail.removeFirst(tail.count - Self.tailSize) }
        text.take(bytes)
        if head.starts(with: FileKind.doc.magic) { readDirectory(bytes) }
    }

    /// Whether it is all UTF-8, and text: no NUL in it.
    var isText: Bool { text.isComplete }

    // MARK: OLE2

    private static let ownStreams = ["WordDocument", "Workbook", "Book"]

    /// Entries of the directory are 128 bytes long and lie at multiples of that, whatever the size of sectors.
    private mutating func readDirectory(_ bytes: [UInt8]) {
        block += bytes
        var start = 0
        while block.count - start >= 128 {
            if let name = Self.ownStreams.first(where: { Self.isEntry(block[start..<start + 128], named: $0) }) {
                streams.insert(name)
            }
            start += 128
        }
        block.removeFirst(start)
    }

    /// A stream (type 2) of that name, which is UTF-16 in a field of 64 bytes with its length behind it.
    private static func isEntry(_ entry: ArraySlice<UInt8>, named name: String) -> Bool {
        let first = entry.startIndex
        guard entry[first] == name.utf8.first, entry[first + 66] == 2 else { return false }
        var field = [UInt8](repeating: 0, count: 64)
        for (place, letter) in name.utf8.enumerated() { field[2 * place] = letter }
        return entry.prefix(64).elementsEqual(field) && Int(entry[first + 64]) == 2 * name.utf8.count + 2
            && entry[first + 65] == 0
    }

    // MARK: Zip

    /// The names in the central directory (APPNOTE 4.3.12), which must end where the end record says: what has something
    /// put before it is no plain archive.
    var zipMembers: [String] {
        guard let end = endOfDirectory else { return [] }
        let (length, offset) = (number(4, at: end + 12), number(4, at: end + 16))
        let begin = tail.count - (size - offset)
        guard begin >= 0, begin + length == end else { return [] }
        var names: [String] = []
        var entry = begin
        while entry + 46 <= end, tail[entry..<entry + 4].elementsEqual([0x50, 0x4B, 1, 2]) {
            let name = number(2, at: entry + 28)
            guard entry + 46 + name <= end else { return [] }
            names.append(String(decoding: tail[entry + 46..<entry + 46 + name], as: UTF8.self))
            entry += 46 + name + number(2, at: entry + 30) + number(2, at: entry + 32)
        }
        return entry == end ? names : []
    }

    private var endOfDirectory: Int? {
        guard tail.count >= 22 else { return nil }
        return (max(0, tail.count - 22 - 65_535)...tail.count - 22).last {
            tail[$0] == 0x50 && tail[$0 + 1] == 0x4B && tail[$0 + 2] == 5 && tail[$0 + 3] == 6
                && $0 + 22 + number(2, at: $0 + 20) == tail.count
        }
    }

    /// Little-endian.
    private func number(_ bytes: Int, at place: Int) -> Int {
        (0..<bytes).reduce(0) { $0 | Int(tail[place + $1]) << (8 * $1) }
    }

    /// The first member of an OpenDocument file is `mimetype`, stored as it is (OpenDocument 1.2, part 3, 3.3).
    var openDocumentType: String? {
        let name = Array("mimetype".utf8)
        guard head.count > 38, head[8] == 0, head[9] == 0, head[26] == 8, head[27] == 0, head[30..<38].elementsEqual(name),
            !zipMembers.isEmpty
        else { return nil }
        let begin = 38 + Int(head[28]) + Int(head[29]) << 8
        guard begin < head.count, let end = head[begin...].firstIndex(of: UInt8(ascii: "P")) else { return nil }
        return String(decoding: head[begin..<end], as: UTF8.self)
    }
}

/// Whether bytes that pass by are text.
private struct UTF8Check: Sendable {
    private var isFit = true
    /// The beginning of a character whose end is still to come.
    private var rest: [UInt8] = []

    var isComplete: Bool { isFit && rest.isEmpty }

    mutating func take(_ bytes: [UInt8]) {
        guard isFit else { return }
        var whole = rest + bytes
        let cut = Self.lengthOfBegun(whole)
        rest = Array(whole.suffix(cut))
        whole.removeLast(cut)
        isFit = !whole.contains(0) && String(validating: whole, as: UTF8.self) != nil
    }

    /// How many bytes at the end begin a character without ending it.
    private static func lengthOfBegun(_ bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte & 0b1100_0000 == 0b1000_0000 { continue }
            let length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            return length > back ? back : 0
        }
        return 0
    }
}
