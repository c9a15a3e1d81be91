/// Rows in the binary format of COPY (PostgreSQL, COPY, "Binary Format"), in pieces of about 64 KB.
struct CopyChunks<Rows: Sequence<[any PostgresEncodable]> & Sendable>: Sequence, Sendable {
    private let rows: Rows

    init(_ rows: Rows) {
        self.rows = rows
    }

    func makeIterator() -> CopyChunkIterator<Rows.Iterator> { CopyChunkIterator(rows.makeIterator()) }
}

struct CopyChunkIterator<Rows: IteratorProtocol<[any PostgresEncodable]>>: IteratorProtocol {
    private static var size: Int { 1 << 16 }

    private var rows: Rows
    private var buffer: [UInt8]
    private var isFinished = false

    init(_ rows: Rows) {
        self.rows = rows
        // The signature, no flags, no header extension.
        buffer = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0x00] + [UInt8](repeating: 0, count: 8)
    }

    mutating func next() -> [UInt8]? {
        guard !isFinished else { return nil }
        while buffer.count < Self.size {
            guard let row = rows.next() else {
                buffer.append(bigEndian: Int16(-1))
                isFinished = true
                return buffer
            }
            append(row)
        }
        defer { buffer.removeAll(keepingCapacity: true) }
        return buffer
    }

    private mutating func append(_ row: [any PostgresEncodable]) {
        buffer.append(bigEndian: Int16(row.count))
        for value in row {
            guard let bytes = value.bytes else {
                buffer.append(bigEndian: Int32(-1))
                continue
            }
            buffer.append(bigEndian: Int32(bytes.count))
            buffer += bytes
        }
    }
}
