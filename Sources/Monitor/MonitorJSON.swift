import Civil
import Database
import Organization

/// A value of a monitor's settings in JSON.
enum SettingValue: Codable, Hashable, Sendable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([String])
    case none

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .none
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Int.self) {
            self = .number(number)
        } else if let list = try? value.decode([String].self) {
            self = .list(list)
        } else {
            self = .text(try value.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .text(let text): try value.encode(text)
        case .number(let number): try value.encode(number)
        case .flag(let flag): try value.encode(flag)
        case .list(let list): try value.encode(list)
        case .none: try value.encodeNil()
        }
    }

    private static let numbers: Set<String> = [
        "port", "interval", "retry_interval", "timeout", "confirm_after", "recover_after", "degraded_ms", "degraded_after",
    ]
    /// Fields of several lines or words, and what parts them in the form.
    private static let lists = ["headers": "\n", "tags": ", "]

    /// - Parameter text: As the form has it.
    init(_ name: String, _ text: String) {
        if MonitorSheet.flags.contains(name) {
            self = .flag(!text.isEmpty)
        } else if let separator = Self.lists[name] {
            self = .list(text.isEmpty ? [] : text.split(separator: separator).map(String.init))
        } else if Self.numbers.contains(name) {
            self = Int(text).map(Self.number) ?? .none
        } else {
            self = .text(text)
        }
    }

    /// As the form has it; nil for a list where there is none.
    func text(of name: String) -> String? {
        switch self {
        case .text(let text): text
        case .number(let number): String(number)
        case .flag(let flag): flag ? "yes" : "no"
        case .list(let list): Self.lists[name].map { list.joined(separator: $0) }
        case .none: ""
        }
    }
}

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
    let settings: [String: SettingValue]?

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
        let sheet = MonitorSheet(monitor.draft, isPaused: false, agency: agency)
        settings = showsSettings
            ? Dictionary(uniqueKeysWithValues: sheet.fields.map { ($0.key, SettingValue($0.key, $0.value)) }) : nil
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
