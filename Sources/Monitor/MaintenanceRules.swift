package import Civil
package import Organization

/// What somebody typed of maintenance, once or again and again.
package struct MaintenanceDraft: Hashable, Sendable {
    package enum Timing: Hashable, Sendable {
        case once(begins: Instant, ends: Instant)
        case repeated(MaintenanceRhythm)
    }

    package var title: String
    package var scope: MaintenanceScope
    package var timing: Timing
    /// The code of the published notice that announces it; empty: it silences alarms and spares availability nothing.
    package var notice: String

    package init(title: String, scope: MaintenanceScope, timing: Timing, notice: String = "") {
        self.title = title
        self.scope = scope
        self.timing = timing
        self.notice = notice
    }

    /// - Throws: `Refusal` with everything that is not fit, named after the fields of the form.
    package func check(at now: Instant) throws(Refusal) {
        var problems = scope.problems
        if title.isEmpty { problems.insert(.init(field: "title", text: "Nội dung: cần nhập."), at: 0) }
        switch timing {
        case .once(let begins, let ends):
            // Afterwards nothing is planned: a window is never made for downtime that has been seen already. The minute
            // that runs still counts as now.
            if begins < Instant(seconds: now.seconds / 60 * 60) {
                problems.append(.init(field: "begins", text: "Bắt đầu: không lập đợt bảo trì cho thời gian đã qua."))
            }
            if ends <= max(begins, now) {
                problems.append(.init(field: "ends", text: "Giờ kết thúc phải sau giờ bắt đầu và sau lúc này."))
            } else if ends - begins > .seconds(14 * 86_400) {
                problems.append(.init(field: "ends", text: "Một đợt bảo trì không quá 14 ngày."))
            }
        case .repeated(let rhythm):
            problems += rhythm.problems
            if !notice.isEmpty {
                problems.append(
                    .init(field: "notice", text: "Thông báo: mỗi thông báo nói về một đợt; lịch định kỳ không gắn được."))
            }
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }

    var audited: [String: String?] {
        var fields: [String: String?] = [
            "title": title, "scope": scope.text, "notice": notice.isEmpty ? nil : notice,
        ]
        switch timing {
        case .once(let begins, let ends):
            fields["begins"] = VietnameseFormat.timestamp(begins)
            fields["ends"] = VietnameseFormat.timestamp(ends)
        case .repeated(let rhythm):
            fields["repeats"] = rhythm.text
            fields["first_day"] = VietnameseFormat.date(rhythm.firstDay)
            fields["last_day"] = rhythm.lastDay.map(VietnameseFormat.date)
        }
        return fields
    }
}

extension MaintenanceWindow {
    package func checkStarting(at now: Instant) throws(Refusal) {
        if state(at: now) != .planned { throw Refusal(field: "", "Đợt bảo trì này không ở trạng thái “Đã lên lịch”.") }
    }

    package func checkEnding(at now: Instant) throws(Refusal) {
        if state(at: now) != .underWay { throw Refusal(field: "", "Đợt bảo trì này không ở trạng thái “Đang bảo trì”.") }
    }

    package func checkCancelling(at now: Instant) throws(Refusal) {
        switch state(at: now) {
        case .planned: return
        case .underWay: throw Refusal(field: "", "Đợt bảo trì đã bắt đầu: hãy kết thúc, không hủy được nữa.")
        case .over, .cancelled: throw Refusal(field: "", "Đợt bảo trì này đã xong hoặc đã hủy.")
        }
    }
}
