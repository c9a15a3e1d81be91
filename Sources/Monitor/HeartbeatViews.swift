import Civil
import Database
import Foundation
import Organization
import Web

struct HeartbeatListView: PageView {
    static let template = "heartbeats/list"
    static let parts: [any View.Type] = [
        HeartbeatRowView.self, BadgeView.self, StripView.self, StripBarsView.self, OptionView.self, PagingView.self,
    ]

    let filter: HeartbeatFilter
    let counts: HeartbeatCounts
    let mayKeep: Bool
    let rows: [HeartbeatRowView]
    let deafSince: Instant?
    let paging: PagingView

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "search": \.filter.search, "mayKeep": \.mayKeep, "paging": \.paging, "heartbeats": \.rows,
        "states": { view in
            HeartbeatSummary.State.allCases.map {
                OptionView($0.rawValue, "\($0.label) (\(view.counts[$0]))", selected: $0 == view.filter.state)
            }
        },
        "all": { "Tất cả (\($0.counts[nil]))" },
        "deafSince": { $0.deafSince.map(VietnameseFormat.moment) },
        "rule": { _ in HeartbeatText.rule },
    ]
}

struct HeartbeatRowView: View {
    let summary: HeartbeatSummary
    let strip: DayStrip
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "heartbeatHref": { "/heartbeats/\($0.summary.heartbeat.id.rawValue)" },
        "name": \.summary.heartbeat.name, "component": \.summary.heartbeat.component, "agency": \.summary.agencyName,
        "schedule": \.summary.heartbeat.schedule.text, "grace": { VietnameseFormat.duration($0.summary.heartbeat.grace) },
        "isBackup": \.summary.heartbeat.isDailyBackup,
        "badges": { HeartbeatText.badges($0.summary, at: $0.now) },
        "trouble": { row in row.summary.state == .down ? row.summary.reason : nil },
        "expected": { row in row.summary.state == .down ? nil : row.summary.expectedAt.map(VietnameseFormat.moment) },
        "lastPing": { $0.summary.lastPingAt.map(VietnameseFormat.moment) },
        "took": { $0.summary.lastDuration.map(HeartbeatText.took) },
        "strip": { StripView(id: "strip-\($0.summary.heartbeat.id.rawValue)", strip: $0.strip) },
        "share": { MonitorText.share($0.strip.availability) },
        "basis": { MonitorText.basis($0.strip.availability) },
    ]
}

/// How the pages of heartbeats say what they say.
enum HeartbeatText {
    static let rule =
        "Gián đoạn của một tín hiệu tính từ hạn chót (lần hẹn cộng thời gian ân hạn), hoặc từ lúc tác vụ tự báo lỗi, đến lần báo thành "
        + "công kế tiếp. Thời gian không có ai nghe (bộ giám sát không chạy), tạm dừng hoặc chưa báo lần nào là không đo, không tính là hoạt động. "
        + Availability.rule

    static func badges(_ summary: HeartbeatSummary, at now: Instant) -> [BadgeView] {
        var badges = [BadgeView(kind: summary.state.rawValue, label: summary.state.label)]
        if summary.isLate(at: now) { badges.append(BadgeView(kind: "due", label: "Đang trễ")) }
        if summary.startedAt != nil { badges.append(BadgeView(kind: "open", label: "Đang chạy")) }
        return badges
    }

    /// `48 ms` below a minute to the hundredth of a second, `1 giờ 20 phút` above.
    static func took(_ duration: Duration) -> String {
        duration < .seconds(60) ? MonitorText.latency(duration) : VietnameseFormat.duration(duration)
    }
}

/// The addresses of one heartbeat and how a job uses them: only for who keeps heartbeats, because whoever knows an address
/// may report.
struct HeartbeatAddress {
    /// Of the console, as jobs reach it, without a slash at its end.
    let base: String
    let heartbeat: Heartbeat
    let use: SlugUse

    private static let curl = "curl -fsS -m 10 --retry 5 --retry-connrefused -o /dev/null"

    var url: String { "\(base)/ping/\(heartbeat.code.uuidString.lowercased())" }

    /// Nil without a slug or a key.
    var slugURL: String? {
        guard let slug = heartbeat.slug, let key = use.key else { return nil }
        return "\(base)/ping/\(key)/\(slug)"
    }

    private var when: String { heartbeat.schedule.kind == .cron ? heartbeat.schedule.expression ?? "" : "5 1 * * *" }

    /// A line for crontab(5), where a percent sign is written `\%`.
    var crontab: String {
        "\(when) pg_dump -Fc -f /var/backups/qlvb-$(date +\\%F).dump qlvb && \(Self.curl) \(url)"
    }

    /// The same with the time that it took and its exit status.
    var measuredCrontab: String {
        "\(when) \(Self.curl) \(url)/start; /usr/local/sbin/sao-luu-qlvb; \(Self.curl) \(url)/$?"
    }
}

struct PingKeyListView: PageView {
    static let template = "heartbeats/keys"
    static let parts: [any View.Type] = [PingKeyView.self, OptionView.self, ProblemView.self]

    let keys: [KeptPingKey]
    let agencies: [Agency]
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "keys": { $0.keys.map(PingKeyView.init) },
        "agencies": { view in
            view.agencies.map {
                OptionView("\($0.id.rawValue)", $0.name, selected: "\($0.id.rawValue)" == view.form["agency"])
            }
        },
        "agencyProblem": { $0.problems.text(for: "agency") },
    ]
}

struct PingKeyView: View {
    let kept: KeptPingKey

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "scope": { $0.kept.agencyName ?? "Toàn hệ thống" }, "key": \.kept.key,
        "made": { VietnameseFormat.moment($0.kept.createdAt) },
    ]
}
