import Glibc
import Transfer

/// What libcurl says, in the words of this house.
extension Failure {
    /// - Returns: nil when the conversation went as it should.
    init?(_ outcome: Outcome) {
        if outcome.isHeaderCut {
            self.init(.size, "tiêu đề trả lời lớn hơn 256 KB")
            return
        }
        guard let kind = Kind(curl: outcome.code) else { return nil }
        switch kind {
        case .certificate: self.init(kind, Self.certificateFault(outcome.message))
        case .size: self.init(kind, "một dòng tiêu đề không có điểm dừng")
        case .connect where outcome.systemError != 0: self.init(kind, Self.reason(outcome.systemError))
        case .resolve: self.init(kind, Self.unknownName(outcome.message))
        case .timeout: self.init(timeout: outcome.message)
        default: self.init(kind, outcome.message)
        }
    }

    /// libcurl 7.88 tells by its words alone in which phase time was over.
    private init(timeout message: String) {
        let phases = [
            ("Resolving", Kind.resolve, "máy chủ tên miền không trả lời kịp"), ("Connection", .timeout, "chưa kết nối được"),
            ("SSL connection", .timeout, "chưa thiết lập xong TLS"), ("with 0 bytes", .timeout, "chưa nhận được nội dung trả lời"),
            ("bytes received", .timeout, "trả lời chưa trọn"),
        ]
        let phase = phases.first { message.contains($0.0) }
        self.init(phase?.1 ?? .timeout, phase?.2 ?? message)
    }

    /// Out of `Could not resolve host: name`, and of what may be said behind the name.
    private static func unknownName(_ message: String) -> String {
        guard let name = message.firstMatch(of: /^Could not resolve [a-z]+: ([^ ]+)/)?.1 else { return message }
        return "không tìm thấy địa chỉ của “\(name)”"
    }

    /// - Parameter code: An `errno` of `connect` or of a connection.
    static func reason(_ code: Int32) -> String {
        switch code {
        case ECONNREFUSED: "máy từ chối kết nối (Connection refused)"
        case ECONNRESET: "máy bên kia ngắt kết nối (Connection reset)"
        case EHOSTUNREACH, ENETUNREACH: "không có đường tới máy (\(String(cString: strerror(code))))"
        default: String(cString: strerror(code))
        }
    }

    /// What is wrong with a certificate, out of OpenSSL's and libcurl's words.
    private static func certificateFault(_ message: String) -> String {
        let faults = [
            ("has expired", "đã hết hạn"), ("not yet valid", "chưa đến ngày có hiệu lực"),
            ("certificate in certificate chain", "do một tổ chức không được tin cậy cấp"),
            ("self-signed", "tự ký, không do tổ chức nào cấp"), ("self signed", "tự ký, không do tổ chức nào cấp"),
            ("local issuer", "do một tổ chức không được tin cậy cấp, hoặc máy chủ không đưa đủ chuỗi"),
            ("key too weak", "khóa quá yếu"), ("digest algorithm too weak", "thuật toán ký quá yếu"),
            ("invalid CA", "do một chứng thư không có quyền cấp"),
            ("subject name", "không cấp cho tên này"),
        ]
        guard let fault = faults.first(where: { message.contains($0.0) }) else { return message }
        return "\(fault.1) (\(message))"
    }
}

extension Failure.Kind {
    /// - Parameter code: A `CURLcode` (libcurl, `curl/curl.h`).
    /// - Returns: nil for `CURLE_OK`.
    fileprivate init?(curl code: Int32) {
        switch code {
        case 0: return nil
        case 1, 8: self = .garbage
        case 5, 6: self = .resolve
        case 7: self = .connect
        // libcurl 7.88 has no memory for a line of a header beyond 100 KB; newer ones say that it is too large.
        case 27, 100: self = .size
        case 28: self = .timeout
        case 35, 53, 54, 59, 64, 66: self = .tls
        case 51, 58, 60, 77, 82, 83, 90, 91: self = .certificate
        case 47: self = .redirects
        default: self = .transfer
        }
    }
}

extension Phases {
    /// libcurl counts each phase from the start; here they follow each other. What was not reached is zero.
    init(_ outcome: Outcome) {
        let reached = max(outcome.secured, outcome.connected)
        self.init(
            resolve: outcome.resolved, connect: max(.zero, outcome.connected - outcome.resolved),
            tls: max(.zero, outcome.secured - outcome.connected), firstByte: max(.zero, outcome.firstByte - reached),
            total: outcome.total)
    }

    static func + (a: Phases, b: Phases) -> Phases {
        Phases(
            resolve: a.resolve + b.resolve, connect: a.connect + b.connect, tls: a.tls + b.tls,
            firstByte: a.firstByte + b.firstByte, total: a.total + b.total)
    }
}

extension AddressFamily {
    var ofTransfer: Transfer.Family {
        switch self {
        case .any: .any
        case .v4: .v4
        case .v6: .v6
        }
    }
}
