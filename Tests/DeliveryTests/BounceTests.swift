import Civil
import Database
import Foundation
import Organization
import TestKit
import Testing

@testable import Delivery

/// Letters that come back, as real mail servers write it.
struct BounceTests {
    /// A report as Postfix writes it.
    static func report(
        to address: String = "trucban@ninhbinh.example", action: String = "failed", status: String = "5.1.1",
        recipient: String = "xayenkhanh@example.vn", messageID: String = "<x@y.example>", returned: String = "message/rfc822",
        submitted: String = "auto-replied"
    ) -> String {
        """
        Return-Path: <>
        Date: Tue, 24 Nov 2026 09:05:00 +0700 (+07)
        From: MAILER-DAEMON@thu.example (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: \(address)
        Auto-Submitted: \(submitted)
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        \tboundary="4F9D195C33.1795485900/thu.example"
        Message-Id: <20261124020500.AAAA@thu.example>

        This is a MIME-encapsulated message.

        --4F9D195C33.1795485900/thu.example
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        I'm sorry to have to inform you that your message could not be delivered.

        --4F9D195C33.1795485900/thu.example
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; thu.example
        Arrival-Date: Tue, 24 Nov 2026 09:00:00 +0700 (+07)

        Final-Recipient: rfc822; \(recipient)
        Original-Recipient: rfc822;\(recipient)
        Action: \(action)
        Status: \(status)
        Remote-MTA: dns; mx.example
        Diagnostic-Code: smtp; 550 5.1.1 <\(recipient)>: Recipient address
            rejected: User unknown

        --4F9D195C33.1795485900/thu.example
        Content-Description: Undelivered Message
        Content-Type: \(returned)

        From: trucban@ninhbinh.example
        Message-ID: \(messageID)
        Subject: [TB-2026-0001]

        body
        --4F9D195C33.1795485900/thu.example--

        """
    }

    // MARK: Reading

    @Test func aReportSaysWhoWhatAndWhy() throws {
        let digest = String(repeating: "ab", count: 16)
        for ending in ["\n", "\r\n"] {
            let text = Self.report(messageID: "<\(digest)@ninhbinh.example>").replacing("\n", with: ending)
            let report = try #require(BounceReport(Array(text.utf8)))
            #expect(report.action == .failed && report.digest == digest)
            #expect(report.recipients == ["xayenkhanh@example.vn", "xayenkhanh@example.vn"])
            #expect(report.diagnostic == "5.1.1 550 5.1.1 <xayenkhanh@example.vn>: Recipient address rejected: User unknown")
            #expect(report.addressees == ["trucban@ninhbinh.example"])
        }
    }

    @Test(arguments: ["text/rfc822-headers", "message/global", "message/rfc822"])
    func theLetterMayComeBackWholeOrNot(type: String) throws {
        let text = Self.report(messageID: "<\(String(repeating: "ab", count: 16))@a.example>", returned: type)
        let report = try #require(BounceReport(Array(text.utf8)))
        #expect((report.digest != nil) == type.contains("rfc822"))
    }

    @Test func theBodyAloneIsReadByItsType() throws {
        let text = Self.report()
        let body = try #require(text.range(of: "\n\n")).upperBound
        let type = "multipart/report; report-type=delivery-status; boundary=\"4F9D195C33.1795485900/thu.example\""
        let report = try #require(BounceReport(Array(text[body...].utf8), type: type))
        #expect(report.action == .failed && report.addressees.isEmpty)
    }

    @Test(arguments: ["base64", "quoted-printable"])
    func whatIsEncodedIsDecoded(encoding: String) throws {
        let status = "Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.0.0\n"
        let encoded = encoding == "base64" ? Data(status.utf8).base64EncodedString() : status.replacing("Action", with: "Act=\nio=6E")
        let text = """
            Content-Type: multipart/report; boundary=x

            --x
            Content-Type: text/plain

            --x
            Content-Type: message/delivery-status
            Content-Transfer-Encoding: \(encoding)

            \(encoded)
            --x--
            """
        #expect(try #require(BounceReport(Array(text.utf8))).recipients == ["a@b.example"])
    }

    private static let outOfOffice = """
        From: binh@example.vn
        To: bounce+1.0123456789abcdef@tra-lai.example
        Subject: Vắng mặt
        Auto-Submitted: auto-replied
        Precedence: bulk

        Tôi đi vắng. Action: failed
        """
    /// A receipt is a report too, of another kind (RFC 8098).
    private static let receipt = report().replacing("report-type=delivery-status", with: "report-type=disposition-notification")
        .replacing("message/delivery-status", with: "message/disposition-notification")

    /// Whoever and whatever answers by itself: nothing is done.
    @Test(arguments: [
        outOfOffice, receipt, report(action: "delivered", status: "2.0.0"), report(action: "relayed", status: "2.0.0"),
        report(action: "expanded", status: "2.0.0"), "", "\n\n", "Content-Type: multipart/report\n\n--\n", String(repeating: "--x\n", count: 5000),
        report().replacing("Content-Type: multipart/report", with: "Content-Type: multipart/mixed"),
        "Content-Type: multipart/report; boundary=x\n\n" + String(repeating: "--x\nContent-Type: multipart/report; boundary=x\n\n", count: 2000),
    ])
    func whatIsNoReportIsNone(text: String) {
        #expect(BounceReport(Array(text.utf8)) == nil)
    }

    // MARK: Believing

