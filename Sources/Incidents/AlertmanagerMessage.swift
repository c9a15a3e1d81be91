import Civil
import Foundation
import Organization

/// What Prometheus Alertmanager posts (webhook, version 4), and how it is read as alerts.
///
/// Labels say what nothing else can: `incident_kind` (suspension, integrity, degraded, security) and `incident_severity`
/// (M1…M4). The name is the annotation `summary`, else the label `alertname` with its `instance`; what there is to read is the
/// annotation `description`.
struct AlertmanagerMessage: Sendable {
    let group: AlertGroup

    /// - Throws: `Refusal` that names the field, as in `alerts[1].startsAt`.
    init(json bytes: [UInt8]) throws(Refusal) {
        let body: Body = try readJSON(bytes)
        guard body.version == "4" else { throw Refusal(field: "version", "version: cần là “4”, đang là “\(body.version)”.") }
        guard !body.groupKey.isEmpty else { throw Refusal(field: "groupKey", "groupKey: không được để trống.") }
        guard !body.alerts.isEmpty else { throw Refusal(field: "alerts", "alerts: cần ít nhất một cảnh báo.") }
        var alerts: [Alert] = []
        for (index, item) in body.alerts.enumerated() { alerts.append(try Self.alert(item, at: "alerts[\(index)]")) }
        group = AlertGroup(key: body.groupKey, alerts: alerts, truncated: max(0, body.truncatedAlerts ?? 0))
    }

    private static func alert(_ item: Body.Item, at path: String) throws(Refusal) -> Alert {
        try AlertFields(
            path: path, fingerprint: item.fingerprint, status: item.status, startsAt: item.startsAt, endsAt: item.endsAt,
            title: item.annotations?["summary"] ?? named(item.labels), details: item.annotations?["description"] ?? "",
            kind: (item.labels["incident_kind"], "\(path).labels.incident_kind"),
            severity: (item.labels["incident_severity"], "\(path).labels.incident_severity")
        ).alert()
    }

    private static func named(_ labels: [String: String]) -> String {
        [labels["alertname"], labels["instance"]].compactMap(\.self).joined(separator: " ")
    }

    private struct Body: Decodable {
        struct Item: Decodable {
            let status: String
            let labels: [String: String]
            let annotations: [String: String]?
            let startsAt: String
            let endsAt: String?
            let fingerprint: String
        }

        let version: String
        let groupKey: String
        let truncatedAlerts: Int?
        let alerts: [Item]
    }
}

/// One alert as any system may post it, signed: `{"id", "status", "title", "description", "kind", "severity", "starts_at",
/// "ends_at"}`. Each is a group of its own.
struct SignedAlert: Sendable {
    let group: AlertGroup

    /// - Throws: `Refusal` that names the field.
    init(json bytes: [UInt8]) throws(Refusal) {
        let body: Body = try readJSON(bytes)
        let alert = try AlertFields(
            path: "", fingerprint: body.id, status: body.status, startsAt: body.starts_at, endsAt: body.ends_at, title: body.title,
            details: body.description ?? "", kind: (body.kind, "kind"), severity: (body.severity, "severity")
        ).alert(names: ("id", "starts_at", "ends_at", "title"))
        group = AlertGroup(key: alert.fingerprint, alerts: [alert])
    }

    private struct Body: Decodable {
        let id: String
        let status: String
        let title: String
        let description: String?
        let kind: String?
        let severity: String?
        let starts_at: String
        let ends_at: String?
    }
}

/// The parts of an alert as they were written, not read yet.
private struct AlertFields {
    /// Where it stands in the message; empty at the top.
    let path: String
    let fingerprint: String
    let status: String
    let startsAt: String
    let endsAt: String?
    let title: String
    let details: String
    let kind: (text: String?, name: String)
    let severity: (text: String?, name: String)

    /// - Parameter names: What the message calls these fields.
    func alert(
        names: (id: String, start: String, end: String, title: String) = ("fingerprint", "startsAt", "endsAt", "annotations.summary")
    ) throws(Refusal) -> Alert {
        func at(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
        let fingerprint = oneLine(fingerprint)
        guard !fingerprint.isEmpty, fingerprint.unicodeScalars.count <= 200 else {
            throw Refusal(field: at(names.id), "\(at(names.id)): cần từ 1 đến 200 ký tự.")
        }
        guard status == "firing" || status == "resolved" else {
            throw Refusal(field: at("status"), "\(at("status")): cần là firing hoặc resolved, đang là “\(status)”.")
        }
        let title = oneLine(title)
        guard !title.isEmpty else { throw Refusal(field: at(names.title), "\(at(names.title)): cần nói cảnh báo là gì.") }
        let begun = try moment(startsAt, at(names.start))
        var ended: Instant?
        if status == "resolved" {
            guard let endsAt else { throw Refusal(field: at(names.end), "\(at(names.end)): cần khi status là resolved.") }
            ended = try moment(endsAt, at(names.end))
        }
        return Alert(
            fingerprint: fingerprint, startedAt: begun, endedAt: ended, title: title,
            details: details.precomposedStringWithCanonicalMapping.trimmingCharacters(in: .whitespacesAndNewlines),
            kind: try choice(kind), severity: try choice(severity))
    }

    private func choice<T: RawRepresentable<String> & CaseIterable>(_ field: (text: String?, name: String)) throws(Refusal) -> T? {
        guard let text = field.text, !text.isEmpty else { return nil }
        if let value = T(rawValue: text) { return value }
        let known = T.allCases.map(\.rawValue).joined(separator: ", ")
        throw Refusal(field: field.name, "\(field.name): cần là một trong \(known), đang là “\(text)”.")
    }

    /// Alertmanager writes nanoseconds; a second's millionths are enough here.
    private func moment(_ text: String, _ name: String) throws(Refusal) -> Instant {
        let whole = text.replacing(/\.(\d+)/) { _ in "" }
        guard let date = try? Date(whole, strategy: .iso8601), date.timeIntervalSince1970 > 0 else {
            throw Refusal(field: name, "\(name): cần dạng 2026-11-24T09:00:00+07:00.")
        }
        return Instant(seconds: Int64(date.timeIntervalSince1970.rounded(.down)))
    }

    private func oneLine(_ text: String) -> String {
        text.precomposedStringWithCanonicalMapping.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
    }
}

/// - Throws: `Refusal` that says which field is missing or is of another type.
private func readJSON<Body: Decodable>(_ bytes: [UInt8]) throws(Refusal) -> Body {
    do {
        return try JSONDecoder().decode(Body.self, from: Data(bytes))
    } catch let error as DecodingError {
        let (path, problem) = described(error)
        throw Refusal(field: path, path.isEmpty ? "Nội dung: \(problem)." : "\(path): \(problem).")
    } catch {
        throw Refusal(field: "", "Nội dung: không phải JSON.")
    }
}

private func described(_ error: DecodingError) -> (path: String, problem: String) {
    func path(_ keys: [any CodingKey]) -> String {
        keys.reduce("") { path, key in
            key.intValue.map { "\(path)[\($0)]" } ?? (path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)")
        }
    }
    return switch error {
    case .keyNotFound(let key, let context): (path(context.codingPath + [key]), "cần có")
    case .valueNotFound(_, let context): (path(context.codingPath), "cần có")
    case .typeMismatch(_, let context): (path(context.codingPath), "sai kiểu dữ liệu")
    default: ("", "không phải JSON đúng cú pháp")
    }
}
