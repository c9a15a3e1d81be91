import Civil
import Database
import Hotline
import Organization

/// Calls to the hotline: a dozen a working day, most about how things are done, some about an incident of the hour.
struct DemoRequests: Sendable {
    struct Call: Hashable {
        let code: String
        let kind: SupportRequest.Kind
        let caller: String
        let phone: String
        let agency: Agency.ID
        let text: String
        let received: Instant
        let taken: Instant?
        let resolved: Instant?
        let resolution: String?
        let incident: String?
    }

    let list: [Call]

    init(
        _ history: DemoHistory, agencies: [Agency.ID], incidents: [(began: Instant, code: String)],
        random: inout DemoRandom
    ) {
        var calls: [Call] = []
        var numbers: [Int: Int] = [:]
        var day = CivilDate(inVietnam: history.began).adding(days: 1)
        while day <= CivilDate(inVietnam: history.ended) {
            let times = (0..<(day.weekday < 6 ? Int.random(in: 7...17, using: &random) : 1)).map { _ in
                day.startInVietnam + random.seconds(27_000...61_200)
            }
            for received in times.sorted() where received < history.ended - .seconds(600) {
                numbers[day.year, default: 0] += 1
                let about = incidents.last { $0.began <= received && received < $0.began + .seconds(5400) }
                calls.append(
                    Self.call(
                        CodePrefix.request.code(year: day.year, number: numbers[day.year] ?? 0), at: received,
                        until: history.ended, agency: random.one(of: agencies), about: about?.code, random: &random))
            }
            day = day.adding(days: 1)
        }
        list = calls
    }

    private static func call(
        _ code: String, at received: Instant, until end: Instant, agency: Agency.ID, about incident: String?,
        random: inout DemoRandom
    ) -> Call {
        let isAboutIncident = incident != nil && random.happens(60)
        let topic = isAboutIncident ? topics[0] : random.one(of: topics)
        let taken = received + random.seconds(60...3600)
        let resolved = taken + random.longTailed(shortest: 300, doublings: 7)
        return Call(
            code: code, kind: topic.kind, caller: DemoName(using: &random).full, phone: DemoName.phone(using: &random),
            agency: agency, text: topic.text, received: received, taken: taken < end ? taken : nil,
            resolved: resolved < end ? resolved : nil, resolution: resolved < end ? topic.resolution : nil,
            incident: isAboutIncident ? incident : nil)
    }

    private static let topics: [(kind: SupportRequest.Kind, text: String, resolution: String)] = [
        (.fault, "Không vào được hệ thống, trang báo lỗi.", "Đã báo về sự cố đang xử lý; gọi lại khi hệ thống trở lại."),
        (.fault, "Văn bản đi gửi không thành công.", "Đã hướng dẫn gửi lại; văn bản đã đến nơi nhận."),
        (.question, "Hỏi cách chuyển văn bản cho nhiều người xử lý.", "Đã hướng dẫn qua điện thoại."),
        (.question, "Hỏi cách tìm văn bản theo số, ký hiệu.", "Đã hướng dẫn và gửi tài liệu."),
        (.question, "Hỏi cách ký số trên điện thoại.", "Đã hướng dẫn cài đặt chứng thư."),
        (.account, "Quên mật khẩu đăng nhập.", "Đã hướng dẫn đặt lại mật khẩu qua cơ quan."),
        (.account, "Cán bộ chuyển công tác cần khóa tài khoản.", "Đã hướng dẫn Thủ trưởng khóa tài khoản theo Điều 23.1 c."),
        (.suggestion, "Đề nghị thêm mẫu báo cáo theo tháng.", "Đã ghi nhận, chuyển bộ phận phát triển."),
        (.other, "Xin số điện thoại của đơn vị hỗ trợ.", "Đã cung cấp."),
    ]
}

extension Transaction {
    func insertRequests(_ requests: DemoRequests, hotline: User.ID) async throws {
        let list = requests.list
        try await run(
            """
            INSERT INTO requests (code, kind, channel, caller_name, caller_phone, agency_id, text, received_at, received_by,
                                  taken_at, taken_by, resolved_at, resolved_by, resolution, incident_id)
            SELECT v.code, v.kind, 'phone', v.caller, v.phone, v.agency, v.text, v.received, \(hotline), v.taken,
                   CASE WHEN v.taken IS NOT NULL THEN \(hotline)::bigint END, v.resolved,
                   CASE WHEN v.resolved IS NOT NULL THEN \(hotline)::bigint END, v.resolution, i.id
            FROM   unnest(\(list.map(\.code)), \(list.map(\.kind.rawValue)), \(list.map(\.caller)), \(list.map(\.phone)),
                          \(list.map(\.agency.rawValue)), \(list.map(\.text)), \(list.map(\.received)),
                          \(list.map(\.taken)), \(list.map(\.resolved)), \(list.map(\.resolution)), \(list.map(\.incident)))
                   AS v (code, kind, caller, phone, agency, text, received, taken, resolved, resolution, incident)
            LEFT   JOIN incidents i ON i.code = v.incident
            """)
        try await continueCodes(of: "requests")
    }
}
