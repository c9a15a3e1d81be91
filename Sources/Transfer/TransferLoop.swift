import CCurl
import Foundation
import Synchronization

/// All of a program's transfers, on one thread: one multi handle of libcurl, driven by epoll. Transfers cost a thread
/// nothing while they wait, so two thousand in flight during an outage are as cheap as ten (docs/decisions).
///
/// What is asked here goes through a mailbox to the thread, which alone calls libcurl; what came of it comes back
/// through a continuation. libcurl's callbacks only write down: none of them calls back into Swift's tasks.
///
/// libcurl itself waits in two cases, and everything on the loop with it: for a mail server's word on a letter that it
/// has whole, and for the answer to the good-bye that it says to a mail server when the loop ends. So letters never go on
/// the loop of the probes.
package final class TransferLoop: Sendable {
    /// Debian's file of trusted roots. A file and not the directory beside it: libcurl keeps a file's certificates in
    /// memory, but reads a directory again for every connection (measured: 1.2 against 31.7 ms of CPU).
    package static let systemTrust = "/etc/ssl/certs/ca-certificates.crt"

    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let mailbox = Mailbox()
    private let lastNumber = Atomic<UInt64>(0)

    /// - Parameter trust: A file of root certificates in PEM.
    package init(trust: String = systemTrust) {
        precondition(Self.isLibraryReady, "libcurl has no memory to begin with")
        let thread = Thread { [mailbox] in
            TransferEngine(mailbox: mailbox, trust: trust).work()
        }
        thread.name = "transfer"
        thread.stackSize = 1 << 20
        thread.start()
    }

    deinit {
        mailbox.post(.stop(nil))
    }

    /// Makes a request. A task that is cancelled closes its connection and gets an outcome that `isCancelled`, at once.
    package func run(_ transfer: Transfer) async -> Outcome {
        await run(.web(transfer))
    }

    /// Hands a letter in; the outcome's `status` and `reply` are the server's.
    package func run(_ mail: MailTransfer) async -> Outcome {
        await run(.mail(mail))
    }

    private func run(_ work: Order.Work) async -> Outcome {
        let number = lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                guard mailbox.post(.start(Order(number: number, work: work, waiter: waiter))) else {
                    return waiter.resume(returning: .cancelled)
                }
                // A cancellation that came before the order was posted told the thread about a number it did not know.
                if Task.isCancelled { mailbox.post(.cancel(number)) }
            }
        } onCancel: {
            mailbox.post(.cancel(number))
        }
    }

    /// Ends the thread. Whatever is under way, and whatever is asked for afterwards, is cancelled.
    package func stop() async {
        await withCheckedContinuation { waiter in
            if !mailbox.post(.stop(waiter)) { waiter.resume() }
        }
    }
}
