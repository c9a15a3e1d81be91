import CCurl
package import Civil
import Foundation
import Synchronization

package struct Transfer: Sendable {
    package enum Family: Sendable { case any, v4, v6 }
    package var url: String
    package var method = "GET"
    package var headers: [String] = []
    package var timeout = Duration.seconds(10)
    package var family = Family.any
    package var followsRedirects = false
    package var verifiesTLS = true
    package var connectsOnly = false
    package var bodyLimit = 1 << 20
    package init(url: String) { self.url = url }
}

package struct Outcome: Sendable {
    package var code: Int32 = 0
    package var message = ""
    package var status = 0
    package var body: [UInt8] = []
    package var resolved = Duration.zero
    package var connected = Duration.zero
    package var secured = Duration.zero
    package var firstByte = Duration.zero
    package var total = Duration.zero
    package var certificateExpiresAt: Instant?
}

final class Job {
    let transfer: Transfer
    let done: @Sendable (Outcome) -> Void
    var outcome = Outcome()
    var list: UnsafeMutablePointer<curl_slist>?
    init(_ t: Transfer, _ d: @escaping @Sendable (Outcome) -> Void) { transfer = t; done = d }
}

package final class TransferLoop: @unchecked Sendable {
    let multi: OpaquePointer
    let inbox = Mutex<[(Transfer, @Sendable (Outcome) -> Void)]>([])
    package init() {
        global_init()
        multi = OpaquePointer(curl_multi_init())
        Thread { [self] in loop() }.start()
    }
    package func run(_ transfer: Transfer) async -> Outcome {
        await withCheckedContinuation { c in
            inbox.withLock { $0.append((transfer, { c.resume(returning: $0) })) }
            curl_multi_wakeup(UnsafeMutableRawPointer(multi))
        }
    }
    func loop() {
        let m = UnsafeMutableRawPointer(multi)
        while true {
            for (t, d) in inbox.withLock({ let all = $0; $0 = []; return all }) { start(Job(t, d)) }
            var running: Int32 = 0
            curl_multi_perform(m, &running)
            var left: Int32 = 0
            while let msg = curl_multi_info_read(m, &left) {
                let easy = msg.pointee.easy_handle!, code = msg.pointee.data.result
                let job = Unmanaged<Job>.fromOpaque(get_private(easy)).takeRetainedValue()
                job.outcome.code = Int32(bitPattern: code.rawValue)
                job.outcome.message = String(cString: curl_easy_strerror(code))
                job.outcome.status = get_long(easy, CURLINFO_RESPONSE_CODE)
                job.outcome.resolved = .microseconds(get_off(easy, CURLINFO_NAMELOOKUP_TIME_T))
                job.outcome.connected = .microseconds(get_off(easy, CURLINFO_CONNECT_TIME_T))
                job.outcome.secured = .microseconds(get_off(easy, CURLINFO_APPCONNECT_TIME_T))
                job.outcome.firstByte = .microseconds(get_off(easy, CURLINFO_STARTTRANSFER_TIME_T))
                job.outcome.total = .microseconds(get_off(easy, CURLINFO_TOTAL_TIME_T))
                curl_multi_remove_handle(m, easy); curl_easy_cleanup(easy); curl_slist_free_all(job.list)
                job.done(job.outcome)
            }
            var n: Int32 = 0
            curl_multi_poll(m, nil, 0, 1000, &n)
        }
    }
    func start(_ job: Job) {
        let e = curl_easy_init()!, t = job.transfer
        set_str(e, CURLOPT_URL, t.url); set_str(e, CURLOPT_CUSTOMREQUEST, t.method == "HEAD" ? nil : t.method)
        set_long(e, CURLOPT_NOBODY, t.method == "HEAD" ? 1 : 0)
        set_long(e, CURLOPT_TIMEOUT_MS, Int(t.timeout.inMicroseconds / 1000)); set_long(e, CURLOPT_NOSIGNAL, 1)
        set_long(e, CURLOPT_FOLLOWLOCATION, t.followsRedirects ? 1 : 0); set_long(e, CURLOPT_MAXREDIRS, 10)
        set_long(e, CURLOPT_CONNECT_ONLY, t.connectsOnly ? 1 : 0)
        set_long(e, CURLOPT_FRESH_CONNECT, 1); set_long(e, CURLOPT_FORBID_REUSE, 1)
        set_long(e, CURLOPT_IPRESOLVE, t.family == .any ? 0 : t.family == .v4 ? 1 : 2)
        for h in t.headers { job.list = curl_slist_append(job.list, h) }
        set_list(e, CURLOPT_HTTPHEADER, job.list)
        let box = Unmanaged.passRetained(job)
        set_ptr(e, CURLOPT_PRIVATE, box.toOpaque()); set_ptr(e, CURLOPT_WRITEDATA, box.toOpaque())
        set_write(e) { data, size, count, p in
            let job = Unmanaged<Job>.fromOpaque(p!).takeUnretainedValue()
            let bytes = UnsafeRawBufferPointer(start: data, count: size * count)
            job.outcome.body.append(contentsOf: bytes.prefix(job.transfer.bodyLimit - job.outcome.body.count))
            return size * count
        }
        curl_multi_add_handle(UnsafeMutableRawPointer(multi), e)
    }
}
