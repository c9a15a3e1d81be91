import Civil
import Database
import Web

struct FrozenMonthView: View {
    let month: FrozenMonth

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "monthHref": { view in
            let last = view.month.month.adding(days: 31)
            let end = CivilDate(year: last.year, month: last.month, day: 1).map { $0.adding(days: -1) } ?? last
            return FormText.href(
                "/availability",
                [("from", VietnameseFormat.localDate(view.month.month)), ("to", VietnameseFormat.localDate(end))])
        },
        "monthName": { MonitorText.month($0.month.month) },
        "monthShare": { MonitorText.share($0.month.availability) },
        "monthMeasured": { VietnameseFormat.clock(seconds: $0.month.availability.measured.inSeconds) },
        "monthUnmeasured": { VietnameseFormat.clock(seconds: $0.month.availability.notMeasured.inSeconds) },
        "monthDown": { VietnameseFormat.clock(seconds: $0.month.availability.down.inSeconds) },
        "closedAt": { VietnameseFormat.moment($0.month.closedAt) },
        "correctionCount": { $0.month.corrections == 0 ? nil : "\($0.month.corrections)" },
    ]
}

/// What a correction changed: the share and the seconds, before and after.
struct MonthCorrectionView: View {
    let correction: MonthCorrection

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "correctedMonth": { MonitorText.month($0.correction.month) },
        "correctedMonitor": \.correction.name,
        "correctionNumber": { "\($0.correction.revision - 1)" },
        "shareBefore": { MonitorText.share($0.correction.before) ?? "chưa có số liệu" },
        "shareAfter": { MonitorText.share($0.correction.after) ?? "chưa có số liệu" },
        "changes": { view in
            let (before, after) = (view.correction.before, view.correction.after)
            let times: [(String, Duration, Duration)] = [
                ("gián đoạn", before.down, after.down), ("bảo trì", before.planned, after.planned),
                ("không đo", before.notMeasured, after.notMeasured), ("ngoài giờ phục vụ", before.outside, after.outside),
            ]
            return times.filter { $0.1 != $0.2 }.map {
                "\($0.0) \(VietnameseFormat.clock(seconds: $0.1.inSeconds)) → \(VietnameseFormat.clock(seconds: $0.2.inSeconds))"
            }.joined(separator: "; ")
        },
        "correctedAt": { VietnameseFormat.moment($0.correction.correctedAt) },
        "correctedBy": \.correction.correctedBy,
        "correctionReason": \.correction.reason,
        "correctedOutageHref": { $0.correction.outage.map { "/outages/\($0.rawValue)" } },
    ]
}
