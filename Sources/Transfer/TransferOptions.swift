import CCurl
import Civil

extension Flight {
    /// Tells libcurl what to do.
    /// - Parameter trust: A file of root certificates.
    /// - Returns: The outcome when it cannot be done.
    func prepare(trust: String) -> Outcome? {
        prepare(common: trust)
        switch order.work {
        case .web(let transfer): prepare(transfer)
        case .mail(let mail): prepare(mail)
        case .greeting(let greeting): prepare(greeting)
        }
        if let problem = order.work.problem { return Outcome(CURLE_BAD_FUNCTION_ARGUMENT, problem) }
        return easy.refusal == CURLE_OK ? nil : Outcome(easy.refusal)
    }

    private func prepare(common trust: String) {
        // Timeouts without SIGALRM, which has no place in a program with threads.
        easy.set(CURLOPT_NOSIGNAL, true)
        // A name that is still being looked up when time is over is left to its thread; libcurl would wait for it, and
        // every other transfer with it.
        easy.set(CURLOPT_QUICK_EXIT, true)
        easy.set(CURLOPT_DNS_CACHE_TIMEOUT, 60)
        // Whatever the environment says of proxies: the server itself is asked.
        easy.set(CURLOPT_PROXY, "")
        easy.set(CURLOPT_CAINFO, trust)
        // Debian's default is a directory, beside which libcurl would not keep the file's certificates in memory.
        easy.set(CURLOPT_CAPATH, nil as String?)
    }

    private func prepare(_ transfer: Transfer) {
        easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        easy.set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        easy.set(CURLOPT_URL, transfer.url)
        easy.set(CURLOPT_USERAGENT, "TrucBan/1")
        easy.set(CURLOPT_HTTPHEADER, list(transfer.headers))
        switch transfer.method {
        case "GET": easy.set(CURLOPT_HTTPGET, true)
        case "HEAD": easy.set(CURLOPT_NOBODY, true)
        // The body below makes it a POST that becomes a GET where a redirect asks for one, as in a browser.
        case "POST" where transfer.body != nil: break
        default: easy.set(CURLOPT_CUSTOMREQUEST, transfer.method)
        }
        // Thousands of probes may hang at once, each with a buffer of its own: libcurl's would be 16 KB.
        easy.set(CURLOPT_BUFFERSIZE, 2048)
        easy.set(CURLOPT_TIMEOUT_MS, transfer.timeout.inLibcurlMilliseconds)
        easy.set(CURLOPT_IPRESOLVE, transfer.family.option)
        easy.set(CURLOPT_FOLLOWLOCATION, transfer.followsRedirects)
        easy.set(CURLOPT_MAXREDIRS, 10)
        if transfer.keepsPostOnRedirect { easy.set(CURLOPT_POSTREDIR, Int(CURL_REDIR_POST_301 | CURL_REDIR_POST_302)) }
        if let addressGuard = transfer.addressGuard { connect(under: addressGuard) }
        easy.set(CURLOPT_CONNECT_ONLY, transfer.connectsOnly)
        // A probe measures all of it, each time.
        easy.set(CURLOPT_FRESH_CONNECT, true)
        easy.set(CURLOPT_FORBID_REUSE, true)
        easy.set(CURLOPT_SSL_SESSIONID_CACHE, false)
        easy.set(CURLOPT_SSL_VERIFYPEER, transfer.verifiesTLS)
        easy.set(CURLOPT_SSL_VERIFYHOST, transfer.verifiesTLS ? 2 : 0)
        easy.set(CURLOPT_CERTINFO, true)
        if let body = transfer.body {
            easy.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: body.count)
            // libcurl keeps a copy of them.
            body.withUnsafeBytes { easy.set(CURLOPT_COPYPOSTFIELDS, bytes: $0) }
        }
        if let cookies = transfer.cookies {
            easy.set(CURLOPT_COOKIEFILE, "")
            for cookie in cookies { easy.set(CURLOPT_COOKIELIST, cookie) }
        }
        watchHeader(keeping: transfer.keepsHeaders)
        keepBody(upTo: transfer.bodyLimit)
    }

    private func prepare(_ greeting: MailGreeting) {
        easy.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        easy.set(CURLOPT_URL, greeting.url)
        easy.set(CURLOPT_USE_SSL, greeting.asksForTLS ? Int(CURLUSESSL_ALL.rawValue) : Int(CURLUSESSL_NONE.rawValue))
        easy.set(CURLOPT_SSL_VERIFYPEER, greeting.verifiesTLS)
        easy.set(CURLOPT_SSL_VERIFYHOST, greeting.verifiesTLS ? 2 : 0)
        easy.set(CURLOPT_SSL_SESSIONID_CACHE, false)
        easy.set(CURLOPT_CERTINFO, true)
        easy.set(CURLOPT_FRESH_CONNECT, true)
        easy.set(CURLOPT_FORBID_REUSE, true)
        easy.set(CURLOPT_TIMEOUT_MS, greeting.timeout.inLibcurlMilliseconds)
        easy.set(CURLOPT_IPRESOLVE, greeting.family.option)
        easy.set(CURLOPT_CUSTOMREQUEST, "QUIT")
        endWithGoodbye()
    }

    private func prepare(_ mail: MailTransfer) {
        easy.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        easy.set(CURLOPT_URL, mail.server.url)
        if let user = mail.server.user {
            easy.set(CURLOPT_USERNAME, user)
            easy.set(CURLOPT_PASSWORD, mail.server.password ?? "")
        }
        easy.set(CURLOPT_USE_SSL, mail.server.encryption.option)
        easy.set(CURLOPT_MAIL_FROM, "<\(mail.from)>")
        easy.set(CURLOPT_MAIL_RCPT, list(mail.to.map { "<\($0)>" }))
        easy.set(CURLOPT_TIMEOUT_MS, mail.timeout.inLibcurlMilliseconds)
        // The connection is kept for the next letter: libcurl closes one by QUIT and waits for the answer, and all other
        // transfers would wait with it.
        send(mail.message)
        keepReply()
    }
}

