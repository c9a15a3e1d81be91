import Testing
import Transfer

@testable import Console

/// What the environment may say.
@Suite struct ConsoleSettingsTests {
    @Test func withoutAnythingTheDefaultsHold() throws {
        let settings = try ConsoleSettings(environment: ["PATH": "/usr/bin"])
        #expect(settings.databaseURL == nil && settings.baseURL == nil && settings.mailServer == nil && settings.secret == nil && settings.location == nil)
        #expect(settings.data == ".trucban" && settings.host == "127.0.0.1" && settings.port == 8080)
    }

    @Test func whatIsEmptyIsNotSet() throws {
        let environment = Dictionary(uniqueKeysWithValues: ConsoleSettings.variables.map { ($0, "") })
        let settings = try ConsoleSettings(environment: environment)
        #expect(settings.databaseURL == nil && settings.port == 8080 && settings.secret == nil)
    }

    @Test func everythingIsRead() throws {
        let settings = try ConsoleSettings(environment: [
            "TRUCBAN_DATABASE_URL": "postgresql://trucban@db1,db2/trucban?target_session_attrs=read-write",
            "TRUCBAN_DATA": "/var/lib/x", "TRUCBAN_HOST": "0.0.0.0", "TRUCBAN_PORT": "65535",
            "TRUCBAN_BASE_URL": "https://trucban.example//", "TRUCBAN_SMTP_URL": "smtps://u:p@mail.example",
            "TRUCBAN_SECRET": String(repeating: "x", count: 32), "TRUCBAN_LOCATION": " Tam \u{110}ie\u{323}\u{302}p ",
        ])
        #expect(settings.databaseURL == "postgresql://trucban@db1,db2/trucban?target_session_attrs=read-write")
        #expect(settings.data == "/var/lib/x" && settings.host == "0.0.0.0" && settings.port == 65535)
        #expect(settings.baseURL == "https://trucban.example" && settings.mailServer?.url == "smtps://mail.example")
        #expect(settings.secret?.count == 32)
        #expect(settings.location.map { Array($0.utf8) } == Array("Tam Điệp".utf8))
    }

    struct Wrong: CustomTestStringConvertible, Sendable {
        let variable: String
        let value: String
        /// What the complaint shows of the value.
        let shown: String
        let expected: String
        var testDescription: String { "\(variable)=\(value)" }
    }

    @Test(arguments: [
        Wrong(variable: "TRUCBAN_PORT", value: "0", shown: "0", expected: "một số từ 1 đến 65535"),
        Wrong(variable: "TRUCBAN_PORT", value: "65536", shown: "65536", expected: "một số từ 1 đến 65535"),
        Wrong(variable: "TRUCBAN_PORT", value: "tám", shown: "tám", expected: "một số từ 1 đến 65535"),
        Wrong(variable: "TRUCBAN_BASE_URL", value: "trucban.example", shown: "trucban.example", expected: "https://trucban.ninhbinh.gov.vn"),
        Wrong(variable: "TRUCBAN_BASE_URL", value: "https://", shown: "https://", expected: "https://trucban.ninhbinh.gov.vn"),
        Wrong(variable: "TRUCBAN_DATABASE_URL", value: "mysql://u:mậtkhẩu@h", shown: "***", expected: "postgresql://"),
        Wrong(variable: "TRUCBAN_SMTP_URL", value: "u:mậtkhẩu@mail", shown: "***", expected: "smtp://"),
        Wrong(variable: "TRUCBAN_SECRET", value: "mậtkhẩu ngắn", shown: "***", expected: "ít nhất 32 ký tự"),
        Wrong(variable: "TRUCBAN_PROT", value: "1", shown: "1", expected: "TRUCBAN_PORT"),
    ])
    func aWrongValueIsNamedWithWhatWasExpected(wrong: Wrong) {
        let error = #expect(throws: ConsoleSettings.Invalid.self) {
            try ConsoleSettings(environment: [wrong.variable: wrong.value])
        }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("\(wrong.variable): giá trị “\(wrong.shown)”") && text.contains(wrong.expected), "\(text)")
        #expect(!text.contains("mậtkhẩu"))
    }
}
