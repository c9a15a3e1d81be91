import Organization
import Web

/// The places of the console, in the order of a working day.
enum Navigation {
    static let items = [
        NavigationItem("Tổng quan", "/", .readDashboard),
        NavigationItem("Giám sát", "/monitors", .readMonitors),
        NavigationItem("Tín hiệu tự báo", "/heartbeats", .readMonitors),
        NavigationItem("Mức độ sẵn sàng", "/availability", .readMonitors),
        NavigationItem("Sự cố", "/incidents", .readIncidents),
        NavigationItem("Thông báo bảo trì", "/notices", .readNotices),
        NavigationItem("Đường dây nóng", "/requests", .readRequests),
        NavigationItem("Tài khoản", "/accounts", .readAccounts),
        NavigationItem("Người phụ trách", "/officers", .readOfficers),
        NavigationItem("Nghĩa vụ", "/obligations", .readObligations),
        NavigationItem("Báo cáo", "/reports", .readReports),
        NavigationItem("Cơ quan", "/agencies", .readAgencies),
        NavigationItem("Nhật ký", "/audit", .readAudit),
        NavigationItem("Người dùng", "/users", .keepUsers),
        NavigationItem("Cài đặt", "/settings", .keepSettings),
    ]
}