extension Order.Work {
    /// What would let a value say more to the server than it should.
    fileprivate var problem: String? {
        switch self {
        case .web(let transfer):
            let words = transfer.headers + [transfer.method]
            return words.contains(where: \.hasControlCharacter) ? "a header or method has a control character" : nil
        case .greeting: return nil
        case .mail(let mail):
            let addresses = mail.to + [mail.from]
            let isWell = !mail.to.isEmpty && addresses.allSatisfy(\.isMailbox)
            return isWell ? nil : "not an address: \(addresses.joined(separator: ", "))"
        }
    }
}

extension String {
    fileprivate var hasControlCharacter: Bool { utf8.contains { $0 < 0x20 || $0 == 0x7f } }

    /// Whether it can stand between angle brackets; the mail server knows better whether it is somebody's.
    fileprivate var isMailbox: Bool {
        contains("@") && !hasControlCharacter && !contains { "<> ".contains($0) }
    }
}

extension Duration {
    /// Zero would mean for ever.
    fileprivate var inLibcurlMilliseconds: Int { max(1, Int(inMicroseconds / 1000)) }
}

extension Transfer.Family {
    fileprivate var option: Int {
        switch self {
        case .any: Int(CURL_IPRESOLVE_WHATEVER)
        case .v4: Int(CURL_IPRESOLVE_V4)
        case .v6: Int(CURL_IPRESOLVE_V6)
        }
    }
}

extension MailServer.Encryption {
    fileprivate var option: Int {
        switch self {
        case .implicit, .startTLS: Int(CURLUSESSL_ALL.rawValue)
        case .startTLSIfOffered: Int(CURLUSESSL_TRY.rawValue)
        }
    }
}
