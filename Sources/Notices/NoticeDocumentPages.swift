import Civil
import Documents
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Organization
import Web

/// The written notice (Điều 21.7), to be taken away, and its number.
extension NoticePages {
    func addDocuments(to routes: inout RouteTable) {
        routes.get("/notices/:code/document.html", .readNotices) { _, context in
            let (notice, html) = try await document(context)
            return Self.download(Data(html.utf8), of: notice, "html", type: "text/html; charset=utf-8")
        }
        routes.get("/notices/:code/document.pdf", .readNotices) { _, context in
            let (notice, html) = try await document(context)
            return Self.download(try await press.pdf(html), of: notice, "pdf", type: "application/pdf")
        }
        routes.post("/notices/:code/number", .writeNotices, use: keepNumber)
    }

    private func document(_ context: SignedIn) async throws -> (Notice, String) {
        let notice = try await find(context)
        let revisions = notice.revision > 1 ? try await notices.revisions(of: notice) : []
        let document = NoticeDocument(
            notice: notice, test: notice.kind == .upgrade ? try await notices.test(of: notice) : nil,
            changes: revisions.count > 1 ? revisions[0].changes(from: revisions[1]) : [],
            number: notice.number?.number)
        return (
            notice,
            press.html(
                NoticeDocumentView(
                    document: document, style: press.style, isDemo: context.isDemo, now: context.now))
        )
    }

    /// `TB20260003.pdf`, `TB20260003BAN2.pdf`: letters and digits (Điều 8.4).
    private static func download(_ data: Data, of notice: Notice, _ kind: String, type: String) -> Response {
        let stem = notice.code.filter { $0 != "-" } + (notice.revision > 1 ? "BAN\(notice.revision)" : "")
        return Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(stem).\(kind)\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }

    @Sendable private func keepNumber(_ request: Request, _ context: SignedIn) async throws -> Response {
        let notice = try await find(context)
        let form = try await Form(request)
        return try await edited(form, context, versionField: "number_version") { version in
            var typed = form
            let issuedOn = typed.date("issued_on", "Ngày văn bản", isRequired: true)
            guard let issuedOn else { throw Refusal(typed.problems) }
            try await notices.keep(
                NoticeNumber(number: form["number"], issuedOn: issuedOn), of: notice.code, revision: Int(form["revision"]), version: version,
                by: context.person, address: context.address, form: form.key, at: context.now)
            return context.redirect(to: "/notices/\(notice.code)", flash: "Đã ghi số, ngày văn bản của \(notice.code).")
        } again: { version, problems in
            try await show(context, form, numberVersion: version, problems: problems)
        }
    }
}
