import ArgumentParser
import Database
import Foundation

/// How the program ends when it cannot go on: a sentence on standard error and an exit status of sysexits.h.
enum Failure {
    static func exit(_ error: any Error) -> any Error {
        switch error {
        case let invalid as ConsoleSettings.Invalid:
            complain(invalid.description)
            return ExitCode(78)
        case let missing as Resources.Missing:
            complain(missing.description)
            return ExitCode(72)
        case let database as DatabaseError where database.isUnavailable:
            complain("Không kết nối được cơ sở dữ liệu: \(database)")
            return ExitCode(69)
        case let obstacle as EmbeddedCluster.Obstacle:
            complain("Không chạy được PostgreSQL nhúng: \(obstacle)")
            return ExitCode(69)
        case let taken as AddressInUse:
            complain(taken.description)
            return ExitCode(69)
        default:
            return error
        }
    }

    static func complain(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
