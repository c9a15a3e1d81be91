import Civil
import Database
import Delivery
import Hummingbird
import Organization
import Web

/// The steps of a notice's life, each a form on its page.
extension NoticePages {
    func addSteps(to routes: inout RouteTable) {
        routes.post("/notices/:code/review", .writeNotices, use: submit)
        routes.post("/notices/:code/return", .approveNotices, use: sendBack)
        routes.post("/notices/:code/approval", .approveNotices, use: approve)
        routes.post("/notices/:code/publication", .writeNotices, use: publish)
        routes.post("/notices/:code/cancellation", .writeNotices, use: cancel)
        routes.post("/notices/:code/completion", .writeNotices, use: complete)
        routes.post("/notices/:code/people", .writeNotices, use: addPerson)
        routes.post("/notices/:code/people/:id/removal", .writeNotices, use: removePerson)
        routes.post("/notices/:code/deliveries/:id/attempts", .writeNotices, use: sendAgain)
    }

    @Sendable private func submit(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await notices.submit(code, by: context.person, address: context.address, form: form.key, at: context.now)
            return "Đã trình duyệt \(code)."
        }
    }

    @Sendable private func sendBack(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await notices.sendBack(
                code, reason: form["return_reason"], by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Đã trả lại \(code)."
        }
    }

    @Sendable private func approve(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await notices.approve(
                code, seen: Int64(form["seen"]), by: context.person, address: context.address, form: form.key, at: context.now)
            return "Đã duyệt \(code)."
        }
    }

    @Sendable private func publish(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await notices.publish(
                code, by: context.person, address: context.address, form: form.key, at: context.now)
            return sendsMail
                ? "Đã đăng \(code). Thư đang được gửi tới các nơi nhận."
                : "Đã đăng \(code). Thư chờ tới khi có máy chủ thư."
        }
    }

    @Sendable private func cancel(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await notices.cancel(
                code, reason: form["reason"], by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Đã hủy \(code)."
        }
    }

    @Sendable private func complete(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            var form = form
            let began = form.instant("began", "Bắt đầu thực tế", isRequired: true)
            let ended = form.instant("ended", "Kết thúc thực tế", isRequired: true)
            guard let began, let ended else { throw Refusal(form.problems) }
            try await notices.complete(
                code, from: began, to: ended, by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Đã ghi \(code) hoàn thành."
        }
    }

    @Sendable private func addPerson(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            let draft = PersonDraft(name: form["person_name"], email: form["person_email"], phone: form["person_phone"])
            try await notices.add(
                draft, to: code, by: context.person, address: context.address, form: form.key, at: context.now)
            return "Đã thêm \(draft.name) vào danh sách nhận."
        }
    }

    @Sendable private func removePerson(_ request: Request, _ context: SignedIn) async throws -> Response {
        let recipient = try self.recipient(context)
        return try await command(request, context) { code, form in
            try await notices.remove(
                recipient, from: code, by: context.person, address: context.address, form: form.key, at: context.now)
            return "Đã bỏ khỏi danh sách nhận."
        }
    }

    @Sendable private func sendAgain(_ request: Request, _ context: SignedIn) async throws -> Response {
        guard let letter = Int64(context.parameters.get("id") ?? "").map(Delivery.ID.init(rawValue:)) else {
            throw HTTPError(.notFound)
        }
        return try await command(request, context) { code, form in
            try await notices.sendAgain(
                letter, of: code, by: context.person, address: context.address, form: form.key, at: context.now)
            return "Thư được gửi lại."
        }
    }

    /// The recipient that the path names.
    func recipient(_ context: SignedIn) throws -> NoticeRecipient.ID {
        guard let id = Int64(context.parameters.get("id") ?? "").map(NoticeRecipient.ID.init(rawValue:)) else {
            throw HTTPError(.notFound)
        }
        return id
    }
}
