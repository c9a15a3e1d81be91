package import Civil
package import Organization

/// What somebody noted of a call.
package struct SupportRequestDraft: Hashable, Sendable {
    package var kind: SupportRequest.Kind
    package var channel: SupportRequest.Channel
    package var callerName: String
    package var callerPhone: String
    package var agency: Agency.ID?
    package var text: String
    package var receivedAt: Instant

    package init(
        kind: SupportRequest.Kind, channel: SupportRequest.Channel, callerName: String, callerPhone: String = "",
        agency: Agency.ID? = nil, text: String, receivedAt: Instant
    ) {
        self.kind = kind
        self.channel = channel
        self.callerName = callerName
        self.callerPhone = callerPhone
        self.agency = agency
        self.text = text
        self.receivedAt = receivedAt
    }

    /// Điều 21.9: a call is logged with who called, about what. A fault without a way to call back is refused: nobody
    /// could tell the caller that it was mended.
    package func check(at now: Instant) throws(Refusal) {
        let problems = problems(at: now)
        if !problems.isEmpty { throw Refusal(problems) }
    }

    /// Everything that is wrong with it.
    package func problems(at now: Instant) -> [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        if callerName.isEmpty { problems.append(.init(field: "caller_name", text: "Người gọi: cần nhập.")) }
        if text.isEmpty { problems.append(.init(field: "text", text: "Nội dung: cần nhập.")) }
        if channel == .phone && callerPhone.isEmpty {
            problems.append(.init(field: "caller_phone", text: "Gọi bằng điện thoại thì cần ghi số để gọi lại."))
        }
        if receivedAt > now {
            problems.append(.init(field: "received_at", text: "Thời điểm tiếp nhận không được ở tương lai."))
        }
        return problems
    }
}

extension SupportRequest {
    /// Somebody takes it on.
    package func checkTaking() throws(Refusal) {
        switch state {
        case .new: return
        case .open: throw Refusal(field: "", "\(code) đang do \(takenBy ?? "người khác") xử lý.")
        case .resolved: throw Refusal(field: "", "\(code) đã được giải quyết.")
        }
    }

    /// It is answered, with what was done.
    package func checkResolving(_ resolution: String) throws(Refusal) {
        guard state != .resolved else { throw Refusal(field: "", "\(code) đã được giải quyết.") }
        guard !resolution.isEmpty else {
            throw Refusal(field: "resolution", "Kết quả: cần ghi đã hướng dẫn, khắc phục thế nào.")
        }
    }
}
