import Foundation
import Glibc

/// Names one process so that another process of the same machine can tell whether it still runs: the machine's boot, the
/// namespace in which its number counts, the number, and when it began, in the kernel's ticks. A number alone is used again.
package struct ProcessMark: Hashable, Sendable {
    private let place: String
    private let number: pid_t
    private let begun: String

    /// This process; nil where the kernel does not tell enough.
    package static let own: ProcessMark? = {
        guard let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8),
            let namespace = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid"),
            let status = Status(of: getpid())
        else { return nil }
        let place = "\(boot.trimmingCharacters(in: .whitespacesAndNewlines)) \(namespace)"
        return ProcessMark(place: place, number: getpid(), begun: status.begun)
    }()

    private init(place: String, number: pid_t, begun: String) {
        self.place = place
        self.number = number
        self.begun = begun
    }

    /// - Parameter text: What `text` was.
    private init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 4, let number = pid_t(words[2]), number > 0 else { return nil }
        self.init(place: "\(words[0]) \(words[1])", number: number, begun: words[3])
    }

    /// What other processes read.
    package var text: String { "\(place) \(number) \(begun)" }

    /// Whether it is certain that what a process with the mark `text` did is over: it runs no more, or it is this very
    /// process, which does one thing at a time. Of another machine's nobody knows.
    package func sees(isOver text: String) -> Bool {
        guard let other = ProcessMark(text), other.place == place else { return false }
        if other == self { return true }
        if kill(other.number, 0) == -1, errno == ESRCH { return true }
        // One that was killed and not yet waited for has a number, but no life.
        guard let status = Status(of: other.number) else { return false }
        return status.begun != other.begun || status.isOver
    }

    /// What `/proc/…/stat` (proc(5)) says of a process.
    private struct Status {
        let isOver: Bool
        let begun: String

        init?(of number: pid_t) {
            guard let line = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
                let name = line.lastIndex(of: ")")
            else { return nil }
            // From the third field on: the second, the name, may hold anything.
            let fields = line[line.index(after: name)...].split(separator: " ")
            guard fields.count > 19 else { return nil }
            isOver = fields[0] == "Z" || fields[0] == "X"
            begun = String(fields[19])
        }
    }
}
