package import Civil
package import Database

/// A place from which targets are looked at: the console's own, or one that an administrator has added.
package struct Location: Hashable, Sendable {
    package typealias ID = RowID<Location>

    /// Where samples are judged: the processes that name no other place.
    package static let home = ID(rawValue: 0)

    package let id: ID
    package let name: String
    /// How many processes look from there now.
    package let processes: Int
    /// When something was last seen from there; nil: nothing yet.
    package let lastVoteAt: Instant?
}

extension Location: PostgresRow {
    package static var columns: String {
        """
        l.id, l.name, (SELECT count(*) FROM watches w WHERE w.location_id = l.id AND w.ended_at IS NULL
                       AND w.leased_until > lease_end(0)),
        (SELECT max(v.at) FROM location_votes v WHERE v.location_id = l.id)
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        name = try row.read()
        processes = try row.read()
        lastVoteAt = try row.read()
    }
}
