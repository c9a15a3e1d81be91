import Civil
import Foundation
import Organization
import Testing
import Transfer

@testable import Delivery

/// What goes over other channels than mail, and what their answers mean.
struct ChannelRulesTests {
    // MARK: Signature

    /// The example by which libraries of Standard Webhooks are tested.
    @Test func theSignatureIsThatOfTheStandard() throws {
        let secret = try #require(WebhookSecret(written: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signature = secret.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, body: #"{"test": 2432232314}"#)
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect(secret.text == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    }

    @Test func aNewSecretIsWrittenAndReadAndLikeNoOther() {
        let secret = WebhookSecret()
        #expect(WebhookSecret(written: secret.text) == secret && WebhookSecret() != secret)
        for text in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_không"] {
            #expect(WebhookSecret(written: text) == nil, "\(text)")
        }
    }

    // MARK: Templates

    @Test(arguments: [
        (#"{"to": "{{to}}", "text": "{{text}}"}"#, MessageTemplate.Escape.json, #"{"to": "09\"1\"", "text": "a\\b\nĐ{{to}}"}"#),
        ("to={{to}}&text={{text}}", .percent, "to=09%221%22&text=a%5Cb%0A%C4%90%7B%7Bto%7D%7D"),
        ("{{code}}: {{text}} {{khac}}", .none, "SC-1: a\\b\nĐ{{to}} {{khac}}"),
    ])
    func whatIsPutInStaysAValue(template: String, escape: MessageTemplate.Escape, filled: String) {
        let values = ["to": "09\"1\"", "text": "a\\b\nĐ{{to}}", "code": "SC-1"]
        #expect(MessageTemplate.filled(template, values, as: escape) == filled)
    }

    // MARK: Drafts

    private static let gateway = Gateway(
        method: .post, headers: ["X-Api-Key: a"], contentType: .json, template: #"{"to": "{{to}}", "text": "{{text}}"}"#,
        acceptedStatuses: .good, acceptedText: nil, recipients: ["0912 345 678"])

    struct Draft: Sendable, CustomTestStringConvertible {
        let name: String
        var url = "https://sms.example/send"
        var change: @Sendable (inout Gateway) -> Void = { _ in }
        let fields: [String]
        var testDescription: String { name }
    }

    static let drafts: [Draft] = [
        Draft(name: "đúng", fields: []),
        Draft(name: "tên, mật khẩu trong địa chỉ", url: "https://a:b@sms.example/", fields: ["url"]),
        Draft(name: "giao thức khác", url: "ftp://sms.example/", fields: ["url"]),
        Draft(name: "chỗ điền là máy", url: "https://{{to}}/", fields: ["url"]),
        Draft(name: "chỗ điền không có", url: "https://sms.example/{{phone}}", fields: ["url"]),
        Draft(name: "không phải JSON", change: { $0.template = "{{text}}" }, fields: ["template"]),
        Draft(name: "chỗ điền ngoài nháy", change: { $0.template = #"{"text": {{text}}}"# }, fields: ["template"]),
        Draft(name: "không nói gì", change: { $0.template = "{}" }, fields: ["template"]),
        Draft(name: "GET không nói gì", change: { $0.method = .get }, fields: ["url"]),
        Draft(name: "GET nói trong địa chỉ", url: "https://sms.example/?to={{to}}&m={{text}}", change: { $0.method = .get }, fields: []),
        Draft(name: "tiêu đề hai dòng", change: { $0.headers = ["X: a\r\nY: b"] }, fields: ["headers"]),
        Draft(name: "tiêu đề không tên", change: { $0.headers = [": a"] }, fields: ["headers"]),
        Draft(name: "không nơi nhận", change: { $0.recipients = [] }, fields: ["recipients"]),
        Draft(name: "văn bản thường", change: { ($0.contentType, $0.template) = (.plain, "{{text}}") }, fields: []),
    ]

    @Test(arguments: drafts) func whatIsFit(_ row: Draft) {
        var gateway = Self.gateway
        row.change(&gateway)
        let draft = ChannelDraft(name: "Cổng", url: row.url, events: [], gateway: gateway)
        #expect(draft.problems.map(\.field) == row.fields, "\(draft.problems)")
    }

    @Test func secretsAreNotAudited() {
        let draft = ChannelDraft(name: "Cổng", url: "https://sms.example/send?key=bi-mat", events: [], gateway: Self.gateway)
        let words = draft.audited.values.compactMap(\.self).joined(separator: " ")
        #expect(!words.contains("bi-mat") && words.contains("X-Api-Key: ***") && words.contains("https://sms.example/***"))
    }

    // MARK: Answers

    struct Answer: Sendable, CustomTestStringConvertible {
        let name: String
        var code: Int32 = 0
        var status = 0
        var body = ""
        var retryAfter: Duration?
        var refusedAddress: String?
        var wanted: String?
        let expected: DeliveryOutcome
        var testDescription: String { name }
    }

    static let answers: [Answer] = [
        Answer(name: "đã nhận", status: 200, body: "ok", expected: .accepted("HTTP 200 ok")),
        Answer(name: "đã nhận, không lời", status: 204, expected: .accepted("HTTP 204")),
        Answer(name: "có lời phải có", status: 200, body: #"{"status":"OK"}"#, wanted: "OK", expected: .accepted(#"HTTP 200 {"status":"OK"}"#)),
        Answer(name: "nói không bằng mã 200", status: 200, body: "het tien", wanted: "OK", expected: .permanent("Trả lời không có “OK”: HTTP 200 het tien")),
        Answer(name: "hết giờ phía nhận", status: 408, expected: .transient("HTTP 408")),
        Answer(name: "quá sớm", status: 425, expected: .transient("HTTP 425")),
        Answer(name: "quá nhiều, hẹn một phút", status: 429, retryAfter: .seconds(60), expected: .transient("HTTP 429", after: .seconds(60))),
        Answer(name: "lỗi phía nhận", status: 500, expected: .transient("HTTP 500")),
        Answer(name: "quá tải, hẹn 7 giây", status: 503, retryAfter: .seconds(7), expected: .transient("HTTP 503", after: .seconds(7))),
        Answer(name: "không có", status: 404, expected: .permanent("HTTP 404")),
        Answer(name: "thôi nhận", status: 410, expected: .permanent("HTTP 410")),
        Answer(name: "chuyển hướng mà không theo", status: 302, expected: .permanent("HTTP 302")),
        Answer(name: "không nối được", code: 7, expected: .transient("Không liên lạc được với máy nhận: lỗi")),
        Answer(name: "đứt giữa chừng sau 200", code: 18, status: 200, expected: .transient("Không liên lạc được với máy nhận: lỗi")),
        Answer(name: "không phải địa chỉ", code: 3, expected: .permanent("Không liên lạc được với máy nhận: lỗi")),
        Answer(name: "mạng nội bộ", code: 7, refusedAddress: "10.0.0.1", expected: .permanent("Địa chỉ 10.0.0.1 là của mạng nội bộ và chưa được phép (Cài đặt, mạng nội bộ được gửi tới).")),
        Answer(name: "một địa chỉ bị chặn, địa chỉ khác đã nhận", status: 200, refusedAddress: "10.0.0.1", expected: .accepted("HTTP 200")),
        Answer(name: "lời có dòng và dấu lạ", status: 200, body: "a\r\n\u{0}b", expected: .accepted("HTTP 200 ab")),
    ]

    @Test(arguments: answers) func anAnswerMeans(_ row: Answer) {
        var outcome = Outcome()
        (outcome.code, outcome.status, outcome.body) = (row.code, row.status, Array(row.body.utf8))
        (outcome.retryAfter, outcome.refusedAddress) = (row.retryAfter, row.refusedAddress)
        outcome.message = row.code == 0 ? "" : "lỗi"
        #expect(DeliveryOutcome(http: outcome, accepted: .good, containing: row.wanted) == row.expected)
    }

    @Test(arguments: [
        (nil, 2), (.seconds(1), 2), (.seconds(60), 60), (.seconds(7200), 7200), (.seconds(10_000_000), 86_400),
    ] as [(Duration?, Int64)])
    func whoAsksToWaitIsWaitedFor(wish: Duration?, seconds: Int64) {
        let next = DeliveryRules.next(after: .transient("503", after: wish), attempt: 1, jitter: 0, at: now)
        #expect(next == .again(at: now + .seconds(seconds), "503"))
    }

    // MARK: Pace

    /// Whatever the rate, no minute has more than were allowed, wherever it begins; and the rate is nearly used.
    @Test(arguments: [1, 2, 12, 59, 60, 100, 600, 6000])
    func noMinuteHasMoreThanWereAllowed(perMinute: Int) {
        let interval = DeliveryPace(perMinute: perMinute).interval
        var (taken, next, moment): ([Instant], Instant, Instant) = ([], now, now)
        // Somebody looks all the time.
        while moment < now + .seconds(300) {
            while next <= moment + DeliveryPace.burst {
                taken.append(moment)
                next = max(next, moment) + interval
            }
            moment = max(next - DeliveryPace.burst, moment + .milliseconds(1))
        }
        for (index, first) in taken.enumerated().prefix(2000) {
            let inMinute = taken[index...].prefix { $0 < first + .seconds(60) }.count
            guard inMinute <= perMinute else {
                Issue.record("\(inMinute) in a minute")
                return
            }
        }
        #expect(taken.count >= max(4, perMinute * 9 / 2))
    }
}
