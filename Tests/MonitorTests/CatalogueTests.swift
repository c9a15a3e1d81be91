import Civil
import Database
import Organization
import TestKit
import Testing

@testable import Monitor

/// The catalogue as a file: what is written is read back as it was, what cannot be read is refused with its line, and
/// what would change is said before it does.
@Suite struct CatalogueTests {
    private static let head = "version: 1\nmonitors:\n"

    /// What a file says that holds one monitor with this in its component.
    private static func read(component written: String) throws -> String? {
        let text = head + "  - name: A\n    component: \(written)\n    url: https://a.example.vn/\n"
        let value = try #require(try CatalogueText.read(text).monitors.first?.fields["component"])
        return SheetField.named("component").text(of: value, otherwise: "(chuẩn)")
    }

    // MARK: Reading

    @Test(arguments: [
        ("Cổng dịch vụ", "Cổng dịch vụ"), ("Cổng # ghi chú", "Cổng"), ("Cổng#1", "Cổng#1"), ("''", ""),
        ("", "(chuẩn)"), ("~", "(chuẩn)"), ("# trống", "(chuẩn)"), ("'~'", "~"),
        (#""có: dấu \"ngoặc\" và \\""#, #"có: dấu "ngoặc" và \"#), (#""hai\ndòng" # ghi chú"#, "hai\ndòng"),
        (#""\u1ea1""#, "ạ"), ("'it''s # here'", "it's # here"), ("yes", "yes"), ("0123", "0123"), ("2026-11-25", "2026-11-25"),
        ("|-\n      một\n\n        thụt\n      ba", "một\n\n  thụt\nba"), (">-\n      một\n      dòng", "một dòng"),
        ("http://a/b:c", "http://a/b:c"),
    ])
    func aValueMeans(written: String, meaning: String) throws {
        #expect(try Self.read(component: written) == meaning)
    }

    @Test(arguments: [
        ("", "Tệp trống hoặc thiếu: cần “version: 1” và “monitors:”."),
        ("version: 1\n", "Tệp trống hoặc thiếu: cần “version: 1” và “monitors:”."),
        ("# chỉ có một dòng chú thích\n", "Tệp trống hoặc thiếu: cần “version: 1” và “monitors:”."),
        ("- name: A\n  kind: http\n", "Dòng 1: cần bắt đầu bằng “version: 1”."),
        ("# Danh mục\nversion: 1\nmonitors:\n", "Dòng 3: cần “monitors:” và một dãy điểm giám sát, hoặc “monitors: []”."),
        ("version: 2\nmonitors: []\n", "Dòng 1: cần “version: 1”."),
        ("# chú thích\nversion: 1\nnhóm: []\nmonitors: []\n", "Dòng 3: không có mục “nhóm”; chỉ có version, monitors và heartbeats."),
        (head + "  - name: A\nheartbeats: có\n", "Dòng 4: heartbeats: cần một dãy tín hiệu, hoặc “heartbeats: []” khi không có tín hiệu nào."),
        (head + "  - name: A\nheartbeats:\n  - B\n", "Dòng 5: mỗi điểm giám sát, mỗi tín hiệu là các trường dạng “tên: giá trị”."),
        (head + "  - A\n", "Dòng 3: mỗi điểm giám sát, mỗi tín hiệu là các trường dạng “tên: giá trị”."),
        (head + "  - name: A\n    name: B\n", "Dòng 3: trường “name” được ghi hai lần."),
        (head + "  - name: A\n    [x]: B\n", "Dòng 4: tên trường cần là một từ."),
        (head + "  - name: A\n    tags: [[a]]\n", "Dòng 4: tags: cần một giá trị hoặc một dãy giá trị."),
        (head + "  - name: A\n    tags: {a: b}\n", "Dòng 4: tags: cần một giá trị hoặc một dãy giá trị."),
        (head + "  - name: A: B\n", "Dòng 3, cột 12: không đúng cú pháp YAML (mapping values are not allowed in this context)."),
        (head + "  - name: A\n\turl: b\n", "Dòng 4, cột 1: không đúng cú pháp YAML (found a tab character that violates indentation)."),
        (head + "  - name: \"A\n", "Dòng 4, cột 1: không đúng cú pháp YAML (found unexpected end of stream)."),
        (head + "  - name: *a\n", "Dòng 3, cột 11: không đúng cú pháp YAML (found undefined alias)."),
        (head + "  - name: A\u{0}\n", "Dòng 3: có ký tự không được dùng trong YAML."),
        (head + "  - name: A\n---\nb: c\n", "Dòng 4, cột 1: không đúng cú pháp YAML (but found another document)."),
    ])
    func aFileThatIsNoCatalogueIsRefusedWithItsLine(text: String, sentence: String) {
        #expect { try CatalogueText.read(text) } throws: { error in
            let said = (error as? Refusal)?.problems.map(\.text)
            #expect(said == [sentence])
            return said != nil
        }
    }

    // MARK: The database

    /// Everything that a form can say, in words that a careless writer would spoil.
    private static func drafts(_ town: Town) -> [MonitorDraft] {
        var target = HTTPTarget(url: "https://qlvb.example.vn/tìm?q=a#c")
        (target.method, target.followsRedirects, target.verifiesTLS) = (.post, false, false)
        target.headers = [.init(name: "Authorization", value: "Bearer \"x\": # y"), .init(name: "X-Nguon", value: "Trực Ban")]
        target.keyword = .init(text: "'Bảo trì': \\ # \"\n- [x]", isExpected: false)
        var http = MonitorDraft(name: "yes", target: .http(target))
        (http.family, http.timeout, http.interval, http.retryInterval) = (.v6, .seconds(7), .seconds(45), .seconds(9))
        (http.confirmAfter, http.recoverAfter, http.component) = (4, 5, "Cổng: \"Một cửa\" <script>")
        http.agency = town.yenKhanh
        http.place = MonitorPlace(group: "Lõi, cổng", tags: ["lgsp", "qlvb"], parent: "Máy chủ 1")
        http.slowness = Slowness(threshold: .milliseconds(1500), after: 6)
        let tcp = MonitorDraft(name: "Máy chủ 1", target: .tcp(TCPTarget(host: "2001:db8::1", port: 443)))
        let plain = MonitorDraft(name: "- 'đường truyền'", target: .http(HTTPTarget(url: "http://a.example.vn/")))
        return [tcp, http, plain, plain] + otherKinds
    }

    private static var otherKinds: [MonitorDraft] {
        var talk = TCPTarget(host: "a.example.vn", port: 25)
        (talk.send, talk.expect) = ("EHLO # a\\r\\n", "250")
        let dns = DNSTarget(name: "example.vn", record: .mx, server: "10.0.0.2:5353", expected: ["10 mail.vn", "20 x: \"y\""])
        let tls = TLSTarget(host: "a.example.vn", port: 8443, minimumDays: 14)
        let smtp = SMTPTarget(host: "mail.example.vn", port: 465, encryption: .implicit, verifiesTLS: false)
        let postgres = PostgresTarget(
            host: "db.example.vn", port: 5433, database: "qlvb", user: "giamsat", password: "- 'mật khẩu': #1",
            statement: "SELECT count(*)\nFROM   pg_stat_activity -- 'a: b'", expected: "0123", verifiesTLS: true)
        var first = JourneyTarget.Step(name: "Đăng nhập", url: "https://a.example.vn/login")
        (first.method, first.body) = (.post, "user=a&password={x}")
        first.extractions = [JourneyTarget.Extraction(#"token = /name="csrf" value="([^"]+)"/"#)].compactMap(\.self)
        var second = JourneyTarget.Step(name: "Tải", url: "https://a.example.vn/tep?t={{token}}")
        second.headers = [.init(name: "X-Token", value: "{{token}}")]
        return [
            .tcp(talk), .dns(dns), .tls(tls), .smtp(smtp), .postgres(postgres), .icmp(ICMPTarget(host: "10.0.0.1")),
            .journey(JourneyTarget(steps: [first, second])),
        ].map { MonitorDraft(name: $0.kind.rawValue, target: $0) }
    }

    @Test func everyKindIsInTheCatalogueOfTheTest() async throws {
        try await Town.with { town in
            #expect(Set(Self.drafts(town).map(\.target.kind)) == Set(Target.Kind.allCases))
        }
    }

    @Test func aCatalogueComesBackAsItWas() async throws {
        try await CatalogueRoom.with { room in
            for draft in Self.drafts(room.town) {
                _ = try await room.monitors.add(draft, by: room.town.actor(.linh), at: room.town.now)
            }
            try await room.monitors.pause(try await room.monitor("yes"), by: room.town.actor(.linh), at: room.town.now)
            let text = try await room.store.export()
            let again = try await room.apply(text, deletesMissing: true)
            #expect(again.changesNothing && again.text == "Thêm 0, sửa 0, xóa 0, giữ ngoài tệp 0, không đổi 11.")

            // Into an empty house, whose agencies have the same codes.
            try await CatalogueRoom.with { other in
                let plan = try await other.apply(text)
                #expect(plan.text.hasSuffix("Thêm 11, sửa 0, xóa 0, giữ ngoài tệp 0, không đổi 0."))
                #expect(!plan.text.contains("Bearer") && !plan.text.contains("mật khẩu"), "a plan shows no secrets")
                #expect(try await other.store.export() == text)
            }
        }
    }

    @Test func thePlanSaysFieldByFieldWhatBecomesOfWhat() async throws {
        try await CatalogueRoom.with { room in
            let before = Self.head + """
                  - name: Cổng
                    kind: http
                    url: https://a.example.vn/
                  - name: Máy chủ
                    kind: tcp
                    host: b.example.vn
                    port: 22
                """
            let first = try await room.apply(before)
            #expect(first.text.contains("+ thêm “Máy chủ”\n    kind: tcp\n    host: b.example.vn\n    port: 22\n"))
            let after = Self.head + """
                  - name: Mới
                    kind: tcp
                    host: c.example.vn
                    port: 25
                    parent: Cổng
                  - name: Cổng
                    kind: http
                    url: https://a.example.vn/
                    interval: 30
                    follow_redirects: no
                    paused: yes
                """
            let expected = """
                + thêm “Mới”
                    kind: tcp
                    host: c.example.vn
                    port: 25
                    parent: Cổng
                ~ sửa “Cổng”
                    follow_redirects: true → false
                    interval: 60 → 30
                    paused: false → true
                """
            let rehearsed = try await room.apply(after, deletesMissing: true, isRehearsal: true)
            #expect(rehearsed.text == expected + "\n- xóa “Máy chủ”\nThêm 1, sửa 1, xóa 1, giữ ngoài tệp 0, không đổi 0.")
            #expect(try await room.names() == ["Cổng", "Máy chủ"], "a rehearsal keeps nothing")
            let kept = try await room.apply(after)
            #expect(kept.text == expected + "\n= giữ “Máy chủ” (không có trong tệp)\nThêm 1, sửa 1, xóa 0, giữ ngoài tệp 1, không đổi 0.")
            #expect(try await room.names() == ["Cổng", "Máy chủ", "Mới"])
            _ = try await room.apply(after.replacing("paused: yes", with: "paused: no"), deletesMissing: true)
            #expect(try await room.names() == ["Cổng", "Mới"])
            #expect(try await room.trail() == [
                "monitor.added Cổng", "monitor.added Máy chủ", "monitor.added Mới", "monitor.changed Cổng",
                "monitor.paused Cổng", "monitor.resumed Cổng", "monitor.deleted Máy chủ",
            ])
        }
    }

    @Test func whatOneLineForbidsNothingOfTheFileDoes() async throws {
        try await CatalogueRoom.with { room in
            let bad = Self.head + """
                  - name: Tốt
                    kind: tcp
                    host: a.example.vn
                    port: 22
                  - name: Xấu
                    kind: tcp
                    host: b.example.vn
                    port: 0
                    agency: khongco
                    paused: có
                    mau: đỏ
                  - kind: http
                    url: ftp://a
                    port: 1
                """
            let said = try await room.refused(bad)
            #expect(said == [
                "Dòng 10: Cổng: cần một số nguyên từ 1 đến 65535.",
                "Dòng 11: agency: không có cơ quan nào mang mã “khongco”.",
                "Dòng 12: paused: cần ghi true hoặc false.",
                "Dòng 14: Tên: cần nhập.",
            ])
            let strange = try await room.refused(Self.head + "  - name: A\n    kind: http\n    url: http://a/\n    mau: đỏ\n    port: 1\n")
            #expect(strange == ["Dòng 6: mau: loại http không có trường này.", "Dòng 7: port: loại http không có trường này."])
            let other = try await room.refused(Self.head + "  - name: A\n    kind: tcp\n    host: a\n    port: 1\n    url: http://a/\n")
            #expect(other == ["Dòng 7: url: loại tcp không có trường này."])
            // What only the database can refuse has its line too, and takes the whole file with it.
            let circle = try await room.refused(Self.head + """
                  - name: A
                    kind: http
                    url: http://a/
                    parent: B
                  - name: B
                    kind: http
                    url: http://b/
                    parent: A
                """)
            #expect(circle == ["Dòng 10: Phụ thuộc: “A” đang phụ thuộc vào chính điểm giám sát này."])
            #expect(try await room.names() == [])
            #expect(try await room.trail() == [])
        }
    }

    /// A plan holds only for the catalogue that it was made from.
    @Test func whatSomebodyChangesUnderACatalogueIsNotWrittenOver() async throws {
        try await CatalogueRoom.with { room in
            let text = Self.head + "  - name: Cổng\n    kind: tcp\n    host: a.example.vn\n    port: 22\n"
            _ = try await room.apply(text)
            let late = try await room.town.database.transaction { tx in
                try await tx.run("UPDATE monitors SET port = 25")
                let late = Task { try await room.apply(text.replacing("22", with: "80")) }
                try await room.somebodyWaits()
                return late
            }
            let outcome = await late.result
            let refusal = #expect(throws: Refusal.self) { try outcome.get() }
            #expect(refusal?.problems.map(\.text) == ["Danh mục vừa được người khác sửa; chưa đổi gì, hãy chạy lại."])
            #expect(try await room.store.export().contains("port: 25"))
        }
    }

    @Test func whatHungOnADeletedMonitorIsWrittenWithoutIt() async throws {
        try await CatalogueRoom.with { room in
            let parent = "  - name: Đường truyền\n    kind: tcp\n    host: a.example.vn\n    port: 22\n"
            let child = "  - name: Cổng\n    kind: http\n    url: http://b.example.vn/\n"
            _ = try await room.apply(Self.head + parent + child + "    parent: Đường truyền\n")
            let plan = try await room.apply(Self.head + child, deletesMissing: true)
            #expect(plan.text.contains("    parent: Đường truyền → (trống)\n- xóa “Đường truyền”"))
            _ = try await room.apply(Self.head + parent + child + "    parent: Đường truyền\n")
            try await room.monitors.delete(try await room.monitor("Đường truyền"), by: room.town.actor(.linh), at: room.town.now)
            let text = try await room.store.export()
            #expect(!text.contains("parent"))
            #expect(try await room.apply(text).text == "Thêm 0, sửa 0, xóa 0, giữ ngoài tệp 0, không đổi 1.")
        }
    }

    @Test func aPasswordThatAFileDoesNotSayStays() async throws {
        try await CatalogueRoom.with { room in
            let text = Self.head + "  - name: CSDL\n    kind: postgres\n    host: a.example.vn\n    database: qlvb\n    user: giamsat\n"
            _ = try await room.apply(text + "    password: bí mật\n")
            #expect(try await room.apply(text).changesNothing)
            let moved = try await room.apply(text.replacing("a.example", with: "b.example"))
            #expect(moved.text.hasPrefix("~ sửa “CSDL”\n    host: a.example.vn → b.example.vn\n    password: \(redacted) → (trống)\n"))
            #expect(try await !room.store.export().contains("bí mật"))
        }
    }
}
