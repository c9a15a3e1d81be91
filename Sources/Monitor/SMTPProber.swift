import Civil
import Transfer

/// Greets a mail server and takes leave of it.
struct SMTPProber {
    let loop: TransferLoop

    func look(_ target: SMTPTarget, _ probe: Probe, at begun: Instant) async -> Sample {
        var greeting = MailGreeting(url: "\(target.encryption == .implicit ? "smtps" : "smtp")://\(target.address)")
        greeting.asksForTLS = target.encryption == .startTLS
        greeting.verifiesTLS = target.verifiesTLS
        greeting.family = probe.family.ofTransfer
        greeting.timeout = probe.timeout
        let outcome = await loop.run(greeting)
        return Sample(
            at: begun, failure: failure(of: outcome), phases: Phases(outcome),
            certificateExpiresAt: outcome.certificateExpiresAt)
    }

    private func failure(of outcome: Outcome) -> Failure? {
        guard let failure = Failure(outcome) else { return nil }
        switch outcome.code {
        // CURLE_WEIRD_SERVER_REPLY: it speaks SMTP, and says no.
        case 8 where outcome.status >= 400: return Failure(.refused, outcome.reply)
        // It said something, and never a reply code.
        case 28, 56:
            return outcome.status == 0 && !outcome.reply.isEmpty ? Failure(.garbage, String(outcome.reply.prefix(100))) : failure
        // CURLE_USE_SSL_FAILED
        case 64: return Failure(.tls, "máy chủ không có STARTTLS")
        default: return failure
        }
    }
}
