import Civil
import Database
import Organization

/// What another system's alerting says goes on, or is over.
struct Alert: Hashable, Sendable {
    /// What makes it the same alert; with its beginning it is one occurrence of it.
    let fingerprint: String
    let startedAt: Instant
    /// Nil while it fires.
    let endedAt: Instant?
    /// One sentence; never empty.
    let title: String
    let details: String
    /// What it is per Điều 20, where the sender says so; nil is not taken for a suspension.
    let kind: Incident.Kind?
    let severity: Incident.Severity?

    init(
        fingerprint: String, startedAt: Instant, endedAt: Instant? = nil, title: String, details: String = "",
        kind: Incident.Kind? = nil, severity: Incident.Severity? = nil
    ) {
        self.fingerprint = fingerprint
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.title = title
        self.details = details
        self.kind = kind
        self.severity = severity
    }
}

/// Alerts that are told together. What fires in one group at one time is one incident.
struct AlertGroup: Hashable, Sendable {
    let key: String
    let alerts: [Alert]
    /// How many more there were than the sender has told.
    let truncated: Int

    init(key: String, alerts: [Alert], truncated: Int = 0) {
        self.key = key
        self.alerts = alerts
        self.truncated = truncated
    }
}

/// An alert as it was written down, for the page of its incident.
struct ReceivedAlert: Hashable, Sendable, PostgresRow {
    let source: String
    let title: String
    let startedAt: Instant
    let endedAt: Instant?

    static var columns: String { "t.source, t.title, t.started_at, t.ended_at" }

    init(row: inout RowReader) throws {
        source = try row.read()
        title = try row.read()
        startedAt = try row.read()
        endedAt = try row.read()
    }
}
