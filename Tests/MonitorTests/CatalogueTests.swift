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
        return try CatalogueText.read(text).first?.fields["component"]
    }

    // MARK: Reading

    @Test(arguments: [
        ("Cổng dịch vụ", "Cổng dịch vụ"), ("Cổng # ghi chú", "Cổng"), ("Cổng#1", "Cổng#1"), ("", ""), ("# trống", ""),
        (#""có: dấu \"ngoặc\" và \\""#, #"có: dấu "ngoặc" và \"#), (#""hai\ndòng" # ghi chú"#, "hai\ndòng"),
        (#""\u1ea1""#, "ạ"), ("'it''s # here'", "it's # here"), ("yes", "yes"), ("0123", "0123"),
        ("|-\n      một\n\n        thụt\n      ba", "một\n\n  thụt\nba"), ("http://a/b:c", "http://a/b:c"),
    ])
    func aValueMeans(written: String, meaning: String) throws {
        #expect(try Self.read(component: written) == meaning)
    }

    @Test(arguments: [
        ("", "Dòng 1: tệp hết mà chưa có “version: 1”."),
        ("version: 2\n", "Dòng 1: cần “version: 1”, đang là “version: 2”."),
        ("# chú thích\nversion: 1\nnhóm:\n", "Dòng 3: cần “monitors:”, đang là “nhóm:”."),
        ("version: 1\nmonitors: []\n  - name: A\n", "Dòng 3: sau “monitors: []” không được còn gì."),
        (head + "  name: A\n", "Dòng 3: mỗi điểm giám sát bắt đầu bằng “- ”, ví dụ “  - name: …”."),
        (head + "  - name: A\n   url: b\n", "Dòng 4: thụt lề sai: cần 4 dấu cách như trường ở trên."),
        (head + "  - name: A\n\turl: b\n", "Dòng 4: thụt lề sai: cần 4 dấu cách như trường ở trên."),
        (head + "  - name: A\n    url\n", "Dòng 4: cần một trường dạng “tên: giá trị”, đang là “url”."),
        (head + "  - name: A\n    name: B\n", "Dòng 4: trường “name” đã có ở trên."),
        (head + "  - name: \"A\n", "Dòng 3: ngoặc không đóng, hoặc có dấu thoát không hiểu được."),
        (head + "  - name: \"\\x41\"\n", "Dòng 3: ngoặc không đóng, hoặc có dấu thoát không hiểu được."),
        (head + "  - name: [A, B]\n", "Dòng 3: giá trị bắt đầu bằng “[” cần đặt trong ngoặc kép."),
        (head + "  - name: *a\n", "Dòng 3: giá trị bắt đầu bằng “*” cần đặt trong ngoặc kép."),
        (head + "  - name: A: B\n", "Dòng 3: giá trị có dấu “: ” cần đặt trong ngoặc kép."),
        (head + "  - name: >\n      A\n", "Dòng 3: giá trị bắt đầu bằng “>” cần đặt trong ngoặc kép."),
        (head + "  - name: |\n      A\n", "Dòng 3: giá trị nhiều dòng cần mở bằng “|-”."),
    ])
    func aFileThatIsNoCatalogueIsRefusedWithItsLine(text: String, sentence: String) {
        #expect { try CatalogueText.read(text) } throws: { ($0 as? Refusal)?.problems.map(\.text) == [sentence] }
    }

    // MARK: The database

    private struct Room {
        let town: Town
        var store: CatalogueStore { CatalogueStore(database: town.database) }
        var monitors: MonitorStore { MonitorStore(database: town.database) }

        func apply(_ text: String, deletesMissing: Bool = false, isRehearsal: Bool = false) async throws -> CataloguePlan {
            try await store.apply(
                text, deletesMissing: deletesMissing, isRehearsal: isRehearsal, by: town.actor(.linh), at: town.now)
        }

        func refused(_ text: String) async throws -> [String] {
            do {
                _ = try await apply(text)
                return []
            } catch let refusal as Refusal {
                return refusal.problems.map(\.text)
            }
        }

        func names() async throws -> [String] {
            try await town.database.values("SELECT name FROM monitors WHERE deleted_at IS NULL ORDER BY id", as: String.self)
        }

        func trail() async throws -> [String] {
            try await town.database.values("SELECT action || ' ' || subject FROM audit_entries WHERE action LIKE 'monitor.%' ORDER BY seq", as: String.self)
        }
    }

    private static func room<T: Sendable>(_ body: @escaping @Sendable (Room) async throws -> T) async throws -> T {
        try await Town.with { town in try await body(Room(town: town)) }
    }

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
        let tcp = MonitorDraft(name: "Máy chủ 1", target: .tcp(host: "2001:db8::1", port: 443))
        let plain = MonitorDraft(name: "- 'đường truyền'", target: .http(HTTPTarget(url: "http://a.example.vn/")))
        return [tcp, http, plain, plain]
    }

    @Test func aCatalogueComesBackAsItWas() async throws {
        try await Self.room { room in
            for draft in Self.drafts(room.town) {
                _ = try await room.monitors.add(draft, by: room.town.actor(.linh), at: room.town.now)
            }
            let first = try #require(try await room.monitors.list(MonitorFilter(), for: room.town.person(.linh), at: room.town.now, limit: 9).first { $0.monitor.name == "yes" })
            try await room.monitors.pause(first.monitor, by: room.town.actor(.linh), at: room.town.now)
            let text = try await room.store.export()
            let again = try await room.apply(text, deletesMissing: true)
            #expect(again.changesNothing && again.text == "Thêm 0, sửa 0, xóa 0, giữ ngoài tệp 0, không đổi 4.")

            // Into an empty house, whose agencies have the same codes.
            try await Self.room { other in
                let plan = try await other.apply(text)
                #expect(plan.text.hasSuffix("Thêm 4, sửa 0, xóa 0, giữ ngoài tệp 0, không đổi 0."))
                #expect(!plan.text.contains("Bearer"), "a plan shows no secrets")
                #expect(try await other.store.export() == text)
            }
        }
    }

    @Test func thePlanSaysFieldByFieldWhatBecomesOfWhat() async throws {
        try await Self.room { room in
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
                    follow_redirects: yes → no
                    interval: 60 → 30
                    paused: no → yes
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
        try await Self.room { room in
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
            #expect(said.contains("Dòng 10: Cổng: cần một số nguyên từ 1 đến 65535."))
            #expect(said.contains("Dòng 11: agency: không có cơ quan nào mang mã “khongco”."))
            #expect(said.contains("Dòng 12: paused: cần ghi yes hoặc no."))
            #expect(said.contains("Dòng 14: Tên: cần nhập."))
            let strange = try await room.refused(Self.head + "  - name: A\n    kind: http\n    url: http://a/\n    mau: đỏ\n    port: 1\n")
            #expect(strange == ["Dòng 6: mau: loại http không có trường này.", "Dòng 7: port: loại http không có trường này."])
            // A circle shows only when both are there: the whole file is refused.
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
            #expect(circle == ["Phụ thuộc: “A” đang phụ thuộc vào chính điểm giám sát này."])
            #expect(try await room.names() == [])
            #expect(try await room.trail() == [])
        }
    }
}
