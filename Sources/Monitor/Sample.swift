package import Civil

/// What one probe saw.
package struct Sample: Hashable, Sendable {
    /// When the probe began.
    package let at: Instant
    /// Nil when the target answered as it should.
    package let failure: Failure?
    /// The HTTP status that was answered, if one was.
    package let status: Int?
    package let phases: Phases
    /// When the certificate that the target showed ends, if it showed one.
    package let certificateExpiresAt: Instant?

    package init(
        at: Instant, failure: Failure? = nil, status: Int? = nil, phases: Phases = Phases(),
        certificateExpiresAt: Instant? = nil
    ) {
        self.at = at
        self.failure = failure
        self.status = status
        self.phases = phases
        self.certificateExpiresAt = certificateExpiresAt
    }

    /// When the answer, or its absence, was known.
    package var concludedAt: Instant { at + phases.total }
}

/// The five times of a probe. The first four follow each other; a phase that was not reached or not needed is zero.
package struct Phases: Hashable, Sendable {
    /// Until the name was resolved.
    package var resolve: Duration = .zero
    /// Until the connection stood.
    package var connect: Duration = .zero
    /// Until TLS was agreed.
    package var tls: Duration = .zero
    /// From the request to the first byte of the answer.
    package var firstByte: Duration = .zero
    /// From the start to the end of the body.
    package var total: Duration = .zero

    package init() {}

    package init(
        resolve: Duration = .zero, connect: Duration = .zero, tls: Duration = .zero, firstByte: Duration = .zero,
        total: Duration
    ) {
        self.resolve = resolve
        self.connect = connect
        self.tls = tls
        self.firstByte = firstByte
        self.total = total
    }

    /// The phases in order, as a table names them.
    package var named: [(name: String, duration: Duration)] {
        [
            ("Phân giải tên miền", resolve), ("Kết nối", connect), ("Bắt tay TLS", tls),
            ("Chờ byte đầu tiên", firstByte), ("Tổng cộng", total),
        ]
    }
}

/// Why a probe was not good.
package struct Failure: Hashable, Sendable, Error {
    package enum Kind: String, CaseIterable, Sendable {
        case resolve, connect, tls, certificate, timeout, status, keyword, redirects, transfer
        case answer, size, garbage, refused, forbidden

        package var label: String {
            switch self {
            case .resolve: "Không phân giải được tên miền"
            case .connect: "Không kết nối được"
            case .tls: "Không thiết lập được TLS"
            case .certificate: "Chứng thư số không hợp lệ"
            case .timeout: "Quá thời gian chờ"
            case .status: "Mã trả lời ngoài dự kiến"
            case .keyword: "Nội dung không như dự kiến"
            case .redirects: "Chuyển hướng quá nhiều lần"
            case .transfer: "Trả lời bị ngắt giữa chừng"
            case .answer: "Trả lời không như dự kiến"
            case .size: "Trả lời lớn hơn giới hạn"
            case .garbage: "Trả lời không đúng giao thức"
            case .refused: "Máy chủ từ chối"
            case .forbidden: "Máy đo không được phép"
            }
        }
    }

    package let kind: Kind
    /// What exactly, in Vietnamese or as the library said it; may be empty.
    package let detail: String

    package init(_ kind: Kind, _ detail: String = "") {
        self.kind = kind
        self.detail = Self.readable(detail)
    }

    /// A stranger may have said it, and it is stored and shown: without control characters, of which PostgreSQL's text holds
    /// no NUL, and no longer than anybody reads.
    private static func readable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(500) {
            scalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(scalars)
    }

    /// One line for people: kind and detail.
    package var text: String {
        detail.isEmpty ? kind.label : "\(kind.label): \(detail)"
    }
}
