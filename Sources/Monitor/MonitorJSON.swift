import Civil
import Database
import Organization

/// A monitor and how it stands, as the API tells it.
struct MonitorJSON: Encodable {
    let id: Int64
    let name: String
    let kind: String
    let address: String
    let component: String
    let group: String
    let tags: [String]
    let agency: String?
    let state: String
    let since: String
    let paused: Bool
    let under_maintenance: Bool
    let last_sample_at: String?
    let failure: String?
    let total_ms: Int64?
    /// Only for who may change them: values of headers may be credentials.
    let settings: [String: SheetValue]?

    /// - Parameter agency: The code of the monitor's agency.
    init(_ summary: MonitorSummary, agency: String?, showsSettings: Bool) {
        let monitor = summary.monitor
        (id, name, kind) = (monitor.id.rawValue, monitor.name, monitor.target.kind.rawValue)
        (address, component, group) = (monitor.target.address, monitor.component, monitor.place.group)
        (tags, self.agency) = (monitor.place.tags, agency)
        (state, since) = (summary.state.rawValue, VietnameseFormat.timestamp(summary.since))
        (paused, under_maintenance) = (monitor.pausedAt != nil, summary.isUnderMaintenance)
        last_sample_at = summary.lastSampleAt.map(VietnameseFormat.timestamp)
        failure = summary.failure?.text
        total_ms = summary.phases.map { $0.total.inMicroseconds / 1000 }
        settings = showsSettings ? MonitorSheet(monitor.draft, isPaused: paused, agency: agency).settings : nil
    }
}

/// One page of the list.
struct MonitorPageJSON: Encodable {
    let items: [MonitorJSON]
    let page: Int
    let pages: Int
    let total: Int
}

struct OutageJSON: Encodable {
    let id: Int64
    let began_at: String?
    let ended_at: String?
    let confirmed_at: String
    let reason: String

    init(_ outage: Outage) {
        id = outage.id.rawValue
        began_at = outage.during.lower.map(VietnameseFormat.timestamp)
        ended_at = outage.during.upper.map(VietnameseFormat.timestamp)
        (confirmed_at, reason) = (VietnameseFormat.timestamp(outage.confirmedAt), outage.reason)
    }
}

struct SampleJSON: Encodable {
    let at: String
    let failure: String?
    let status: Int?
    let resolve_us: Int64
    let connect_us: Int64
    let tls_us: Int64
    let first_byte_us: Int64
    let total_us: Int64

    init(_ sample: StoredSample) {
        (at, failure, status) = (VietnameseFormat.timestamp(sample.at), sample.failure, sample.status)
        (resolve_us, connect_us) = (sample.phases.resolve.inMicroseconds, sample.phases.connect.inMicroseconds)
        (tls_us, first_byte_us) = (sample.phases.tls.inMicroseconds, sample.phases.firstByte.inMicroseconds)
        total_us = sample.phases.total.inMicroseconds
    }
}

/// Seconds of a window, and the share as a fraction; null where nothing was measured.
struct AvailabilityJSON: Encodable {
    let from: String
    let to: String
    let window_seconds: Int64
    let outside_seconds: Int64
    let planned_seconds: Int64
    let not_measured_seconds: Int64
    let measured_seconds: Int64
    let down_seconds: Int64
    let reclassified_seconds: Int64
    let outages: Int
    let share_millionths: Int?
    let rule: String

    init(from start: Instant, to end: Instant, _ availability: Availability) {
        (from, to) = (VietnameseFormat.timestamp(start), VietnameseFormat.timestamp(end))
        (window_seconds, planned_seconds) = (availability.window.inSeconds, availability.planned.inSeconds)
        (not_measured_seconds, measured_seconds) = (availability.notMeasured.inSeconds, availability.measured.inSeconds)
        (down_seconds, outages) = (availability.down.inSeconds, availability.outages)
        (outside_seconds, reclassified_seconds) = (availability.outside.inSeconds, availability.reclassified.inSeconds)
        (share_millionths, rule) = (availability.millionths, Availability.rule)
    }
}
