import Civil
import Database
import Incidents
import Markdown
import Monitor

/// Phụ lục: the rows that the report's figures were counted from.
struct ReportAppendices {
    let facts: ReportFacts

    init(_ facts: ReportFacts) {
        self.facts = facts
    }

    var document: Document {
        Document([
            .pageBreak, .heading(level: 2, "PHỤ LỤC I. MỨC ĐỘ SẴN SÀNG CỦA TỪNG ĐIỂM GIÁM SÁT"),
            .table(availability), .pageBreak, .heading(level: 2, "PHỤ LỤC II. DANH SÁCH SỰ CỐ"), .table(incidents),
        ])
    }

    private var availability: Table {
        Table(
            caption: "Giờ:phút:giây; nguồn: hệ thống giám sát Trực Ban",
            columns: [
                .init("Điểm giám sát"), .init("Khoảng xét", isNumber: true), .init("Bảo trì", isNumber: true),
                .init("Không đo", isNumber: true), .init("Đo được", isNumber: true), .init("Gián đoạn", isNumber: true),
                .init("Lần", isNumber: true), .init("Sẵn sàng", isNumber: true),
            ],
            rows: facts.availability.map { monitor in
                [.link(monitor.name, to: "/monitors/\(monitor.monitor.rawValue)")] + monitor.availability.times
                    + [.text("\(monitor.availability.outages)"), .text(monitor.availability.share)]
            },
            empty: "Chưa có điểm giám sát.")
    }

    private var incidents: Table {
        Table(
            caption: "Sự cố phát hiện trong kỳ",
            columns: [
                .init("Mã"), .init("Sự cố"), .init("Loại, mức"), .init("Bắt đầu"), .init("Tạm dừng"),
                .init("Sử dụng lại"), .init("Kéo dài", isNumber: true), .init("Nội dung đã báo", isNumber: true), .init("Nguyên nhân"),
            ],
            rows: facts.incidents.map { incident in
                [
                    .link(incident.code, to: "/incidents/\(incident.code)"),
                    .text([incident.title, incident.agency].compactMap(\.self).joined(separator: " – ")),
                    .text("\(incident.kind.label), \(incident.severity.label)"),
                    .text(VietnameseFormat.moment(incident.beganAt)),
                    .text(incident.suspendedAt.map(VietnameseFormat.moment) ?? (incident.kind == .suspension ? "chưa ghi" : "không")),
                    .text(resumed(incident)),
                    .text(incident.suspension.map { VietnameseFormat.clock(seconds: $0.inSeconds) } ?? "–"),
                    .text("\(incident.factsTold)/\(incident.factsToTell)"),
                    .text(incident.cause.isEmpty ? "chưa ghi" : incident.cause),
                ]
            },
            empty: "Không có sự cố trong kỳ.")
    }

    private func resumed(_ incident: ReportedIncident) -> String {
        if let resumed = incident.resumedAt { return VietnameseFormat.moment(resumed) }
        return incident.suspendedAt == nil ? "–" : "chưa"
    }
}
