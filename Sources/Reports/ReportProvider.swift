import Civil
import Incidents
import Markdown
import WorkingTime

/// Doanh nghiệp cung cấp dịch vụ (Điều 24), as the report tells it.
extension ReportBody {
    var provider: [Block] {
        let card = facts.provider
        let heading = Block.heading(level: 3, "7. Doanh nghiệp cung cấp dịch vụ (Điều 24)")
        guard !card.cases.isEmpty else {
            return [
                heading,
                .paragraph("Sự cố bàn giao cho doanh nghiệp: \(VietnameseFormat.noFigure) (chưa ghi lần bàn giao nào trong kỳ)."),
            ]
        }
        let link = facts.window.period.map { "/incidents/provider?period=\($0.code)" }
        func counted(_ selection: ProviderScorecard.Selection) -> Inline {
            let text = "\(VietnameseFormat.number(card.count(selection)))/\(VietnameseFormat.number(card.cases.count))"
            return link.map { .link(text, to: "\($0)&show=\(selection.rawValue)") } ?? .text(text)
        }
        func row(_ name: String, _ inTime: ProviderScorecard.Selection, _ late: ProviderScorecard.Selection,
            _ open: ProviderScorecard.Selection, _ median: Duration?, _ longest: Inline
        ) -> [Inline] {
            [
                .text(name), counted(inTime), counted(late), counted(open),
                .text(median.map(VietnameseFormat.duration) ?? VietnameseFormat.noFigure), longest,
            ]
        }
        func longest(_ one: ProviderCase?, _ time: Duration?) -> Inline {
            guard let one, let time else { return .text(VietnameseFormat.noFigure) }
            return .link("\(VietnameseFormat.duration(time)), \(one.code)", to: "/incidents/\(one.code)")
        }
        return [
            heading,
            .paragraph(
                """
                Trong kỳ đã bàn giao \(VietnameseFormat.number(card.cases.count)) sự cố cho doanh nghiệp. Thời gian tính 24/7 từ lúc \
                bàn giao (Điều 24 khoản 2); hạn trả lời \(VietnameseFormat.duration(card.targets.answer)) và hạn khắc phục theo mức là \
                của hợp đồng hoặc mục tiêu nội bộ.
                """),
            .table(
                Table(
                    caption: "Sự cố bàn giao cho doanh nghiệp",
                    columns: [
                        .init("Việc"), .init("Đúng hạn", isNumber: true), .init("Muộn", isNumber: true),
                        .init("Chưa", isNumber: true), .init("Trung vị", isNumber: true), .init("Lâu nhất", isNumber: true),
                    ],
                    rows: [
                        row("Trả lời", .answeredInTime, .answeredLate, .unanswered, card.medianAnswer,
                            longest(card.longestAnswer, card.longestAnswer?.times.answerTime)),
                        row("Khắc phục", .fixedInTime, .fixedLate, .unfixed, card.medianFix,
                            longest(card.longestFix, card.longestFix?.times.fixTime)),
                    ])),
        ]
    }
}
