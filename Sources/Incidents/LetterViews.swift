import Civil
import Web

/// Letters that the console wrote by itself, and what became of them.
struct LettersBlockView: View {
    static let parts: [any View.Type] = [LettersBlockView.self, EscalationLetterView.self]

    let letters: [EscalationLetter]

    static let fields: [String: @Sendable (Self) -> Any?] = ["letters": { $0.letters.map(EscalationLetterView.init) }]
}

/// A letter to somebody on call.
struct EscalationLetterView: View {
    let letter: EscalationLetter

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "recipient": \.letter.recipient, "recipientAddress": \.letter.address,
        "written": { VietnameseFormat.moment($0.letter.writtenAt) },
        "delivery": { BadgeView(kind: $0.letter.badge, label: $0.letter.label) },
        "finished": { $0.letter.finishedAt.map(VietnameseFormat.moment) },
    ]
}