    private func delivered(_ database: Database, _ letter: Letter = .example()) async throws -> Delivery {
        try await database.enqueue([letter])
        let store = DeliveryStore(database: database)
        let claimed = try #require(try await store.claim(1, at: now).first)
        try await store.finish(claimed, .delivered("250 OK"), at: now)
        return try #require(try await database.letters().last)
    }

    private static let addresses = BounceAddress(secret: "bí mật của phép thử")

    private func take(_ text: String, _ database: Database) async throws -> BounceStore.Result {
        let report = try #require(BounceReport(Array(text.utf8)))
        return try await BounceStore(database: database, addresses: Self.addresses)
            .take(report, by: .system("tests"), at: now + .seconds(300)).result
    }

    @Test func theAddressSaysWhichLetterCameBack() async throws {
        try await withDatabase { database in
            let letter = try await delivered(database)
            let address = Self.addresses.address(of: letter, at: "tra-lai.example")
            #expect(address.wholeMatch(of: /bounce\+\d+\.[0-9a-f]{16}@tra-lai\.example/) != nil)
            // Forwarded to somebody else, who is not there: it is the same letter.
            #expect(try await take(Self.report(to: "<\(address.uppercased())>", recipient: "khac@example.vn"), database) == .failed)
            let failed = try #require(try await database.letters().first)
            #expect(failed.state == .failed && failed.finishedAt == now + .seconds(300))
            #expect(failed.answer?.hasPrefix("Bị trả lại: 5.1.1 550 5.1.1 <khac@example.vn>") == true)
            #expect(try await take(Self.report(to: address), database) == .failed, "said twice")
            let trail = try await database.values("SELECT action FROM audit_entries WHERE action LIKE 'delivery.%'", as: String.self)
            #expect(trail == ["delivery.bounced"])
            // Sent once more to a new address: what comes back late from the old one says nothing of that.
            let again = try await database.transaction { try await $0.sendAgain(letter.id, about: letter.about, at: now) }
            try await database.run("UPDATE deliveries SET recipient_address = 'moi@example.vn', state = 'delivered', finished_at = created_at")
            #expect(again.id == letter.id)
            #expect(try await take(Self.report(to: address), database) == .unknown)
        }
    }

    @Test(arguments: [
        ("bounce+%d.0000000000000000@a.example", "xayenkhanh@example.vn"), ("bounce+999999.%@a.example", "xayenkhanh@example.vn"),
        ("trucban@a.example", "nguoikhac@example.vn"),
    ])
    func whoProvesNothingIsNotBelieved(address: String, recipient: String) async throws {
        try await withDatabase { database in
            let letter = try await delivered(database)
            let signature = Self.addresses.address(of: letter, at: "x").split { ".@".contains($0) }[1]
            let to = address.replacing("%d", with: "\(letter.id.rawValue)").replacing("%", with: signature)
            let digest = Mail.digest(of: letter.key, date: letter.createdAt)
            #expect(try await take(
                Self.report(to: to, recipient: recipient, messageID: "<\(digest)@ninhbinh.gov.vn>"), database) == .unknown)
            #expect(try await database.letters().map(\.state) == [.delivered])
        }
    }

    /// Without an address of its own the returned Message-ID says which letter it was.
    @Test func theMessageIDSaysWhichLetterCameBack() async throws {
        try await withDatabase { database in
            let letter = try await delivered(database)
            let mail = Mail(
                from: "trucban@ninhbinh.gov.vn", toName: "", toAddress: "", subject: "", body: "", key: letter.key,
                date: letter.createdAt)
            #expect(try await take(Self.report(recipient: "XaYenKhanh@example.vn", messageID: mail.messageID), database) == .failed)
            #expect(try await database.letters().map(\.state) == [.failed])
        }
    }

    @Test func aDelayIsNotedAndIsNoFailure() async throws {
        try await withDatabase { database in
            let letter = try await delivered(database)
            let address = Self.addresses.address(of: letter, at: "a.example")
            #expect(try await take(Self.report(to: address, action: "delayed", status: "4.4.1"), database) == .delayed)
            let noted = try #require(try await database.letters().first)
            #expect(noted.state == .delivered && noted.answer?.hasPrefix("Đang bị chậm: 4.4.1") == true)
            #expect(try await take(Self.report(to: address, status: "4.4.7"), database) == .failed, "its server has given up")
        }
    }

    @Test func whatHasNotArrivedCannotComeBack() async throws {
        try await withDatabase { database in
            try await database.enqueue([.example()])
            let letter = try #require(try await database.letters().first)
            #expect(try await take(Self.report(to: Self.addresses.address(of: letter, at: "a.example")), database) == .unknown)
            #expect(try await database.letters().map(\.state) == [.ready])
        }
    }

    /// Old letters are known by the same digest that the migration computes in SQL.
    @Test func theDatabaseComputesTheSameDigest() async throws {
        try await withDatabase { database in
            let moment = now + .microseconds(123_457)
            try await database.enqueue([.example()], at: moment)
            let (stored, computed) = (
                try await database.value("SELECT digest FROM deliveries", as: String.self),
                try await database.value(
                    """
                    SELECT encode(substring(sha256(convert_to(key || ' ' || (extract(epoch FROM created_at) * 1000000)::bigint, 'UTF8'))
                                            FROM 1 FOR 16), 'hex') FROM deliveries
                    """, as: String.self)
            )
            #expect(stored == computed && stored == Mail.digest(of: Letter.example().key, date: moment))
        }
    }
}
