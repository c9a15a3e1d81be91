/// How the monitors are shared among the processes that watch: they are cut into shards, and each process holds leases on
/// some of them.
package enum Shard {
    /// Into how many the monitors are cut: the table `probe_leases` has a row for each.
    package static let count = 64
    /// For how long a renewal holds, by the database's clock. A process that died is found late within this and one
    /// renewal of another: 12 s, where 15 are allowed.
    static let lease = Duration.seconds(10)
    /// A process believes in its own lease for this long after it asked for it, by a clock that nobody sets and that also
    /// runs while the machine sleeps. The rest is for breaking off what is under way.
    static let ownLease = Duration.seconds(9)

    /// How many shards a process is to hold. The shares of all add up to all shards, and differ by one at most.
    ///
    /// - Parameters:
    ///   - rank: How many of the living began before it.
    ///   - living: How many watch, itself included.
    package static func share(rank: Int, living: Int) -> Int {
        count / living + (rank < count % living ? 1 : 0)
    }

    /// Which of its shards a process gives up to come down to its share. It is the same answer each time while nothing
    /// changes, so that giving up can take as long as the slowest probe that is under way.
    package static func surplus(of held: Set<Int>, share: Int) -> Set<Int> {
        Set(held.sorted().dropFirst(share))
    }
}
