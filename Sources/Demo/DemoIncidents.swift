import Civil
import Incidents
import Monitor
import Organization

/// Incidents as the duty desk would have kept them: one for each outage outside maintenance, and some that agencies
/// reported without any. Most are complete and closed, some lack what Điều 20 wants, the newest go on.
struct DemoIncidents: Sendable {
    struct Told: Hashable {
        let audience: Audience
        let at: Instant
        let facts: [Fact]
    }

    struct Incident: Hashable {
        let code: String
        let title: String
        let kind: Incidents.Incident.Kind
        let severity: Incidents.Incident.Severity
        /// The place of its outage in the history; nil for one that was reported.
        let outage: Int?
        let agency: Agency.ID?
        let began: Instant
        let detected: Instant
        let suspended: Instant?
        let resumed: Instant?
        let closed: Instant?
        let description: String
        let temporaryMeasures: String
        let catchUp: String
        let cause: String
        let tellings: [Told]
    }

    let list: [Incident]

    /// Codes of incidents by the moment at which they began, for the calls that were about them.
    var codesOfOutages: [(began: Instant, code: String)] { list.map { ($0.began, $0.code) } }

    init(_ history: DemoHistory, monitors: [MonitorDraft], random: inout DemoRandom) {
        var seeds = history.outages.enumerated().filter { !$0.element.isPlanned }.map { place, outage in
            Seed(outage: outage, place: place, monitor: monitors[outage.monitor])
        }
        let agencies = monitors.compactMap(\.agency)
        for _ in 0..<(agencies.isEmpty ? 0 : 24) {
            let began = history.began + random.seconds(86_400...Int(DemoHistory.length.inSeconds) - 5 * 86_400)
            seeds.append(Seed(reportedAt: began, agency: random.one(of: agencies), text: random.one(of: Self.reports)))
        }
        seeds.sort { $0.detected < $1.detected }
        var numbers: [Int: Int] = [:]
        list = seeds.map { seed in
            let year = CivilDate(inVietnam: seed.detected).year
            numbers[year, default: 0] += 1
            let code = CodePrefix.incident.code(year: year, number: numbers[year] ?? 0)
            return seed.incident(code: code, until: history.ended, random: &random)
        }
    }

    private static let reports = [
        ("Văn bản đến hiện sai nơi gửi", Incidents.Incident.Kind.integrity, "Văn thư thấy văn bản đến ghi sai cơ quan gửi."),
        ("Tệp đính kèm không mở được", .integrity, "Tệp PDF đã ký số tải về không mở được."),
        ("Đăng nhập chậm giờ cao điểm", .degraded, "Đăng nhập mất hơn một phút trong buổi sáng."),
        ("Nghi tài khoản bị người khác sử dụng", .security, "Tài khoản gửi văn bản ngoài giờ, chủ tài khoản không thực hiện."),
    ]
}

/// What an incident grows from.
private struct Seed {
    let place: Int?
    let title: String
    let kind: Incidents.Incident.Kind
    let text: String
    let agency: Agency.ID?
    let began: Instant
    let detected: Instant
    let ended: Instant?
    let isSuspended: Bool

    init(outage: DemoHistory.Outage, place: Int, monitor: MonitorDraft) {
        self.place = place
        title = "Gián đoạn: \(monitor.name)"
        kind = .suspension
        text = "Không truy cập được “\(monitor.name)”: \(outage.reason)."
        agency = monitor.agency
        began = outage.began
        detected = outage.confirmedAt
        ended = outage.ended
        isSuspended = true
    }

    init(reportedAt began: Instant, agency: Agency.ID, text: (String, Incidents.Incident.Kind, String)) {
        place = nil
        (title, kind, self.text) = text
        self.agency = agency
        self.began = began
        detected = began + .seconds(1800)
        ended = began + .seconds(9000)
        isSuspended = false
    }

    func incident(code: String, until now: Instant, random: inout DemoRandom) -> DemoIncidents.Incident {
        let age = now - detected
        // What is fresh goes on; of the rest one in twelve was never completed.
        let isComplete = ended != nil && age > .seconds(2 * 86_400) && !random.happens(8)
        let told = tellings(isComplete: isComplete, isFresh: ended == nil, random: &random)
        let resumed = isSuspended ? ended : nil
        let last = ([detected] + told.map(\.at) + [resumed].compactMap(\.self)).max() ?? detected
        return DemoIncidents.Incident(
            code: code, title: title, kind: kind,
            severity: isComplete ? random.one(of: [.m3, .m3, .m3, .m4, .m4, .m2]) : random.one(of: [.undetermined, .m3]),
            outage: place, agency: agency, began: began, detected: detected, suspended: isSuspended ? began : nil,
            resumed: resumed, closed: isComplete ? last + random.seconds(600...14_400) : nil, description: text,
            temporaryMeasures: isComplete ? random.one(of: Self.measures) : "",
            catchUp: isComplete ? random.one(of: Self.catchUps) : "", cause: isComplete ? random.one(of: Self.causes) : "",
            tellings: told)
    }

    private func tellings(isComplete: Bool, isFresh: Bool, random: inout DemoRandom) -> [DemoIncidents.Told] {
        if isFresh { return [] }
        let audiences: [Audience] = agency == nil ? [.head, .users] : [.head, .users, .department]
        let first = audiences.map { audience in
            DemoIncidents.Told(
                audience: audience, at: detected + random.seconds(120...2400),
                facts: isSuspended ? [.incident, .suspension, .temporaryMeasures] : [.incident])
        }
        guard isComplete, isSuspended, let ended else { return first }
        return first + audiences.map { audience in
            DemoIncidents.Told(
                audience: audience, at: max(ended, detected) + random.seconds(300...3600), facts: [.resumption, .catchUp])
        }
    }

    private static let measures = [
        "Chuyển văn bản khẩn bằng thư điện tử công vụ; ghi sổ giấy.", "Dùng máy chủ dự phòng cho các cơ quan cấp tỉnh.",
        "Văn thư tiếp nhận bản giấy, đóng dấu đến theo giờ nhận.", "Chuyển sang đường truyền dự phòng.",
    ]
    private static let catchUps = [
        "Văn thư nhập bổ sung văn bản đến trong ngày theo sổ giấy.", "Đối chiếu danh sách văn bản trên trục liên thông, gửi lại phần thiếu.",
        "Cập nhật văn bản đi, đến trước 17:00 cùng ngày.",
    ]
    private static let causes = [
        "Thiết bị mạng treo; đã khởi động lại và cập nhật phần mềm điều khiển.", "Mất điện cục bộ tại phòng máy; đã thay bộ lưu điện.",
        "Ổ đĩa đầy nhật ký; đã dọn và đặt cảnh báo dung lượng.", "Lỗi bản cập nhật; đã khôi phục phiên bản trước.",
        "Đứt cáp quang của nhà cung cấp; đã hàn nối.", "Quá tải giờ cao điểm; đã tăng tài nguyên máy chủ.",
    ]
}
