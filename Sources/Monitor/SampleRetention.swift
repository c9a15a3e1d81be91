package import Civil
import Database
import Organization

extension MonitorStore {
    /// Drops the oldest month of samples, and of hourly rollups, when it is older than the settings say. Samples that were
    /// not rolled up yet stay. Several processes may ask at once.
    ///
    /// - Returns: The names of the partitions.
    /// - Throws: `DatabaseError` when a table could not be had within a second: later will do.
    @discardableResult
    package func dropOldestSamples(at now: Instant) async throws -> [String] {
        let settings = try await database.settings()
        var dropped: [String] = []
        for (table, setting) in [("samples", Setting.sampleMonths), ("hourly_rollups", .rollupMonths)] {
            let months = settings.number(setting)
            dropped += try await database.values(
                "SELECT name FROM drop_oldest_partition(\(table), \(months)::integer, \(now)) AS name WHERE name IS NOT NULL",
                as: String.self)
        }
        return dropped
    }
}
