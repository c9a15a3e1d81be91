/// The key of a row, typed by what the row is: the number of an agency does not fit where an incident is asked for.
///
/// Each entity names its own: `package typealias ID = RowID<Incident>`.
package struct RowID<Entity>: RawRepresentable, Hashable, Sendable, Codable, PostgresEncodable, PostgresDecodable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }
}
