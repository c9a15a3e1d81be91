import Civil
import Markdown
import Monitor

/// What people changed of what was measured.
extension ReportBody {
    /// A share that people have made better says so, by how much, and who they are.
    func reclassified(_ all: Availability) -> [Block] {
        guard !facts.reclassified.isEmpty else { return [] }
        let people = Set(facts.reclassified.map(\.revisedBy)).sorted().joined(separator: ", ")
        return [
            .paragraph([
                .link("\(facts.reclassified.count) gián đoạn đã phân loại lại", to: "/availability?from=\(days.first)&to=\(days.last)"),
                .text(
                    """
                     sau khi đo (người ghi: \(people)); do đó không tính là gián đoạn \
                    \(VietnameseFormat.clock(seconds: all.reclassified.inSeconds)), bằng \(all.reclassifiedShare) khoảng xét.
                    """),
            ])
        ]
    }

    /// Figures that were closed and then corrected are not passed over in silence.
    var closedMonths: [Block] {
        guard !facts.months.isEmpty else { return [] }
        let corrections = facts.months.reduce(0) { $0 + $1.corrections }
        return [
            .paragraph([
                .text("Số liệu đã chốt: \(facts.months.count) tháng; "),
                .link(
                    corrections == 0 ? "chưa sửa lần nào sau khi chốt" : "sửa \(corrections) lần sau khi chốt",
                    to: "/availability?from=\(days.first)&to=\(days.last)"),
                .text("."),
            ])
        ]
    }
}
