/// What each family of `/metrics` counts, as its `# HELP` line says it.
enum MetricHelp {
    static let texts = [
        "http_requests_total": "Số yêu cầu HTTP đã trả lời.",
        "http_request_seconds": "Thời gian trả lời yêu cầu HTTP, giây.",
        "trucban_audit_entries": "Số dòng của nhật ký kiểm tra.",
        "trucban_deliveries_failed": "Số thư không gửi được.",
        "trucban_deliveries_waiting": "Số thư đang chờ gửi.",
        "trucban_incidents_open": "Số sự cố đang mở.",
        "trucban_monitors": "Số điểm giám sát theo trạng thái như trang Giám sát hiển thị.",
        "trucban_probe_failures_total": "Số lần đo lỗi của tiến trình này từ khi khởi động.",
        "trucban_probe_worst_lag_seconds": "Lần đo bắt đầu trễ nhất so với giờ hẹn, từ lần đọc trước, giây.",
        "trucban_probes_total": "Số lần đo của tiến trình này từ khi khởi động.",
        "trucban_sample_default_partition_rows": "Số mẫu đo nằm ngoài các phân vùng tháng; khác 0 là thiếu phân vùng.",
        "trucban_watch_silence_seconds": "Thời gian từ nhịp gần nhất của bộ giám sát, giây; quá 30 giây là không đo.",
    ]
}
