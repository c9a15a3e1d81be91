import Civil
import Documents
package import Markdown
import Organization

/// Báo cáo định kỳ gửi UBND tỉnh (Điều 21.10), in the layout of Nghị định 30/2020/NĐ-CP: a letterhead, a body of typed blocks,
/// and the lines at its end. The number and the date are the document system's to give; they stay blank.
package struct Report: Hashable, Sendable {
    package let facts: ReportFacts

    package init(_ facts: ReportFacts) {
        self.facts = facts
    }

    package let issuerParent = Letterhead.issuerParent
    package let issuer = Letterhead.issuer
    package let numberLine = Letterhead.numberLine(kind: "BC")
    package let addressee = "Ủy ban nhân dân tỉnh Ninh Bình"
    package let recipients = [
        "Như trên;", "Văn phòng UBND tỉnh;", "Lãnh đạo Sở;", "Lưu: VT.",
    ]

    /// `Ninh Bình, ngày … tháng … năm 2026`
    package var placeAndDate: String {
        Letterhead.placeAndDate(nil, year: CivilDate(inVietnam: facts.asOf).year)
    }

    package var title: String {
        "Tình hình quản lý, vận hành và sử dụng Hệ thống quản lý văn bản và điều hành tỉnh Ninh Bình \(facts.window.title)"
    }

    /// The body, from the opening to “./.”.
    package var body: Document { ReportBody(facts).document }

    /// Appendices, each on a page of its own.
    package var appendices: Document { ReportAppendices(facts).document }

    /// - Throws: `Refusal` while the window is not over.
    func checkIssuing(at now: Instant) throws(Refusal) {
        guard let end = facts.window.range.upper, end <= facts.asOf, facts.asOf <= now else {
            let last = VietnameseFormat.date(facts.window.lastDay)
            throw Refusal(field: "", "Kỳ báo cáo chưa kết thúc: chốt được từ sau ngày \(last).")
        }
    }

    /// The whole report as Markdown.
    package var markdown: String {
        let head = Document([
            .paragraph([.text("\(issuerParent) – "), .strong(issuer)]),
            .paragraph(numberLine.filter { !$0.isWhitespace || $0 == " " }.split(separator: " ").joined(separator: " ")),
            .heading(level: 1, "BÁO CÁO"), .paragraph([.strong(title)]),
            .paragraph("Kính gửi: \(addressee)."),
        ])
        let end = Document([.paragraph([.strong("Nơi nhận:")]), .bullets(recipients.map { [.text($0)] })])
        return [head, Document(demoWarning), body, end, appendices].map(\.markdown).joined(separator: "\n")
    }

    var demoWarning: [Block] {
        facts.isDemo ? [.paragraph([.strong("DỮ LIỆU MẪU: số liệu và con người là giả định, không dùng làm báo cáo.")])] : []
    }
}
