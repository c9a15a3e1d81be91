import TestKit
import Testing
@testable import Transfer

/// Many at once, and those that are called off.
struct TransferLoopTests {
    /// The server answers nobody before all have come, so they are really under way together.
    @Test func fiveHundredAtOnce() async throws {
        try await WebServer.with { server in
            let loop = TransferLoop()
            let outcomes = await withTaskGroup(of: Outcome.self) { group in
                for _ in 1...500 {
                    group.addTask {
                        var transfer = Transfer(url: server.origin + "/together/500")
                        transfer.timeout = .seconds(60)
                        return await loop.run(transfer)
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count == 500)
            #expect(outcomes.allSatisfy { $0.code == 0 && $0.status == 200 && $0.body == Array("all".utf8) })
        }
    }

    @Test func aHandleRemembersNothingOfItsLastTransfer() async throws {
        try await WebServer.with { server in
            let loop = TransferLoop()
            var strange = Transfer(url: server.origin + "/echo")
            strange.method = "OPTIONS"
            strange.headers = ["X-Cu: 1", "User-Agent: khac"]
            strange.connectsOnly = false
            _ = await loop.run(strange)
            var closed = Transfer(url: "http://127.0.0.1:1/")
            closed.connectsOnly = true
            #expect(await loop.run(closed).code == 7)
            let outcome = await loop.run(Transfer(url: server.origin + "/echo"))
            let text = String(decoding: outcome.body, as: UTF8.self)
            #expect(text.hasPrefix("GET "))
            #expect(text.contains("User-Agent: TrucBan/1"))
            #expect(!text.contains("X-Cu"))
            #expect(outcome.message == "")
        }
    }

    @Test func aCancelledTaskClosesItsConnection() async throws {
        try await WebServer.with { server in
            let loop = TransferLoop()
            let task = Task { await loop.run(Transfer(url: server.origin + "/mute")) }
            #expect(await loop.run(Transfer(url: server.origin + "/mute/begun")).status == 200)
            task.cancel()
            #expect(await task.value.isCancelled)
            #expect(await loop.run(Transfer(url: server.origin + "/mute/ended")).status == 200)
        }
    }

    @Test func aTaskThatIsCancelledAlreadyBeginsNothing() async throws {
        try await WebServer.with { server in
            let loop = TransferLoop()
            let task = Task {
                // Begins when it is cancelled and not before.
                while !Task.isCancelled { await Task.yield() }
                return await loop.run(Transfer(url: server.origin + "/mute"))
            }
            task.cancel()
            #expect(await task.value.isCancelled)
        }
    }

    @Test func stoppingCancelsWhatIsUnderWayAndWhatComesLater() async throws {
        try await WebServer.with { server in
            let loop = TransferLoop()
            let task = Task { await loop.run(Transfer(url: server.origin + "/mute")) }
            #expect(await loop.run(Transfer(url: server.origin + "/mute/begun")).status == 200)
            await loop.stop()
            #expect(await task.value.isCancelled)
            #expect(await loop.run(Transfer(url: server.origin + "/hello")).isCancelled)
            await loop.stop()
        }
    }

    @Test func aLoopThatNobodyHoldsFinishesNothingAndLeaksNoWaiter() async throws {
        try await WebServer.with { server in
            let outcome = await TransferLoop().run(Transfer(url: server.origin + "/hello"))
            #expect(outcome.status == 200)
        }
    }
}
