import Civil
import Database
import Delivery

/// An incident that nobody has taken up, as letters tell of it.
struct UnansweredIncident: Hashable, Sendable {
    let code: String
    let title: String
    let description: String
    let detectedAt: Instant
}

/// What is written to people who are on call: the first lines say all, because they are read on a phone.
enum EscalationLetters {
    /// Begins the key of every one of them about an incident.
    static func keys(of code: String) -> String { "escalation:\(code):" }

    static func key(_ code: String, _ round: EscalationRound, _ address: String) -> String {
        "\(keys(of: code))\(round.step.rawValue):\(round.number):\(address)"
    }

    static func alarm(
        of incident: UnansweredIncident, _ round: EscalationRound, to recipient: EscalationStep.Recipient, link: String,
        at now: Instant
    ) -> Letter {
        let again = round.number == 0 ? "" : "Nhắc lần \(round.number). "
        return Letter(
            key: key(incident.code, round, recipient.address), about: incident.code, agency: nil,
            recipientName: recipient.name, recipientAddress: recipient.address,
            subject: "\(incident.code) chưa ai tiếp nhận: \(incident.title)",
            body: """
                \(again)\(incident.title).
                Phát hiện lúc \(VietnameseFormat.moment(incident.detectedAt)), đã \(VietnameseFormat.duration(now - incident.detectedAt)), chưa ai tiếp nhận.

                \(incident.description)

                Mở trang sự cố rồi bấm “Tôi tiếp nhận” để thôi nhắc:
                \(link)

                Thư tự động của Trực Ban, Sở Khoa học và Công nghệ. Mã sự cố: \(incident.code).
                """)
    }
}
