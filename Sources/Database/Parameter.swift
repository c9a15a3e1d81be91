/// A bound value as it goes over the wire: the type's OID (pg_type.dat) and its binary form; nil bytes for NULL.
package struct Parameter: Sendable {
    let type: OID
    let bytes: [UInt8]?
}

/// The types of PostgreSQL that the console reads and writes, by their fixed OIDs.
package struct OID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    static let bool = OID(rawValue: 16)
    static let bytea = OID(rawValue: 17)
    static let int8 = OID(rawValue: 20)
    static let int2 = OID(rawValue: 21)
    static let int4 = OID(rawValue: 23)
    static let text = OID(rawValue: 25)
    static let json = OID(rawValue: 114)
    static let float4 = OID(rawValue: 700)
    static let float8 = OID(rawValue: 701)
    static let unknown = OID(rawValue: 705)
    static let bpchar = OID(rawValue: 1042)
    static let varchar = OID(rawValue: 1043)
    static let name = OID(rawValue: 19)
    static let date = OID(rawValue: 1082)
    static let timestamptz = OID(rawValue: 1184)
    static let numeric = OID(rawValue: 1700)
    static let uuid = OID(rawValue: 2950)
    static let jsonb = OID(rawValue: 3802)
    static let tstzrange = OID(rawValue: 3910)
    static let tstzmultirange = OID(rawValue: 4534)

    /// The array type whose elements have this type.
    var array: OID {
        switch self {
        case .bool: OID(rawValue: 1000)
        case .bytea: OID(rawValue: 1001)
        case .int8: OID(rawValue: 1016)
        case .text: OID(rawValue: 1009)
        case .float8: OID(rawValue: 1022)
        case .date: OID(rawValue: 1182)
        case .timestamptz: OID(rawValue: 1185)
        case .numeric: OID(rawValue: 1231)
        case .uuid: OID(rawValue: 2951)
        case .jsonb: OID(rawValue: 3807)
        case .tstzrange: OID(rawValue: 3911)
        default: .unknown
        }
    }
}

extension [UInt8] {
    /// Network byte order, as PostgreSQL's binary formats have it.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
