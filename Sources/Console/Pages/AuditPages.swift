import Civil
import Hummingbird
import Organization
import Web

/// The audit trail, for auditors and administrators.
struct AuditPages: Sendable {
    let audit: AuditStore

    func add(to routes: inout RouteTable) {
        routes.get("/audit", .readAudit, use: list)
    }

    @Sendable private func list(_ request: Request, _ context: SignedIn) async throws -> Response {
        var form = Form([
            "actor": context.query("actor"), "action": context.query("action"), "subject": context.query("subject"),
            "from": context.query("from"), "to": context.query("to"),
        ])
        var filter = AuditFilter()
        filter.actor = form["actor"]
        filter.action = form["action"]
        filter.subject = form["subject"].uppercased().hasPrefix("SC-") ? form["subject"].uppercased() : form["subject"]
        filter.from = form.date("from", "Từ ngày")?.startInVietnam
        filter.to = form.date("to", "Đến ngày").map { $0.adding(days: 1).startInVietnam }
        let entries = try await audit.list(filter, before: Int64(context.query("before")), limit: 51)
        let view = AuditListView(form: form, entries: entries)
        return context.page(view, title: "Nhật ký", status: form.problems.isEmpty ? .ok : .unprocessableContent)
    }
}

struct AuditListView: PageView {
    static let template = "audit/list"
    static let parts: [any View.Type] = [AuditEntryView.self, ProblemView.self]

    let form: Form
    /// One more than a page holds, when there are more.
    let entries: [AuditEntry]

    private var olderHref: String? {
        guard entries.count > 50 else { return nil }
        let filters = ["actor", "action", "subject", "from", "to"].map { ($0, form[$0]) }
        return FormText.href("/audit", filters + [("before", String(entries[49].seq))])
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.form.problems.map(ProblemView.init) },
        "actor": { $0.form["actor"] }, "action": { $0.form["action"] }, "subject": { $0.form["subject"] },
        "from": { $0.form["from"] }, "to": { $0.form["to"] },
        "entries": { $0.entries.prefix(50).map(AuditEntryView.init) },
        "olderHref": \.olderHref,
    ]
}

struct AuditEntryView: View {
    let entry: AuditEntry

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "seq": { String($0.entry.seq) },
        "at": { VietnameseFormat.momentWithSeconds($0.entry.at) },
        "actor": \.entry.actorName,
        "address": \.entry.address,
        "action": \.entry.action,
        "subject": \.entry.subject,
        "before": \.entry.before,
        "after": \.entry.after,
        "hash": { String(hexadecimal($0.entry.hash).prefix(12)) },
    ]
}
