/// Where a database is, and how the console treats it.
package struct DatabaseConfiguration: Sendable {
    /// A libpq connection string: `host=… dbname=…` or `postgresql://…`. Several hosts with
    /// `target_session_attrs=read-write` survive a failover.
    package let conninfo: String
    /// How this program shows itself in `pg_stat_activity`.
    package var applicationName: String
    /// At most this many connections at once.
    package var connections: Int
    /// How long a statement waits for a connection before the database counts as unavailable.
    package var waitLimit: Duration
    /// How long the server works on one statement; zero for ever.
    package var statementTimeout: Duration
    /// False behind a proxy that pools transactions and knows no prepared statements.
    package var preparesStatements: Bool

    package init(
        conninfo: String, applicationName: String = "trucban", connections: Int = 10,
        waitLimit: Duration = .seconds(2), statementTimeout: Duration = .seconds(15), preparesStatements: Bool = true
    ) {
        self.conninfo = conninfo
        self.applicationName = applicationName
        self.connections = connections
        self.waitLimit = waitLimit
        self.statementTimeout = statementTimeout
        self.preparesStatements = preparesStatements
    }
}
