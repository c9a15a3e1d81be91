import Civil

/// The availability of a window, monitor by monitor, component by component, and of all together.
package struct AvailabilityTable: Sendable {
    package struct Row: Hashable, Sendable {
        package enum Kind: String, Sendable {
            case monitor, component, group, whole

            package var label: String {
                switch self {
                case .monitor: "Điểm giám sát"
                case .component: "Thành phần"
                case .group: "Nhóm"
                case .whole: "Toàn hệ thống"
                }
            }
        }

        package let kind: Kind
        package let name: String
        package let monitor: Monitor.ID?
        package let availability: Availability
    }

    /// By name.
    package let monitors: [Row]
    /// By name; sums of their monitors' seconds.
    package let components: [Row]
    /// By name; monitors without a group are in none.
    package let groups: [Row]
    package let whole: Row

    package init(_ rows: [MonitorAvailability]) {
        monitors = rows.map { Row(kind: .monitor, name: $0.name, monitor: $0.monitor, availability: $0.availability) }
        components = Self.sums(.component, Dictionary(grouping: rows) { $0.component.isEmpty ? "Khác" : $0.component })
        groups = Self.sums(.group, Dictionary(grouping: rows.filter { !$0.group.isEmpty }, by: \.group))
        whole = Row(kind: .whole, name: Row.Kind.whole.label, monitor: nil, availability: .sum(rows.map(\.availability)))
    }

    private static func sums(_ kind: Row.Kind, _ parts: [String: [MonitorAvailability]]) -> [Row] {
        parts.map { Row(kind: kind, name: $0.key, monitor: nil, availability: .sum($0.value.map(\.availability))) }
            .sorted { Folding.folded($0.name) < Folding.folded($1.name) }
    }

    /// A table for a spreadsheet (RFC 4180, UTF-8 with its mark, which Excel needs): seconds, and percentages with a point.
    package var csv: String {
        let heads = [
            "Loại", "Tên", "Khoảng xét (giây)", "Ngoài giờ phục vụ (giây)", "Bảo trì đã thông báo (giây)", "Không đo (giây)",
            "Đo được (giây)", "Gián đoạn ngoài kế hoạch (giây)", "Số lần", "Dài nhất (giây)", "Trừ do phân loại lại (giây)",
            "Tỷ lệ sẵn sàng (%)", "Tỷ lệ không đo (%)",
        ]
        let lines = (monitors + components + groups + [whole]).map { row in
            let value = row.availability
            let times = [value.window, value.outside, value.planned, value.notMeasured, value.measured, value.down]
            let figures = times.map { "\($0.inSeconds)" } + ["\(value.outages)"]
                + [value.longestOutage, value.reclassified].map { "\($0.inSeconds)" }
            let shares = [value.millionths, value.notMeasuredMillionths].map { $0.map(Self.percent) ?? "" }
            return [Self.cell(row.kind.label), Self.cell(row.name)] + figures + shares
        }
        return "\u{feff}" + ([heads] + lines).map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    /// A text that a spreadsheet takes for a text: what begins like a formula gets an apostrophe (OWASP, CSV Injection).
    static func cell(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r\n".unicodeScalars.contains($0) } ?? false
        let safe = isFormula ? "'\(text)" : text
        guard safe.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return safe }
        return "\"\(safe.replacing("\"", with: "\"\""))\""
    }

    private static func percent(_ millionths: Int) -> String {
        String(MonitorText.percent(millionths: millionths).dropLast()).replacing(",", with: ".")
    }
}
