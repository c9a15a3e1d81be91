import Civil
import Transfer

extension Channel {
    /// From the beginning to the answer.
    static let timeout = Duration.seconds(15)

    /// What is sent for a delivery.
    /// - Parameters:
    ///   - allowed: Networks of its own to which an administrator lets the console speak.
    ///   - now: The moment of this attempt.
    func request(for delivery: Delivery, allowing allowed: [IPNetwork], at now: Instant) -> Transfer {
        var transfer = gateway.map { request(for: delivery, over: $0) } ?? signed(delivery, at: now)
        transfer.timeout = Self.timeout
        transfer.addressGuard = AddressGuard(allowed: allowed)
        transfer.bodyLimit = 64 << 10
        return transfer
    }

    /// Redirects are followed: the signature is good for this body only, whoever reads it.
    private func signed(_ delivery: Delivery, at now: Instant) -> Transfer {
        var transfer = Transfer(url: url)
        transfer.method = "POST"
        transfer.body = Array(delivery.body.utf8)
        transfer.followsRedirects = true
        transfer.keepsPostOnRedirect = true
        let id = "msg_\(Mail.digest(of: delivery.key, date: delivery.createdAt))"
        transfer.headers = ["Content-Type: application/json", "webhook-id: \(id)", "webhook-timestamp: \(now.seconds)"]
        if let secret {
            transfer.headers.append(
                "webhook-signature: \(secret.signature(id: id, seconds: now.seconds, body: delivery.body))")
        }
        return transfer
    }

    /// Redirects are not followed: a header may be a credential that is meant for this gateway alone.
    private func request(for delivery: Delivery, over gateway: Gateway) -> Transfer {
        let text = Announcement.sentence(of: delivery.body) ?? delivery.subject
        let values = ["to": delivery.recipientAddress, "text": text, "code": delivery.about]
        var transfer = Transfer(url: MessageTemplate.filled(url, values, as: .percent))
        transfer.method = gateway.method.rawValue
        transfer.headers = gateway.headers
        if gateway.method != .get {
            transfer.headers.append("Content-Type: \(gateway.contentType.rawValue); charset=utf-8")
            transfer.body = Array(
                MessageTemplate.filled(gateway.template, values, as: gateway.contentType.escape).utf8)
        }
        return transfer
    }

    /// What the answer means.
    func verdict(on outcome: Outcome) -> DeliveryOutcome {
        DeliveryOutcome(
            http: outcome, accepted: gateway?.acceptedStatuses ?? .good, containing: gateway?.acceptedText)
    }
}

extension DeliveryOutcome {
    /// Statuses after which the same request may be taken: too slow, too early, too many (RFC 9110, RFC 8470, RFC 6585).
    private static let mayPass: Set<Int> = [408, 425, 429]
    /// libcurl's CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT and CURLE_BAD_FUNCTION_ARGUMENT.
    private static let isNoRequest: Set<Int32> = [1, 3, 43]

    init(http outcome: Outcome, accepted: StatusRanges, containing text: String?) {
        if let address = outcome.refusedAddress, outcome.code != 0 {
            self = .permanent("Địa chỉ \(address) là của mạng nội bộ và chưa được phép (Cài đặt, mạng nội bộ được gửi tới).")
            return
        }
        guard outcome.code == 0 else {
            let message = "Không liên lạc được với máy nhận: \(outcome.message)"
            self = Self.isNoRequest.contains(outcome.code) ? .permanent(message) : .transient(message)
            return
        }
        let reply = String(decoding: outcome.body, as: UTF8.self)
        let answer = "HTTP \(outcome.status) \(Mail.singleLine(String(reply.prefix(200))))".trimmingSuffixBlanks
        switch outcome.status {
        case let status where accepted.contains(status):
            // A gateway that says “no” with a good status has decided: asking again could send the same text twice.
            let isTaken = text.map { reply.contains($0) } ?? true
            self = isTaken ? .accepted(answer) : .permanent("Trả lời không có “\(text ?? "")”: \(answer)")
        case let status where status >= 500 || Self.mayPass.contains(status):
            self = .transient(answer, after: outcome.retryAfter)
        default: self = .permanent(answer)
        }
    }
}

extension String {
    fileprivate var trimmingSuffixBlanks: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
