package import Foundation
import Web

/// Prints HTML to PDF/UA with WeasyPrint, one document at a time: each takes a process and up to 150 MB. A few may wait;
/// who comes when the queue is full is told to come back.
package actor PDFPress {
    /// Why there is no PDF.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let patience = Duration.seconds(120)

    private let program: String
    private let longestQueue: Int
    private var isPrinting = false
    /// Who waits, in the order in which they came.
    private var queue: [(ticket: UUID, turn: CheckedContinuation<Void, any Error>)] = []

    /// - Parameters:
    ///   - program: WeasyPrint, by name or path.
    ///   - longestQueue: How many documents may wait for the one that is printed.
    package init(program: String = "weasyprint", longestQueue: Int = 4) {
        self.program = program
        self.longestQueue = longestQueue
    }

    /// - Parameter html: A whole page that needs nothing from elsewhere.
    /// - Throws: `Failure` when WeasyPrint is missing, fails or takes longer than two minutes; `Busy` when too many wait;
    ///   `CancellationError` when the task was cancelled while it waited.
    package func print(_ html: String) async throws -> Data {
        try await takeTurn()
        defer { passTurn() }
        return try await printed(html)
    }

    private func takeTurn() async throws {
        try Task.checkCancellation()
        guard isPrinting else {
            isPrinting = true
            return
        }
        guard queue.count < longestQueue else {
            throw Busy(advice: "Nhiều tệp PDF đang được tạo cùng lúc. Hãy tải lại sau nửa phút.", retryAfter: .seconds(30))
        }
        let ticket = UUID()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (turn: CheckedContinuation<Void, any Error>) in
                // A cancellation that came before this found nobody in the queue.
                if Task.isCancelled { turn.resume(throwing: CancellationError()) } else { queue.append((ticket, turn)) }
            }
        } onCancel: {
            Task { await leave(ticket) }
        }
    }

    private func leave(_ ticket: UUID) {
        // Whoever is not in the queue any more has the turn, and passes it on.
        guard let place = queue.firstIndex(where: { $0.ticket == ticket }) else { return }
        queue.remove(at: place).turn.resume(throwing: CancellationError())
    }

    private func passTurn() {
        if queue.isEmpty { isPrinting = false } else { queue.removeFirst().turn.resume() }
    }

    private func printed(_ html: String) async throws -> Data {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("trucban-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let page = folder.appendingPathComponent("document.html")
        let document = folder.appendingPathComponent("document.pdf")
        try Data(html.utf8).write(to: page)
        try await run(["--encoding", "utf-8", "--pdf-variant", "pdf/ua-1", "--quiet", page.path, document.path])
        guard let data = try? Data(contentsOf: document), data.starts(with: Data("%PDF-".utf8)) else {
            throw Failure(description: "WeasyPrint không tạo ra tệp PDF.")
        }
        return data
    }

    /// SIGTERM would not reach it: a process that is started on a thread of Swift's pool inherits its blocked signals.
    private static func end(_ process: Process) {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    private func run(_ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let watch = Task {
            try await Task.sleep(for: Self.patience)
            Self.end(process)
        }
        defer { watch.cancel() }
        let status = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
                process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
                do { try process.run() } catch { continuation.resume(throwing: error) }
            }
        } onCancel: {
            Self.end(process)
        }
        if status == 127 { throw Failure(description: "Chưa cài WeasyPrint (sudo apt-get install weasyprint).") }
        guard status == 0 else { throw Failure(description: "WeasyPrint kết thúc với mã \(status).") }
    }
}
