import Civil
import Database
import Delivery
import Organization
import TestKit
import Testing

@testable import Incidents

/// What people are told in writing: ready texts, whom they reach, and what is refused.
struct MessageTests {
    // MARK: Texts

    private static let link = "https://trucban.example.vn/incidents/SC-2026-0001"

    private static func text(
        _ stage: MessageStage, _ incident: Incident, _ channel: Incidents.Channel = .mail
    ) -> IncidentText {
        IncidentText(stage, channel, of: incident, link: link, at: nine.after(minutes: 40))
    }

    @Test func aFirstNoticeSaysWhatIsKnownAndPromisesTheRest() {
        let incident = Incident.complete(agency: nil) { ($0.resumedAt, $0.state, $0.catchUp) = (nil, .open, "") }
        let text = Self.text(.first, incident)
        #expect(text.subject == "[SC-2026-0001] Thông báo sự cố: Không đăng nhập được")
        #expect(text.body == """
            Sở Khoa học và Công nghệ thông báo sự cố kỹ thuật của Hệ thống quản lý văn bản và điều hành (Điều 20.1 Quy chế ban hành kèm theo Quyết định số 161/2025/QĐ-UBND).

            1. Sự cố: Không đăng nhập được. Trang đăng nhập báo lỗi 502.
            2. Thời gian tạm dừng: từ 09:00 24/11/2026.
            3. Thời gian bắt đầu sử dụng lại: sẽ thông báo sau.
            4. Các biện pháp tạm thời: Gửi văn bản khẩn qua thư điện tử công vụ.
            5. Các biện pháp cập nhật văn bản: sẽ thông báo sau.

            Tình hình đến 09:40 24/11/2026. Mã sự cố: SC-2026-0001. Xem thêm: https://trucban.example.vn/incidents/SC-2026-0001
            """)
    }

    @Test func aTextOfAnAgencyIsTheAgencys() {
        let text = Self.text(.resumption, .complete())
        #expect(text.body.hasPrefix("UBND xã Yên Khánh thông báo việc bắt đầu sử dụng lại"))
        #expect(text.body.contains("3. Thời gian bắt đầu sử dụng lại: 09:30 24/11/2026."))
        #expect(text.body.contains("5. Các biện pháp cập nhật văn bản: Văn thư nhập lại trong ngày."))
        #expect(Self.text(.closing, .complete()).body.contains("Nguyên nhân, biện pháp khắc phục: Hết đĩa; đã mở rộng."))
    }

    @Test func whereNothingWasSuspendedNothingIsPromised() {
        let incident = Incident.complete(kind: .integrity, suspended: false) { $0.temporaryMeasures = "" }
        let body = Self.text(.first, incident).body
        #expect(body.contains("1. Sự cố: ") && !body.contains("Thời gian") && !body.contains("sẽ thông báo sau"))
    }

    @Test func aTextMessageIsOneParagraph() {
        let incident = Incident.complete(agency: nil) { ($0.resumedAt, $0.state, $0.catchUp) = (nil, .open, "") }
        #expect(
            Self.text(.first, incident, .sms).body
                == "Thông báo sự cố SC-2026-0001. Không đăng nhập được. Tạm dừng từ 09:00 24/11/2026. Tạm thời: Gửi văn bản khẩn qua thư điện tử công vụ.")
    }

    @Test func whatIsToldNextFollowsFromWhatWasTold() {
        let open = Incident.complete(agency: nil) { ($0.resumedAt, $0.state) = (nil, .open) }
        let over = Incident.complete(agency: nil)
        let knowing: [Communication] = [.told(.head, [.incident]), .told(.users, [.incident])]
        #expect(open.nextStage([]) == .first && over.nextStage([.told(.head)]) == .first)
        #expect(open.nextStage(knowing) == .update && over.nextStage(knowing) == .resumption)
        #expect(over.nextStage([.told(.head), .told(.users)]) == .closing)
    }

    // MARK: What is refused

    private static let book = AddressBook(
        agencies: [.init(agency: Agency.ID(rawValue: 7), name: "Bình", address: "xa@example.vn")], unreachable: [],
        settings: Settings(values: ["incidents.duty_desk": "so@example.vn"]))

    private static func draft(_ stage: MessageStage = .first, _ change: (inout MessageDraft) -> Void = { _ in }) -> MessageDraft {
        var draft = MessageDraft(
            stage: stage, channel: .mail, audiences: [.head, .users], subject: "Tiêu đề", body: "Nội dung",
            facts: [.incident], toldAt: nine)
        change(&draft)
        return draft
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let draft: MessageDraft
        var incident = Incident.complete { ($0.resumedAt, $0.state, $0.catchUp) = (nil, .open, "") }
        var said: [String] = []
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "thông báo đầu tiên cho Thủ trưởng và người sử dụng", draft: draft()),
        Case(
            name: "nói giờ sử dụng lại khi sự cố chưa ghi", draft: draft { $0.facts = [.incident, .resumption] },
            said: ["facts: Sự cố chưa ghi “Thời gian bắt đầu sử dụng lại”: ghi vào sự cố trước (Sửa sự cố), hoặc bỏ nội dung này."]),
        Case(
            name: "báo sử dụng lại khi chưa sử dụng lại", draft: draft(.resumption),
            said: [
                "facts: “Sử dụng lại” phải có nội dung “Thời gian bắt đầu sử dụng lại”; sự cố chưa ghi nội dung này.",
                "facts: “Sử dụng lại” phải có nội dung “Các biện pháp cập nhật văn bản”; sự cố chưa ghi nội dung này.",
            ]),
        Case(
            name: "báo sử dụng lại đủ nội dung", draft: draft(.resumption) { $0.facts = [.resumption, .catchUp] },
            incident: .complete()),
        Case(
            name: "không tạm dừng thì báo kết thúc chỉ cần sự cố", draft: draft(.closing),
            incident: .complete(kind: .integrity, suspended: false)),
        Case(
            name: "không chọn ai", draft: draft { $0.audiences = [] }, said: ["audiences: Báo cho ai: cần chọn ít nhất một nơi nhận."]),
        Case(name: "gửi Sở theo địa chỉ trong cài đặt", draft: draft { $0.audiences = [.department] }),
        Case(
            name: "Văn phòng chưa có địa chỉ", draft: draft { $0.audiences = [.provinceOffice] },
            said: ["audiences: Chưa có địa chỉ thư của Văn phòng UBND tỉnh: ghi ở trang Cài đặt, hoặc báo bằng cách khác."]),
        Case(
            name: "Văn phòng theo địa chỉ nhập tay",
            draft: draft { ($0.audiences, $0.others, $0.othersAudience) = ([], "vp@example.vn", .provinceOffice) }),
        Case(
            name: "địa chỉ khác viết sai, chưa nói của ai", draft: draft { $0.others = "vp@example.vn\nkhông phải địa chỉ" },
            said: [
                "others: Địa chỉ khác “không phải địa chỉ”: cần dạng Họ tên <ten@coquan.gov.vn>.",
                "others_audience: Địa chỉ khác là của ai: cần chọn một mục trong danh sách.",
            ]),
        Case(
            name: "địa chỉ có xuống dòng không thành đầu thư khác",
            draft: draft { ($0.others, $0.othersAudience) = ("a@example.vn, b@example.vn", .users) },
            said: ["others: Địa chỉ khác “a@example.vn, b@example.vn”: cần dạng Họ tên <ten@coquan.gov.vn>."]),
        Case(
            name: "gọi điện ở tương lai", draft: draft { ($0.channel, $0.toldAt) = (.phone, nine.after(minutes: 61)) },
            said: ["told_at: Lúc báo không được ở tương lai."]),
        Case(
            name: "gọi điện trước khi có sự cố", draft: draft { ($0.channel, $0.toldAt) = (.phone, nine - .seconds(60)) },
            said: ["told_at: Lúc báo không thể sớm hơn lúc sự cố bắt đầu."]),
        Case(
            name: "gọi điện cho Văn phòng không cần địa chỉ thư",
            draft: draft { ($0.channel, $0.audiences, $0.toldAt) = (.phone, [.provinceOffice], nine) }),
        Case(
            name: "trống", draft: draft { ($0.subject, $0.body, $0.facts) = ("", "", []) },
            said: [
                "subject: Tiêu đề: cần nhập.", "body: Nội dung: cần nhập.",
                "facts: “Thông báo đầu tiên” phải có nội dung “Sự cố”.",
            ]),
    ]

    @Test(arguments: cases)
    func whatMayBeSent(_ example: Case) async {
        let now = nine.after(minutes: 60)
        if example.said.isEmpty {
            #expect(throws: Never.self) { try example.draft.check(example.incident, Self.book, at: now) }
        } else {
            #expect(await refusal { try example.draft.check(example.incident, Self.book, at: now) } == example.said)
        }
    }

    @Test func aSubjectIsOneLine() {
        let draft = MessageDraft(
            stage: .first, channel: .mail, audiences: [], subject: "Sự cố\r\nBcc: ke-xau@example.vn\n\nX", body: "", facts: [],
            toldAt: nine)
        #expect(draft.subject == "Sự cố Bcc: ke-xau@example.vn X")
    }

    // MARK: The database

    @Test func aLetterIsSentAndWrittenDownInOneStep() async throws {
        try await Town.with { town in
            let store = IncidentStore(database: town.database)
            try await SettingStore(database: town.database).change(
                ["incidents.duty_desk": "so@example.vn"], by: town.person(.an), address: "", at: town.now)
            let code = try await store.open(.full(), by: town.person(.linh), address: "", at: town.now)
            let now = town.now.after(minutes: 10)
            let draft = Self.draft {
                $0.audiences = [.head, .users, .department]
                ($0.others, $0.othersAudience) = ("Phòng CĐS <cds@example.vn>\nXAYENKHANH@example.vn", .department)
            }
            let letters = try await store.tell(draft, of: code, by: town.person(.linh), address: "", at: now)
            // Both communes, the Department, and one other; the second other is a commune's own address.
            #expect(letters == 4)
            let incident = try #require(try await store.find(code, for: town.person(.linh)))
            let written = try await store.messageLetters(of: incident, for: town.person(.linh))
            #expect(Set(written.map(\.address)) == ["xayenkhanh@example.vn", "xagiavien@example.vn", "so@example.vn", "cds@example.vn"])
            #expect(written.allSatisfy { $0.state == .ready })
            let told = try await store.communications(of: incident.id)
            #expect(told.map(\.audience) == [.head, .users, .department] && told.allSatisfy { $0.facts == [.incident] && $0.toldAt == now })
            let messages = try await store.messages(of: incident.id)
            #expect(messages.map(\.subject) == ["Tiêu đề"] && messages.map(\.sentBy) == ["Phạm Thùy Linh"])
            let story = try await store.entries(of: incident.id).map(\.text)
            #expect(story.last == "Gửi “Thông báo đầu tiên” tới 4 địa chỉ thư (Thủ trưởng cơ quan, đơn vị, người sử dụng, Sở Khoa học và Công nghệ): sự cố.")
            #expect(try await town.audit("incident.message_sent", of: code).count == 1)

            // Of the whole system's incident an agency sees the letters to itself.
            #expect(try await store.messageLetters(of: incident, for: town.person(.binh)).map(\.address) == ["xayenkhanh@example.vn"])

            // Taking the incident up withdraws alarms, and not what people are told.
            try await store.acknowledge(code, note: "", by: town.person(.linh), address: "", at: now)
            #expect(try await store.messageLetters(of: incident, for: town.person(.linh)).allSatisfy { $0.state == .ready })
        }
    }

    @Test func anAgencysLettersGoToTheAgencyAlone() async throws {
        try await Town.with { town in
            let store = IncidentStore(database: town.database)
            let code = try await store.open(.full(), by: town.person(.binh), address: "", at: town.now)
            let draft = Self.draft { ($0.others, $0.othersAudience) = ("tatca@yenkhanh.example", .users) }
            #expect(try await store.tell(draft, of: code, by: town.person(.binh), address: "", at: town.now) == 2)
            let incident = try #require(try await store.find(code, for: town.person(.binh)))
            let seen = try await store.messageLetters(of: incident, for: town.person(.binh))
            #expect(Set(seen.map(\.address)) == ["xayenkhanh@example.vn", "tatca@yenkhanh.example"])
            await #expect(throws: Refusal.self) {
                try await store.tell(draft, of: code, by: town.person(.chi), address: "", at: town.now)
            }
            try await town.database.run("UPDATE agencies SET contact_email = ''")
            let said = await refusal {
                try await store.tell(Self.draft(), of: code, by: town.person(.binh), address: "", at: town.now)
            }
            #expect(said == [
                "audiences: Chưa có địa chỉ thư của Thủ trưởng cơ quan, đơn vị: ghi ở trang Cơ quan, hoặc báo bằng cách khác.",
                "audiences: Chưa có địa chỉ thư của người sử dụng: ghi ở trang Cơ quan, hoặc báo bằng cách khác.",
            ])
            // What was refused has left nothing.
            #expect(try await town.database.value("SELECT count(*) FROM incident_messages", as: Int.self) == 1)
            #expect(try await store.communications(of: incident.id).count == 2)
        }
    }

    @Test func aLetterThatFailedIsSentAgainToTheAddressOfNow() async throws {
        try await Town.with { town in
            let store = IncidentStore(database: town.database)
            let code = try await store.open(.full(), by: town.person(.binh), address: "", at: town.now)
            try await store.tell(Self.draft(), of: code, by: town.person(.binh), address: "", at: town.now)
            let letter = try await town.database.value("SELECT id FROM deliveries", as: Int64.self)
            await #expect(throws: Refusal.self) {
                try await store.sendAgain(letter, of: code, by: town.person(.binh), address: "", at: town.now)
            }
            try await town.database.run("UPDATE deliveries SET state = 'failed', finished_at = created_at, answer = '550'")
            try await town.database.run("UPDATE agencies SET contact_email = 'moi@yenkhanh.example' WHERE id = \(town.yenKhanh)")
            try await store.sendAgain(letter, of: code, by: town.person(.binh), address: "", at: town.now)
            let incident = try #require(try await store.find(code, for: town.person(.binh)))
            let letters = try await store.messageLetters(of: incident, for: town.person(.binh))
            #expect(letters.map(\.address) == ["moi@yenkhanh.example"] && letters.map(\.state) == [.ready])
            #expect(try await town.audit("incident.message_sent_again", of: code).count == 1)
        }
    }

    @Test func whatWasSaidIsNeverChanged() async throws {
        try await Town.with { town in
            let store = IncidentStore(database: town.database)
            let code = try await store.open(.full(), by: town.person(.linh), address: "", at: town.now)
            try await store.tell(Self.draft(), of: code, by: town.person(.linh), address: "", at: town.now)
            await #expect(throws: DatabaseError.self) { try await town.database.run("UPDATE incident_messages SET body = 'b'") }
            await #expect(throws: DatabaseError.self) { try await town.database.run("DELETE FROM incident_messages") }
        }
    }
}
