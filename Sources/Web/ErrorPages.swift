import Logging
import Database
import Hummingbird
import Organization

/// Turns whatever was thrown into a page that says what happened and what to do.
enum ErrorPages {
    static func response(to error: any Error, visit: Visit, signedIn: SignedIn?) -> Response {
        if let repeated = error as? AlreadySubmitted { return visit.redirect(to: repeated.location) }
        let failure = Failure(error)
        if failure.status.code >= 500 {
            visit.logger.error("request failed", metadata: ["error": "\(error)"])
        }
        var response = rendered(failure, visit: visit, signedIn: signedIn)
        if failure.status == .serviceUnavailable {
            response.headers[.retryAfter] = String((error as? Busy)?.retryAfter.components.seconds ?? 5)
        }
        return response
    }

    private static func rendered(_ failure: Failure, visit: Visit, signedIn: SignedIn?) -> Response {
        if visit.request.uri.path.hasPrefix("/api/") {
            return JSONProblem.response(failure.status, title: failure.title, problems: failure.problems)
        }
        let view = ErrorView(failure: failure, requestID: visit.logger[metadataKey: "hb.request.id"]?.description ?? "")
        return Layout.response(view, title: failure.title, status: failure.status, visit: visit, signedIn: signedIn)
    }
}

/// What went wrong, as people are told.
struct Failure {
    let status: HTTPResponse.Status
    let title: String
    let advice: String
    var problems: [Refusal.Problem] = []

    init(_ error: any Error) {
        switch error {
        case let refusal as Refusal:
            self.init(.unprocessableContent)
            problems = refusal.problems
        case is CrossOriginRequest:
            self.init(status: .forbidden, title: "Yêu cầu không đến từ trang của Trực Ban", advice: "Hãy mở lại trang, nhập lại và gửi. Nếu vẫn gặp lỗi, báo quản trị kiểm tra địa chỉ TRUCBAN_BASE_URL.")
        case let busy as Busy:
            self.init(status: .serviceUnavailable, title: "Đang bận", advice: busy.advice)
        case let error as DatabaseError where error.isUnavailable:
            self.init(.serviceUnavailable)
        case let error as any HTTPResponseError:
            self.init(error.status)
        default:
            self.init(.internalServerError)
        }
    }

    private init(status: HTTPResponse.Status, title: String, advice: String) { self.status = status; self.title = title; self.advice = advice }

    private init(_ status: HTTPResponse.Status) {
        self.status = status
        switch status {
        case .unauthorized:
            (title, advice) = ("Cần đăng nhập", "Phiên làm việc đã hết. Hãy đăng nhập rồi gửi lại.")
        case .forbidden:
            (title, advice) = (
                "Không có quyền", "Vai trò của bạn không được làm việc này. Nếu cần, hãy đề nghị quản trị cấp quyền."
            )
        case .notFound:
            (title, advice) = (
                "Không tìm thấy", "Trang hoặc hồ sơ này không có, hoặc không thuộc phạm vi của bạn. Hãy kiểm tra lại mã."
            )
        case .contentTooLarge:
            (title, advice) = ("Nội dung quá lớn", "Tệp hoặc nội dung gửi lên vượt quá giới hạn. Hãy chia nhỏ rồi gửi lại.")
        case .methodNotAllowed:
            (title, advice) = ("Không dùng được cách gửi này", "Hãy mở lại trang từ danh mục rồi thao tác trên trang đó.")
        case .unsupportedMediaType:
            (title, advice) = (
                "Không đọc được dạng nội dung này", "Hãy gửi từ biểu mẫu trên trang của Trực Ban, hoặc đúng dạng tệp đã nêu."
            )
        case .unprocessableContent, .badRequest:
            (title, advice) = ("Chưa thực hiện được", "Thông tin gửi lên chưa hợp lệ. Hãy quay lại, sửa và gửi lại.")
        case .tooManyRequests:
            (title, advice) = ("Quá nhiều lần thử", "Hãy chờ ít phút rồi thử lại.")
        case .serviceUnavailable:
            (title, advice) = (
                "Tạm thời chưa phục vụ được",
                "Cơ sở dữ liệu đang gián đoạn. Những gì đã xác nhận không mất. Hãy tải lại trang sau ít giây."
            )
        default:
            (title, advice) = status.code < 500
                ? ("Chưa thực hiện được", "Yêu cầu không hợp lệ.")
                : ("Lỗi hệ thống", "Yêu cầu chưa thực hiện được. Hãy thử lại; nếu vẫn lỗi, báo quản trị kèm mã yêu cầu bên dưới.")
        }
    }
}

struct ErrorView: PageView {
    static let template = "errors/error"
    static let parts: [any View.Type] = [ProblemView.self]

    let failure: Failure
    let requestID: String

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "code": { String($0.failure.status.code) },
        "heading": \.failure.title,
        "advice": \.failure.advice,
        "problems": { $0.failure.problems.map(ProblemView.init) },
        "requestID": \.requestID,
    ]
}
