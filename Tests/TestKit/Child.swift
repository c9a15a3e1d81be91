import Database
package import Foundation

/// A program that a test starts, watched by one thread of its own that reads what it writes and waits for its end.
///
/// Not Foundation's `Process` with a pipe that is read by `FileHandle.readabilityHandler`: where the pipes of many children
/// end at about the same time, libdispatch follows a source that is gone (a crash in `_dispatch_event_loop_drain`; forty
/// lines with nothing of ours in them die in six of eight runs of 4,000 children, Swift 6.3 on Linux).
package final class Child: Sendable {
    package let number: pid_t
    /// What it writes to its standard output, line by line; ends with the output.
    package let lines: AsyncStream<String>
    private let input: Int32
    private let ended: AsyncStream<Int32>

    /// What a program has left behind.
    package struct Finished: Sendable {
        /// Its exit status; 128 and the signal when it was killed.
        package let status: Int32
        package let output: Data
        package let complaint: Data
    }

    /// Starts a program whose input is a pipe, which ends when this process does. What it complains of goes where the
    /// tests' own complaints go.
    package init(_ path: String, _ arguments: [String]) throws {
        let (input, output) = (try Ends(), try Ends())
        number = try Self.spawn(path, arguments, nil, input: input.read, output: output.write, complaint: 2)
        close(input.read)
        close(output.write)
        self.input = input.write
        let (lines, line) = AsyncStream<String>.makeStream()
        let (ended, end) = AsyncStream<Int32>.makeStream()
        (self.lines, self.ended) = (lines, ended)
        Self.onThread { [number] in
            Self.readLines(of: output.read) { line.yield($0) }
            line.finish()
            close(output.read)
            end.yield(Self.wait(for: number))
            end.finish()
        }
    }

    /// Ends it, and waits until it is gone.
    package func end() async {
        kill(number, SIGKILL)
        for await _ in ended {}
        close(input)
    }

    /// Runs a program to its end.
    /// - Parameter environment: All that it has; nil for this process's own.
    package static func run(
        _ path: String, _ arguments: [String], environment: [String: String]? = nil
    ) async throws -> Finished {
        try await withCheckedThrowingContinuation { waiter in
            onThread {
                waiter.resume(
                    with: Result {
                        let (output, complaint) = (try Paper(), try Paper())
                        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
                        defer { close(nothing) }
                        let number = try spawn(
                            path, arguments, environment, input: nothing, output: output.descriptor,
                            complaint: complaint.descriptor)
                        return Finished(status: wait(for: number), output: output.text, complaint: complaint.text)
                    })
            }
        }
    }

    private static func onThread(_ work: @Sendable @escaping () -> Void) {
        let thread = Thread(block: work)
        thread.name = "child"
        thread.start()
    }

    /// Of the files that are open here it inherits these three and no other.
    private static func spawn(
        _ path: String, _ arguments: [String], _ environment: [String: String]?, input: Int32, output: Int32,
        complaint: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (file, place) in [(input, Int32(0)), (output, 1), (complaint, 2)] {
            posix_spawn_file_actions_adddup2(&actions, file, place)
        }
        SpawnedProgram.inheritNothing(&actions)
        // A thread may have signals blocked, and a program that inherits that cannot be asked to end.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        let words = ([path] + arguments).map { strdup($0) } + [nil]
        let variables = (environment ?? ProcessInfo.processInfo.environment).map { strdup("\($0)=\($1)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var number = pid_t()
        let failure = posix_spawn(&number, path, &actions, &attributes, words, variables)
        if failure != 0 { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .ENOENT) }
        return number
    }

    private static func wait(for number: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(number, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    private static func readLines(of descriptor: Int32, _ body: (String) -> Void) {
        var rest: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest += buffer[..<count]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                body(String(decoding: rest[..<end], as: UTF8.self))
                rest.removeFirst(end + 1)
            }
        }
    }

    /// The two ends of what serves as a pipe, and which no child of another thread inherits.
    private struct Ends {
        let read: Int32
        let write: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EMFILE) }
            (read, write) = (ends[0], ends[1])
        }
    }

    /// What a program writes, in a file that has no name: a pipe would have to be read meanwhile.
    private final class Paper {
        let descriptor: Int32

        init() throws {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("paper-\(UUID().uuidString)").path
            descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor < 0 { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            unlink(path)
        }

        deinit {
            close(descriptor)
        }

        var text: Data {
            lseek(descriptor, 0, SEEK_SET)
            return FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).readDataToEndOfFile()
        }
    }
}
