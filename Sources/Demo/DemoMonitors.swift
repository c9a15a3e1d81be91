import Monitor
import Organization

/// The 300 monitors of the demo. All of them look at this machine: the console itself answers for what is up, a port on
/// which nobody listens for what is down, so that a demo that runs measures for real and asks nothing of anybody else.
enum DemoMonitors {
    static let count = 300

    /// Port 9 (discard, RFC 863), on which no console machine listens.
    static let closedPort = 9

    /// - Parameters:
    ///   - agencies: Each gets a monitor of its own way to the system.
    ///   - address: Of the console, without a slash at its end.
    static func drafts(agencies: [(id: Agency.ID, name: String)], address: String) -> [MonitorDraft] {
        let shared = components.flatMap { component in
            (1...component.count).map { number in
                draft(component.count == 1 ? component.name : "\(component.name) \(number)", component.component, address)
            }
        }
        let ways = agencies.map { agency in
            var draft = draft("Đường truyền \(agency.name)", "Truy cập từ cơ quan", address)
            draft.agency = agency.id
            return draft
        }
        return Array((shared + ways).prefix(count))
    }

    private static func draft(_ name: String, _ component: String, _ address: String) -> MonitorDraft {
        var draft = MonitorDraft(name: name, target: .http(HTTPTarget(url: "\(address)/healthz")))
        draft.component = component
        return draft
    }

    private static let components: [(name: String, component: String, count: Int)] = [
        ("Cổng Hệ thống QLVB&ĐH", "Ứng dụng", 1), ("Đăng nhập tập trung (SSO)", "Ứng dụng", 1),
        ("iOffice Ninh Bình (di động)", "Ứng dụng", 1), ("Máy chủ ứng dụng", "Ứng dụng", 40),
        ("Cân bằng tải", "Ứng dụng", 4), ("Cơ sở dữ liệu", "Cơ sở dữ liệu", 16),
        ("Tìm kiếm toàn văn", "Cơ sở dữ liệu", 8), ("Kho tệp văn bản", "Lưu trữ", 24), ("Máy chủ sao lưu", "Lưu trữ", 8),
        ("Trục liên thông văn bản quốc gia", "Liên thông", 1), ("Trục nội tỉnh (LGSP)", "Liên thông", 4),
        ("Kết nối bộ, ngành", "Liên thông", 22), ("Dịch vụ ký số", "Ký số", 6), ("Dấu thời gian", "Ký số", 2),
        ("Thư điện tử công vụ", "Hạ tầng", 4), ("Tường lửa", "Hạ tầng", 6), ("Thiết bị chuyển mạch lõi", "Hạ tầng", 8),
    ]
}
