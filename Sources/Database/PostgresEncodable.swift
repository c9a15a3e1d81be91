package import Civil
package import Foundation

/// A value that can be bound to a statement. Each type has one PostgreSQL type, so a statement means the same wherever
/// it stands.
package protocol PostgresEncodable: Sendable {
    static var type: OID { get }
    /// The binary form; nil for NULL.
    var bytes: [UInt8]? { get }
}

extension PostgresEncodable {
    var parameter: Parameter { Parameter(type: Self.type, bytes: bytes) }
}

extension Bool: PostgresEncodable {
    package static var type: OID { .bool }
    package var bytes: [UInt8]? { [self ? 1 : 0] }
}

extension Int: PostgresEncodable {
    package static var type: OID { .int8 }
    package var bytes: [UInt8]? { Int64(self).bytes }
}

extension Int64: PostgresEncodable {
    package static var type: OID { .int8 }
    package var bytes: [UInt8]? {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: self)
        return bytes
    }
}

extension Double: PostgresEncodable {
    package static var type: OID { .float8 }
    package var bytes: [UInt8]? {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: bitPattern)
        return bytes
    }
}

extension String: PostgresEncodable {
    package static var type: OID { .text }
    package var bytes: [UInt8]? { Array(utf8) }
}

extension Instant: PostgresEncodable {
    /// PostgreSQL counts from 2000-01-01T00:00:00Z.
    static let postgresEpoch: Int64 = 946_684_800_000_000

    package static var type: OID { .timestamptz }
    package var bytes: [UInt8]? { (microseconds - Self.postgresEpoch).bytes }
}

extension CivilDate: PostgresEncodable {
    /// 2000-01-01 as a day number.
    static let postgresEpoch = 10_957

    package static var type: OID { .date }
    package var bytes: [UInt8]? {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: Int32(dayNumber - Self.postgresEpoch))
        return bytes
    }
}

extension UUID: PostgresEncodable {
    package static var type: OID { .uuid }
    package var bytes: [UInt8]? { withUnsafeBytes(of: uuid) { Array($0) } }
}

extension JSONText: PostgresEncodable {
    package static var type: OID { .jsonb }
    /// Version 1 of the binary format: the text behind a byte 1.
    package var bytes: [UInt8]? { [1] + Array(text.utf8) }
}

extension TimeRange: PostgresEncodable {
    package static var type: OID { .tstzrange }
    package var bytes: [UInt8]? {
        var flags: UInt8 = 0
        if lower == nil { flags |= RangeFlag.lowerInfinite } else { flags |= RangeFlag.lowerInclusive }
        if upper == nil { flags |= RangeFlag.upperInfinite }
        var bytes: [UInt8] = [flags]
        for bound in [lower, upper] {
            guard let encoded = bound?.bytes else { continue }
            bytes.append(bigEndian: Int32(encoded.count))
            bytes += encoded
        }
        return bytes
    }
}

/// Flags of the binary range format (PostgreSQL, rangetypes.h).
enum RangeFlag {
    static let empty: UInt8 = 0x01
    static let lowerInclusive: UInt8 = 0x02
    static let upperInclusive: UInt8 = 0x04
    static let lowerInfinite: UInt8 = 0x08
    static let upperInfinite: UInt8 = 0x10
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var type: OID { Wrapped.type }
    // No key path: in a generic context one is made anew at every call, which was a tenth of a page's work.
    package var bytes: [UInt8]? { flatMap { $0.bytes } }
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    package static var type: OID { RawValue.type }
    package var bytes: [UInt8]? { rawValue.bytes }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    package static var type: OID { Element.arrayType }
    package var bytes: [UInt8]? { Element.encoded(self) }
}

/// What an array may hold. Bytes are an element only of themselves: `[UInt8]` is one `bytea`, not an array.
package protocol PostgresArrayElement: Sendable {
    static var arrayType: OID { get }
    static func encoded(_ values: [Self]) -> [UInt8]
}

extension PostgresArrayElement where Self: PostgresEncodable {
    package static var arrayType: OID { Self.type.array }

    package static func encoded(_ values: [Self]) -> [UInt8] {
        let items = values.map { $0.bytes }
        var bytes: [UInt8] = []
        bytes.append(bigEndian: Int32(1))
        bytes.append(bigEndian: Int32(items.contains { $0 == nil } ? 1 : 0))
        bytes.append(bigEndian: Self.type.rawValue)
        bytes.append(bigEndian: Int32(items.count))
        bytes.append(bigEndian: Int32(1))
        for item in items {
            guard let item else {
                bytes.append(bigEndian: Int32(-1))
                continue
            }
            bytes.append(bigEndian: Int32(item.count))
            bytes += item
        }
        return bytes
    }
}

extension Bool: PostgresArrayElement {}
extension Int: PostgresArrayElement {}
extension Int64: PostgresArrayElement {}
extension Double: PostgresArrayElement {}
extension String: PostgresArrayElement {}
extension Instant: PostgresArrayElement {}
extension CivilDate: PostgresArrayElement {}
extension UUID: PostgresArrayElement {}
extension JSONText: PostgresArrayElement {}
extension TimeRange: PostgresArrayElement {}
extension Decimal: PostgresArrayElement {}
extension RowID: PostgresArrayElement {}
extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement & PostgresEncodable {}

extension UInt8: PostgresArrayElement {
    package static var arrayType: OID { .bytea }
    package static func encoded(_ values: [UInt8]) -> [UInt8] { values }
}
