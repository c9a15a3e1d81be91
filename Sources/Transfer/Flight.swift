import CCurl
import Foundation

/// A transfer under way: what it sends, what came so far, and who waits for it. It belongs to the loop's thread, which
/// keeps it until libcurl has let go of it.
final class Flight {
    /// More of a mail server's words than anybody reads.
    private static let replyLimit = 2000
    /// All lines of all headers of a transfer, redirects included; a browser takes about as much.
    static let headerLimit = 256 << 10

    let order: Order
    let easy: EasyHandle
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private var outcome = Outcome()
    private var bodyLimit = 0
    private var upload: [UInt8] = []
    private var uploaded = 0
    private var isReplyOpen = false
    private var keepsHeaders = false
    private var headerSize = 0
    private var saidGoodbye = false
    private var addressGuard: AddressGuard?

    init(_ order: Order, on easy: EasyHandle) {
        self.order = order
        self.easy = easy
        easy.set(CURLOPT_PRIVATE, context: Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        lists.forEach { curl_slist_free_all($0) }
    }

    /// The flight that libcurl's callback is about.
    private static func at(_ context: UnsafeMutableRawPointer?) -> Flight {
        // Only this file hands such pointers to libcurl, each of a flight that the engine keeps.
        Unmanaged<Flight>.fromOpaque(context!).takeUnretainedValue()
    }

    static func of(_ easy: UnsafeMutableRawPointer) -> Flight { at(easy_get_private(easy)) }

    /// - Returns: A list of libcurl's that lives as long as the flight.
    func list(_ texts: [String]) -> UnsafeMutablePointer<curl_slist>? {
        let list = texts.reduce(nil) { curl_slist_append($0, $1) }
        if let list { lists.append(list) }
        return list
    }

    func keepBody(upTo limit: Int) {
        bodyLimit = limit
        easy.set(CURLOPT_WRITEDATA, context: Unmanaged.passUnretained(self).toOpaque())
        easy.set(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            Flight.at(context).receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
        }
    }

    /// - Returns: False to end the transfer: there is more than anybody wants.
    private func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let room = bodyLimit - outcome.body.count
        outcome.body.append(contentsOf: bytes.prefix(room))
        outcome.isCut = bytes.count > room
        return !outcome.isCut
    }

    /// Counts the header of the answer, and ends a transfer whose header has no end.
    func watchHeader(keeping: Bool) {
        keepsHeaders = keeping
        easy.set(CURLOPT_HEADERDATA, context: Unmanaged.passUnretained(self).toOpaque())
        easy.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            Flight.at(context).note(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
        }
    }

    private func note(_ line: UnsafeRawBufferPointer) -> Bool {
        headerSize += line.count
        outcome.isHeaderCut = headerSize > Self.headerLimit
        if outcome.isHeaderCut { return false }
        guard keepsHeaders else { return true }
        let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        // The answer before was a redirect.
        if text.hasPrefix("HTTP/") { outcome.headers = [] } else if !text.isEmpty { outcome.headers.append(text) }
        return true
    }

