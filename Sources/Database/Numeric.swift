package import Foundation

/// PostgreSQL's `numeric` in its binary form (numeric.c): groups of four decimal digits, the weight of the first group,
/// a sign and how many digits stand behind the point.
enum Numeric {
    static let negative: UInt16 = 0x4000

    static func encode(_ value: Decimal) -> [UInt8] {
        let text = "\(value)"
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        let scale = parts.count > 1 ? parts[1].count : 0
        var whole = String(parts[0])
        whole = String(repeating: "0", count: (4 - whole.count % 4) % 4) + whole
        var fraction = parts.count > 1 ? String(parts[1]) : ""
        fraction += String(repeating: "0", count: (4 - fraction.count % 4) % 4)
        let groups = groupsOfFour(whole) + groupsOfFour(fraction)
        var bytes: [UInt8] = []
        bytes.append(bigEndian: Int16(groups.count))
        bytes.append(bigEndian: Int16(whole.count / 4 - 1))
        bytes.append(bigEndian: isNegative ? negative : 0)
        bytes.append(bigEndian: Int16(scale))
        for group in groups { bytes.append(bigEndian: group) }
        return bytes
    }

    /// - Returns: nil for NaN and the infinities, which `Decimal` cannot say exactly.
    static func decode(_ bytes: Cell.Bytes) throws -> Decimal? {
        var bytes = bytes
        let count = try bytes.take(Int16.self)
        let weight = try bytes.take(Int16.self)
        let sign = try bytes.take(UInt16.self)
        _ = try bytes.take(Int16.self)
        guard sign == 0 || sign == negative else { return nil }
        var sum = Decimal.zero
        for position in 0..<Int(count) {
            let group = Decimal(Int(try bytes.take(Int16.self)))
            let exponent = 4 * (Int(weight) - position)
            sum += Decimal(sign: .plus, exponent: exponent, significand: group)
        }
        return sign == negative ? -sum : sum
    }

    private static func groupsOfFour(_ digits: String) -> [Int16] {
        let digits = Array(digits.utf8)
        return stride(from: 0, to: digits.count, by: 4).map { start in
            digits[start..<start + 4].reduce(0) { $0 * 10 + Int16($1 - UInt8(ascii: "0")) }
        }
    }
}

extension Decimal: PostgresEncodable {
    package static var type: OID { .numeric }
    package var bytes: [UInt8]? { Numeric.encode(self) }
}

extension Decimal: PostgresDecodable {
    package init(cell: Cell) throws {
        guard let value = try Numeric.decode(try cell.bytes(for: Decimal.self, .numeric)) else {
            throw CellError(expected: "finite Decimal", found: cell.type)
        }
        self = value
    }
}
