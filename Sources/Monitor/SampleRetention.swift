package import Civil
import Database
import Organization

extension MonitorStore {
    /// Drops the oldest month of samples when it is older than the setting says. Several processes may ask at once.
    ///
    /// - Returns: The name of the partition; nil when everything is young enough.
    /// - Throws: `DatabaseError` when the table could not be had within a second: later will do.
    @discardableResult
    package func dropOldestSamples(at now: Instant) async throws -> String? {
        let months = try await database.settings().number(.sampleMonths)
        return try await database.value(
            "SELECT drop_sample_partition(\(months)::integer, \(now))", as: String?.self)
    }
}