    /// Ends the transfer with the server's good-bye: when libcurl itself says QUIT, it waits for the answer, and all other
    /// transfers with it.
    func endWithGoodbye() {
        easy.set(CURLOPT_HEADERDATA, context: Unmanaged.passUnretained(self).toOpaque())
        easy.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            let flight = Flight.at(context)
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            flight.saidGoodbye = String(decoding: line.prefix(4), as: UTF8.self) == "221 "
            if !flight.saidGoodbye { flight.hear(line) }
            return flight.saidGoodbye ? 0 : size * count
        }
    }

    /// Opens no socket to an address that the guard refuses.
    func connect(under guarding: AddressGuard) {
        addressGuard = guarding
        easy.set(CURLOPT_OPENSOCKETDATA, context: Unmanaged.passUnretained(self).toOpaque())
        easy.set { context, _, address in
            // libcurl has one before it opens a socket.
            Flight.at(context).open(address!)
        }
    }

    private func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let bytes = Self.bytes(of: address)
        guard let bytes, addressGuard?.refuses(bytes) == false else {
            outcome.refusedAddress = bytes.map(Self.text) ?? "?"
            return CURL_SOCKET_BAD
        }
        return socket(address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    }

    /// What stands behind the address's family is longer than `sockaddr` where it is an IPv6 address.
    private static func bytes(of address: UnsafeMutablePointer<curl_sockaddr>) -> [UInt8]? {
        guard let place = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
        let raw = UnsafeRawPointer(address) + place
        switch address.pointee.family {
        case AF_INET:
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
        case AF_INET6:
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
        default: return nil
        }
    }

    private static func text(_ address: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(address.count == 4 ? AF_INET : AF_INET6, address, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func send(_ message: [UInt8]) {
        upload = message
        easy.set(CURLOPT_UPLOAD, true)
        easy.set(CURLOPT_INFILESIZE_LARGE, offset: message.count)
        easy.set(CURLOPT_READDATA, context: Unmanaged.passUnretained(self).toOpaque())
        easy.set(CURLOPT_READFUNCTION) { place, size, count, context in
            Flight.at(context).give(to: UnsafeMutableRawBufferPointer(start: place, count: size * count))
        }
    }

    private func give(to place: UnsafeMutableRawBufferPointer) -> Int {
        let piece = upload[uploaded...].prefix(place.count)
        place.copyBytes(from: piece)
        uploaded += piece.count
        return piece.count
    }

    func keepReply() {
        easy.set(CURLOPT_HEADERDATA, context: Unmanaged.passUnretained(self).toOpaque())
        easy.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            Flight.at(context).hear(UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }
    }

    /// A reply of several lines has a hyphen after the code of each but the last (RFC 5321 §4.2.1). The good-bye (221) to
    /// libcurl's own QUIT says nothing of the letter, and would hide why it was refused.
    private func hear(_ line: UnsafeRawBufferPointer) {
        let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        if !isReplyOpen, text.hasPrefix("221") { return }
        outcome.reply = isReplyOpen ? String("\(outcome.reply) \(text)".prefix(Self.replyLimit)) : text
        isReplyOpen = line.count > 3 && line[3] == UInt8(ascii: "-")
    }

    /// What came of it, once libcurl is done with it.
    func finished(_ code: CURLcode) -> Outcome {
        // libcurl takes our stopping for a failure to write.
        let isWell = code == CURLE_OK || (code == CURLE_WRITE_ERROR && (outcome.isCut || saidGoodbye))
        if !isWell {
            let failure = Outcome(code, easy.message.isEmpty ? nil : easy.message)
            outcome.code = failure.code
            outcome.message = failure.message
            outcome.systemError = Int32(truncatingIfNeeded: easy.long(CURLINFO_OS_ERRNO))
        }
        outcome.status = easy.long(CURLINFO_RESPONSE_CODE)
        let pause = easy.offset(CURLINFO_RETRY_AFTER)
        if pause > 0 { outcome.retryAfter = .seconds(pause) }
        outcome.resolved = easy.microseconds(CURLINFO_NAMELOOKUP_TIME_T)
        outcome.connected = easy.microseconds(CURLINFO_CONNECT_TIME_T)
        outcome.secured = easy.microseconds(CURLINFO_APPCONNECT_TIME_T)
        outcome.firstByte = easy.microseconds(CURLINFO_STARTTRANSFER_TIME_T)
        outcome.total = easy.microseconds(CURLINFO_TOTAL_TIME_T)
        let expiries = easy.certificateExpiries
        outcome.certificateExpiresAt = expiries.first
        outcome.chainExpiresAt = expiries.min()
        if order.work.keepsCookies { outcome.cookies = easy.cookies }
        return outcome
    }
}
