import TestKit
import Testing
@testable import Transfer

/// Letters to a real mail server.
struct MailTransferTests {
    private static let message = """
        Subject: thu\r
        \r
        .\r
        ..hai chấm\r
        Kính gửi UBND xã Yên Khánh,\r
        .một chấm\r
        From here\r

        """

    private func send(
        to address: String = "binh@yenkhanh.example", _ message: String = message, server: String,
        trust: String = TransferLoop.systemTrust
    ) async throws -> Outcome {
        let server = try #require(MailServer(url: server))
        return await TransferLoop(trust: trust).run(
            MailTransfer(server: server, from: "trucban@ninhbinh.example", to: [address], message: Array(message.utf8)))
    }

    @Test func aMessageArrivesByteForByte() async throws {
        try await MailRoom.with { room in
            let outcome = try await send(server: "smtp://127.0.0.1:\(room.port)")
            #expect(outcome.code == 0)
            #expect(outcome.status == 250)
            #expect(outcome.reply == "250 2.0.0 da nhan")
            let received = try await room.next()
            #expect(received.from == "trucban@ninhbinh.example")
            #expect(received.to == ["binh@yenkhanh.example"])
            #expect(Array(received.message) == Array(Self.message.utf8))
        }
    }

    @Test func aLongLetterArrivesWhole() async throws {
        let line = "Đề nghị các cơ quan, đơn vị xác nhận đã nhận thông báo này trước giờ bảo trì.\r\n"
        let letter = "Subject: dai\r\n\r\n" + String(repeating: line + ".\r\n", count: 5000)
        try await MailRoom.with { room in
            let outcome = try await send(letter, server: "smtp://127.0.0.1:\(room.port)")
            #expect(outcome.status == 250)
            let received = try await room.next()
            #expect(received.text == letter)
        }
    }

    @Test func severalLettersGoOverOneConnectionOrMore() async throws {
        try await MailRoom.with { room in
            let loop = TransferLoop()
            let server = try #require(MailServer(url: "smtp://127.0.0.1:\(room.port)"))
            for number in 1...3 {
                let text = "Subject: \(number)\r\n\r\n\(number)\r\n"
                let mail = MailTransfer(server: server, from: "a@b.example", to: ["c@d.example"], message: Array(text.utf8))
                #expect(await loop.run(mail).status == 250)
                let received = try await room.next()
                #expect(received.text == text)
            }
            await loop.stop()
        }
    }

    @Test(arguments: [
        ("khongco@yenkhanh.example", message, 550, "550 5.1.1 khong co hop thu nay"),
        ("ban@yenkhanh.example", message, 451, "451 4.3.2 dang ban"),
        ("binh@yenkhanh.example", "Subject: [thư rác]\r\n\r\n", 554, "554-5.7.1 khong nhan 554 5.7.1 thu rac"),
    ])
    func aRefusalComesWithItsCodeAndWords(
        address: String, message: String, status: Int, reply: String
    ) async throws {
        try await MailRoom.with { room in
            let outcome = try await send(to: address, message, server: "smtp://127.0.0.1:\(room.port)")
            #expect(outcome.code != 0)
            #expect(outcome.status == status)
            #expect(outcome.reply == reply)
        }
    }

    @Test(arguments: [
        "a@b.example>\r\nRCPT TO:<c@d.example", "a b@c.example", "khong phai dia chi", "", "<a@b.example>",
    ])
    func whatIsNoAddressIsNotSaid(address: String) async throws {
        try await MailRoom.with { room in
            let outcome = try await send(to: address, server: "smtp://127.0.0.1:\(room.port)")
            #expect(outcome.code == 43)
            #expect(outcome.status == 0)
        }
    }

    @Test func noServerIsAnErrorWithoutAReply() async throws {
        let port = try ClosedPort()
        let outcome = try await send(server: "smtp://127.0.0.1:\(port.number)")
        #expect(outcome.code == 7)
        #expect(outcome.status == 0)
        #expect(outcome.reply == "")
    }

    @Test(arguments: [MailRoom.Encryption.startTLS, .implicit])
    func encryptedAndSignedIn(encryption: MailRoom.Encryption) async throws {
        try await Certificate.with { certificate in
            let login = (user: "trực ban", password: "mật/khẩu@1")
            try await MailRoom.with(encryption: encryption, certificate: certificate.files, login: login) { room in
                let scheme = encryption == .implicit ? "smtps" : "smtp"
                let user = "tr%E1%BB%B1c%20ban:m%E1%BA%ADt%2Fkh%E1%BA%A9u%401"
                let url = "\(scheme)://\(user)@127.0.0.1:\(room.port)"
                let outcome = try await send(server: url, trust: certificate.certificate)
                #expect(outcome.code == 0, "\(outcome.message)")
                #expect(outcome.secured > .zero)
                let received = try await room.next()
                #expect(received.isSecured)
                #expect(received.user == "trực ban")
            }
        }
    }

    @Test func aPasswordIsNotToldToAStranger() async throws {
        try await Certificate.with { certificate in
            try await MailRoom.with(encryption: .startTLS, certificate: certificate.files, login: ("a", "b")) { room in
                let outcome = try await send(server: "smtp://a:b@127.0.0.1:\(room.port)")
                #expect(outcome.code == 60)
            }
        }
    }

    @Test func aWrongPasswordIsSaidToBeOne() async throws {
        try await Certificate.with { certificate in
            try await MailRoom.with(encryption: .startTLS, certificate: certificate.files, login: ("a", "b")) { room in
                let outcome = try await send(
                    server: "smtp://a:sai@127.0.0.1:\(room.port)", trust: certificate.certificate)
                #expect(outcome.code == 67)
                #expect(outcome.status == 535)
            }
        }
    }

    @Test(arguments: [("smtp://a:b@127.0.0.1", 64), ("smtp://127.0.0.1", 0)])
    func whereNoTLSIsOfferedAPasswordEndsIt(server: String, code: Int32) async throws {
        try await MailRoom.with { room in
            let outcome = try await send(server: "\(server):\(room.port)")
            #expect(outcome.code == code)
        }
    }

    @Test(arguments: [
        ("smtp://thu.example:587", "smtp://thu.example:587", MailServer.Encryption.startTLS),
        ("smtp://thu.example:587?starttls=required", "smtp://thu.example:587", .startTLS),
        ("smtp://thu.example?starttls=optional", "smtp://thu.example", .startTLSIfOffered),
        ("smtp://a:b@thu.example/?starttls=optional", "smtp://thu.example", .startTLSIfOffered),
        ("smtp://localhost:25", "smtp://localhost:25", .startTLSIfOffered),
        ("smtp://127.0.0.1", "smtp://127.0.0.1", .startTLSIfOffered),
        ("smtp://[::1]:25", "smtp://[::1]:25", .startTLSIfOffered),
        ("smtp://a:b@localhost", "smtp://localhost", .startTLS),
        ("smtp://localhost?starttls=required", "smtp://localhost", .startTLS),
        ("SMTPS://thu.example", "smtps://thu.example", .implicit),
    ])
    func urls(text: String, url: String, encryption: MailServer.Encryption) throws {
        let server = try #require(MailServer(url: text))
        #expect(server.url == url)
        #expect(server.encryption == encryption)
    }

    @Test(arguments: [
        "http://thu.example", "smtp://", "thu.example:25", "smtp://thu.example?starttls=no", "smtp://thu.example/x", "",
    ])
    func whatIsNoMailServer(text: String) {
        #expect(MailServer(url: text) == nil)
    }
}
