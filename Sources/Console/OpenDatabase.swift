import Database
import Foundation
import Logging

/// The database that the settings name: somebody else's PostgreSQL, or a private cluster that lives as long as this
/// program does.
struct OpenDatabase: Sendable {
    /// What the console works with.
    let database: Database
    let configuration: DatabaseConfiguration
    /// Nil where somebody else looks after PostgreSQL.
    let cluster: EmbeddedCluster?

    /// Connects, and brings the schema up to date where this program owns it: always in an embedded cluster, in another
    /// one by `trucban migrate`, which the owner of its tables runs.
    static func open(_ settings: ConsoleSettings, resources: Resources, logger: Logger) async throws -> OpenDatabase {
        if let url = settings.databaseURL {
            let configuration = DatabaseConfiguration(conninfo: url, applicationName: "trucban")
            return OpenDatabase(
                database: Database(configuration, logger: logger), configuration: configuration, cluster: nil)
        }
        let cluster = try await EmbeddedCluster.start(in: settings.data, logger: logger)
        do {
            try await migrate(cluster.ownerConfiguration, resources: resources, logger: logger)
        } catch {
            await cluster.stop()
            throw error
        }
        let configuration = cluster.consoleConfiguration
        return OpenDatabase(
            database: Database(configuration, logger: logger), configuration: configuration, cluster: cluster)
    }

    @discardableResult
    static func migrate(
        _ owner: DatabaseConfiguration, resources: Resources, logger: Logger
    ) async throws -> [String] {
        let database = Database(owner, logger: logger)
        do {
            let applied = try await Migrator(directory: resources.migrations).migrate(database)
            await database.close()
            return applied
        } catch {
            await database.close()
            throw error
        }
    }

    func close() async {
        await database.close()
        await cluster?.stop()
    }
}
