package import Foundation

/// Prints HTML to PDF/UA with WeasyPrint, one document at a time: each takes a process and up to 150 MB.
package actor PDFPress {
    /// Why there is no PDF.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let patience = Duration.seconds(120)

    package init() {}

    /// - Parameter html: A whole page that needs nothing from elsewhere.
    /// - Throws: `Failure` when WeasyPrint is missing, fails or takes longer than two minutes.
    package func print(_ html: String) async throws -> Data {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("trucban-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let page = folder.appendingPathComponent("report.html")
        let document = folder.appendingPathComponent("report.pdf")
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
        process.arguments = ["weasyprint"] + arguments
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
