import Testing
import Transfer

@testable import Console

/// The address of the mail server is read once, at start, and a wrong one ends the start.
struct MailSettingsTests {
    @Test(arguments: [
        "smtp://", "http://thu.example", "smtp://thu.example/inbox", "smtp://thu.example?starttls=maybe", "thu.example:25",
        "smtp://ten:mat@khau@thu.example?x=1",
    ])
    func anAddressThatIsNoMailServersIsNamedWithoutItsPassword(url: String) {
        let refusal = #expect(throws: ConsoleSettings.Invalid.self) {
            try ConsoleSettings(environment: ["TRUCBAN_SMTP_URL": url])
        }
        #expect(refusal?.variable == "TRUCBAN_SMTP_URL")
        #expect(refusal.map { !$0.description.contains("mat@khau") } == true)
    }

    @Test func aGoodOneIsKept() throws {
        let settings = try ConsoleSettings(environment: ["TRUCBAN_SMTP_URL": "smtps://ten:mat%40khau@thu.example:465"])
        #expect(settings.mailServer?.url == "smtps://thu.example:465" && settings.mailServer?.password == "mat@khau")
        #expect(try ConsoleSettings(environment: [:]).mailServer == nil)
        #expect(try ConsoleSettings(environment: ["TRUCBAN_SMTP_URL": ""]).mailServer == nil)
    }
}
