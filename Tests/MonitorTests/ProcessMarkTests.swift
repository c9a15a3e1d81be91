import Foundation
import Testing

@testable import Monitor

/// Whether a process of this machine still runs.
struct ProcessMarkTests {
    @Test func whoWasKilledIsOverBeforeAnybodyWaitedForIt() throws {
        let own = try #require(ProcessMark.own)
        let sleeper = Process()
        sleeper.executableURL = URL(filePath: "/bin/sleep")
        sleeper.arguments = ["600"]
        try sleeper.run()
        let number = sleeper.processIdentifier
        let begun = try #require(Self.start(of: number))
        let mark = Self.changed(own, [2: "\(number)", 3: begun])
        #expect(!own.sees(isOver: mark))
        // The number was another process's before: that one is over.
        #expect(own.sees(isOver: Self.changed(own, [2: "\(number)", 3: "\(begun)1"])))
        kill(number, SIGKILL)
        sleeper.waitUntilExit()
        #expect(own.sees(isOver: mark))
    }

    @Test func whatThisProcessBeganBeforeIsOver() throws {
        let own = try #require(ProcessMark.own)
        #expect(own.sees(isOver: own.text))
    }

    @Test(arguments: [
        ("another boot, perhaps of another machine", [0: "00000000-0000-0000-0000-000000000000", 2: "1", 3: "1"]),
        ("another namespace", [1: "pid:[1]", 3: "1"]),
        ("not a number", [2: "x"]),
        ("everybody", [2: "-1"]),
    ])
    func nothingIsSaidOf(_ what: String, _ change: [Int: String]) throws {
        let own = try #require(ProcessMark.own)
        #expect(!own.sees(isOver: Self.changed(own, change)))
    }

    private static func changed(_ mark: ProcessMark, _ change: [Int: String]) -> String {
        var words = mark.text.split(separator: " ").map(String.init)
        for (place, word) in change { words[place] = word }
        return words.joined(separator: " ")
    }

    private static func start(of number: Int32) -> String? {
        guard let line = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8) else { return nil }
        return line.split(separator: ") ").last?.split(separator: " ").dropFirst(19).first.map(String.init)
    }
}
