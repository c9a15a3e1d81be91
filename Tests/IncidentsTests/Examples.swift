import Civil
import Database
import Organization
import Testing

@testable import Incidents

/// 24/11/2026 09:00 in Vietnam.
let nine = Instant(seconds: 1_795_485_600)

extension Instant {
    /// So many minutes later.
    func after(minutes: Int) -> Instant { self + .seconds(60 * minutes) }
}

extension Incident {
    /// An agency's incident that lacks nothing of its own: suspended from 9:00 to 9:30, everything written.
    static func complete(
        kind: Kind = .suspension, agency: Int64? = 7, suspended: Bool = true, _ change: (inout Incident) -> Void = { _ in }
    ) -> Incident {
        var incident = Incident(
            id: ID(rawValue: 1), code: "SC-2026-0001", title: "Không đăng nhập được", kind: kind, severity: .m3,
            state: suspended ? .restored : .open, agency: agency.map(Agency.ID.init(rawValue:)),
            agencyName: agency.map { _ in "UBND xã Yên Khánh" }, outage: nil, monitor: nil, beganAt: nine,
            detectedAt: nine, suspendedAt: suspended ? nine : nil,
            resumedAt: suspended ? nine.after(minutes: 30) : nil, closedAt: nil, description: "Trang đăng nhập báo lỗi 502.",
            temporaryMeasures: "Gửi văn bản khẩn qua thư điện tử công vụ.", catchUp: "Văn thư nhập lại trong ngày.",
            cause: "Hết đĩa; đã mở rộng.", isCyber: false, hasPersonalData: false, particulars: Particulars(),
            openedBy: nil, openedAt: nine, version: 1, isReviewed: false)
        change(&incident)
        return incident
    }
}

extension Communication {
    static func told(
        _ audience: Audience, _ facts: [Fact] = Fact.allCases, after minutes: Int = 40, reports: [LegalReport] = []
    ) -> Communication {
        Communication(
            audience: audience, channel: .phone, toldAt: nine.after(minutes: minutes), toldBy: "Nguyễn Văn Bình",
            facts: facts, reports: reports)
    }
}

extension IncidentDraft {
    /// A short interruption that began and was noticed at `at`.
    static func example(_ title: String = "Không đăng nhập được", at: Instant = nine) -> IncidentDraft {
        var draft = IncidentDraft(beganAt: at, detectedAt: at)
        draft.title = title
        draft.kind = .integrity
        return draft
    }

    /// Everything that an incident needs before it is closed, but who was told.
    static func full(at: Instant = nine) -> IncidentDraft {
        var draft = IncidentDraft.example(at: at)
        (draft.kind, draft.severity, draft.isCyber) = (.suspension, .m3, false)
        (draft.suspendedAt, draft.resumedAt) = (at, at)
        (draft.description, draft.cause) = ("Trang đăng nhập báo lỗi 502.", "Hết đĩa; đã mở rộng.")
        (draft.temporaryMeasures, draft.catchUp) = ("Gửi qua thư điện tử công vụ.", "Văn thư nhập lại trong ngày.")
        return draft
    }
}

/// Runs what must be refused.
/// - Returns: The fields and the words of the refusal.
func refusal(_ body: () async throws -> Void) async -> [String] {
    do {
        try await body()
        Issue.record("was not refused")
        return []
    } catch let refusal as Refusal {
        return refusal.problems.map { "\($0.field): \($0.text)" }
    } catch {
        Issue.record("\(error)")
        return []
    }
}
