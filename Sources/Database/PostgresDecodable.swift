package import Civil
package import Foundation

/// A value that can be read from a column.
package protocol PostgresDecodable: Sendable {
    /// - Throws: `CellError` when the column's type or its bytes are none of this value.
    init(cell: Cell) throws
}

/// One column of one row, as it came over the wire. It points into the result, so it is good only while its row is read.
package struct Cell {
    typealias Bytes = Slice<UnsafeRawBufferPointer>

    let type: OID
    /// Nil for NULL.
    let bytes: Bytes?
}

/// Why a cell is not the value that was asked for.
struct CellError: Error, CustomStringConvertible {
    let expected: String
    let found: OID
    var isNull = false

    var description: String {
        isNull ? "NULL where a value is needed (\(expected))" : "not \(expected) but of type \(found.rawValue)"
    }
}

extension Cell {
    func bytes(for expected: Any.Type, _ types: OID...) throws -> Bytes {
        guard let bytes else { throw CellError(expected: "\(expected)", found: type, isNull: true) }
        guard types.contains(type) else { throw CellError(expected: "\(expected)", found: type) }
        return bytes
    }
}

extension Cell.Bytes {
    /// Takes a big-endian integer from the front.
    mutating func take<T: FixedWidthInteger>(_: T.Type) throws -> T {
        let size = MemoryLayout<T>.size
        guard count >= size else { throw CellError(expected: "\(T.self)", found: .unknown) }
        defer { removeFirst(size) }
        return T(bigEndian: base.loadUnaligned(fromByteOffset: startIndex, as: T.self))
    }

    mutating func take(_ length: Int) throws -> Cell.Bytes {
        guard length >= 0, count >= length else { throw CellError(expected: "\(length) bytes", found: .unknown) }
        defer { removeFirst(length) }
        return prefix(length)
    }
}

extension Bool: PostgresDecodable {
    package init(cell: Cell) throws {
        self = try cell.bytes(for: Bool.self, .bool).first == 1
    }
}

extension Int64: PostgresDecodable {
    package init(cell: Cell) throws {
        var bytes = try cell.bytes(for: Int64.self, .int8, .int4, .int2)
        switch cell.type {
        case .int8: self = try bytes.take(Int64.self)
        case .int4: self = Int64(try bytes.take(Int32.self))
        default: self = Int64(try bytes.take(Int16.self))
        }
    }
}

extension Int: PostgresDecodable {
    package init(cell: Cell) throws {
        self = Int(try Int64(cell: cell))
    }
}

extension Double: PostgresDecodable {
    package init(cell: Cell) throws {
        var bytes = try cell.bytes(for: Double.self, .float8, .float4)
        self =
            cell.type == .float8
            ? Double(bitPattern: try bytes.take(UInt64.self)) : Double(Float(bitPattern: try bytes.take(UInt32.self)))
    }
}

extension String: PostgresDecodable {
    package init(cell: Cell) throws {
        self = String(
            decoding: try cell.bytes(for: String.self, .text, .varchar, .bpchar, .name, .json, .unknown),
            as: UTF8.self)
    }
}

extension Instant: PostgresDecodable {
    package init(cell: Cell) throws {
        var bytes = try cell.bytes(for: Instant.self, .timestamptz)
        let value = try bytes.take(Int64.self)
        guard value != .max, value != .min else { throw CellError(expected: "finite Instant", found: cell.type) }
        self.init(microseconds: value + Self.postgresEpoch)
    }
}

extension CivilDate: PostgresDecodable {
    package init(cell: Cell) throws {
        var bytes = try cell.bytes(for: CivilDate.self, .date)
        let value = try bytes.take(Int32.self)
        guard value != .max, value != .min else { throw CellError(expected: "finite CivilDate", found: cell.type) }
        self.init(dayNumber: Int(value) + Self.postgresEpoch)
    }
}

extension UUID: PostgresDecodable {
    package init(cell: Cell) throws {
        let bytes = Array(try cell.bytes(for: UUID.self, .uuid))
        guard bytes.count == 16 else { throw CellError(expected: "UUID", found: cell.type) }
        self.init(
            uuid: (
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9],
                bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
            ))
    }
}

extension JSONText: PostgresDecodable {
    package init(cell: Cell) throws {
        let bytes = try cell.bytes(for: JSONText.self, .jsonb, .json)
        self.init(text: String(decoding: cell.type == .jsonb ? bytes.dropFirst() : bytes, as: UTF8.self))
    }
}

extension TimeRange: PostgresDecodable {
    package init(cell: Cell) throws {
        var bytes = try cell.bytes(for: TimeRange.self, .tstzrange)
        guard let range = try TimeRange(taking: &bytes) else {
            throw CellError(expected: "TimeRange that is not empty", found: cell.type)
        }
        self = range
    }

    /// - Returns: nil for the empty range.
    init?(taking bytes: inout Cell.Bytes) throws {
        let flags = try bytes.take(UInt8.self)
        if flags & RangeFlag.empty != 0 { return nil }
        func bound(_ isInfinite: Bool) throws -> Instant? {
            if isInfinite { return nil }
            let length = try bytes.take(Int32.self)
            var value = try bytes.take(Int(length))
            let microseconds = try value.take(Int64.self)
            return microseconds == .max || microseconds == .min
                ? nil : Instant(microseconds: microseconds + Instant.postgresEpoch)
        }
        let lower = try bound(flags & RangeFlag.lowerInfinite != 0)
        let upper = try bound(flags & RangeFlag.upperInfinite != 0)
        self.init(from: lower, to: upper)
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package init(cell: Cell) throws {
        self = cell.bytes == nil ? nil : try Wrapped(cell: cell)
    }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    package init(cell: Cell) throws {
        guard let value = Self(rawValue: try RawValue(cell: cell)) else {
            throw CellError(expected: "\(Self.self)", found: cell.type)
        }
        self = value
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    /// One-dimensional arrays; `bytea` as `[UInt8]`; a multirange of times as `[TimeRange]`.
    package init(cell: Cell) throws {
        guard var bytes = cell.bytes else { throw CellError(expected: "\(Self.self)", found: cell.type, isNull: true) }
        if Element.self == UInt8.self {
            // The element type was just compared, so this cast cannot fail.
            self = Array<UInt8>(try cell.bytes(for: [UInt8].self, .bytea)) as! [Element]
            return
        }
        self = []
        if cell.type == .tstzmultirange {
            for _ in 0..<(try bytes.take(Int32.self)) {
                let length = try bytes.take(Int32.self)
                append(try Element(cell: Cell(type: .tstzrange, bytes: try bytes.take(Int(length)))))
            }
            return
        }
        let dimensions = try bytes.take(Int32.self)
        _ = try bytes.take(Int32.self)
        let type = OID(rawValue: try bytes.take(UInt32.self))
        guard dimensions > 0 else { return }
        guard dimensions == 1 else { throw CellError(expected: "one-dimensional \(Self.self)", found: cell.type) }
        let count = try bytes.take(Int32.self)
        _ = try bytes.take(Int32.self)
        for _ in 0..<count {
            let length = try bytes.take(Int32.self)
            append(try Element(cell: Cell(type: type, bytes: length < 0 ? nil : try bytes.take(Int(length)))))
        }
    }
}

extension UInt8: PostgresDecodable {
    /// Only `[UInt8]` is read, as one `bytea`.
    package init(cell: Cell) throws {
        throw CellError(expected: "[UInt8]", found: cell.type)
    }
}
