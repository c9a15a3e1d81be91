import Foundation
import Testing
import Web

@testable import Documents

/// How documents queue for the one WeasyPrint.
@Suite struct PDFPressTests {
    /// The real WeasyPrint behind a script that tells when it runs, refuses to run twice at once, and holds on until it is
    /// let go.
    private struct Gate {
        let folder: URL
        var program: String { folder.appendingPathComponent("print").path }

        static func with(_ body: (Gate) async throws -> Void) async throws {
            let gate = Gate(folder: FileManager.default.temporaryDirectory.appendingPathComponent("gate-\(UUID().uuidString)"))
            try FileManager.default.createDirectory(at: gate.folder, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(at: gate.folder) }
            let script = """
                #!/bin/sh
                mkdir "$0.running" || exit 9
                until [ -e "$0.open" ]; do sleep 0.02; done
                weasyprint "$@"
                code=$?
                rmdir "$0.running"
                exit $code
                """
            try Data(script.utf8).write(to: URL(fileURLWithPath: gate.program))
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: gate.program)
            try await body(gate)
        }

        func open() throws { try Data().write(to: URL(fileURLWithPath: program + ".open")) }

        func untilItRuns() async { while !FileManager.default.fileExists(atPath: program + ".running") { await Task.yield() } }
    }

    private static let page = "<!DOCTYPE html><html lang=\"vi\"><title>Thử</title><p>Thử</p></html>"

    @Test func oneDocumentIsPrintedAtATime() async throws {
        try await Gate.with { gate in
            try gate.open()
            let press = PDFPress(program: gate.program)
            let printed = try await withThrowingTaskGroup(of: Data.self) { group in
                for _ in 0..<5 { group.addTask { try await press.print(Self.page) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(printed.count == 5)
        }
    }

    @Test func whoComesWhenTheQueueIsFullIsToldToComeBack() async throws {
        try await Gate.with { gate in
            let press = PDFPress(program: gate.program, longestQueue: 1)
            let outcomes = await withTaskGroup(of: Result<Data, any Error>.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        do { return .success(try await press.print(Self.page)) } catch { return .failure(error) }
                    }
                }
                // The two others wait until the gate is open.
                let first = await group.next()
                try? gate.open()
                return await group.reduce(into: [first].compactMap(\.self)) { $0.append($1) }
            }
            #expect(throws: Busy.self) { try outcomes[0].get() }
            #expect(outcomes.count == 3 && outcomes.dropFirst().allSatisfy { (try? $0.get()) != nil })
        }
    }

    @Test func whoGivesUpLeavesTheirPlaceToTheNext() async throws {
        try await Gate.with { gate in
            let press = PDFPress(program: gate.program, longestQueue: 1)
            let first = Task { try await press.print(Self.page) }
            await gate.untilItRuns()
            let second = Task { try await press.print(Self.page) }
            second.cancel()
            await #expect(throws: CancellationError.self) { try await second.value }
            let third = Task { try await press.print(Self.page) }
            try gate.open()
            _ = try await (first.value, third.value)
            _ = try await press.print(Self.page)
        }
    }
}
