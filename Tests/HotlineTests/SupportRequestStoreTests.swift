import Civil
import Database
import Foundation
import Organization
import TestKit
import Testing

@testable import Hotline

/// The hotline's log on a real database.
struct SupportRequestStoreTests {
    @Test func aCallIsLoggedTakenAndResolved() async throws {
        try await Desk.with { desk in
            let (hoa, linh) = (desk.town.person(.hoa), desk.town.person(.linh))
            let code = try await desk.log(.example(agency: desk.town.yenKhanh, receivedAt: now - .seconds(600)))
            #expect(code == "YC-2026-00001")
            try await desk.store.take(code, by: hoa, address: "", at: now)
            await #expect(throws: Refusal.self) { try await desk.store.take(code, by: linh, address: "", at: now) }
            try await desk.store.resolve(code, "Cài lại phần mềm ký số", by: linh, address: "", at: now + .seconds(60))
            let request = try #require(try await desk.request(code))
            #expect(request.agencyName == "UBND xã Yên Khánh" && request.receivedAt == now - .seconds(600))
            #expect(request.takenAt == now && request.takenBy == "Lê Thanh Hòa")
            #expect(request.resolvedAt == now + .seconds(60) && request.resolvedBy == "Phạm Thùy Linh")
            #expect(request.resolution == "Cài lại phần mềm ký số" && request.state == .resolved)
            for action in ["logged", "taken", "resolved"] { #expect(try await desk.audited("request.\(action)") == 1, "\(action)") }
        }
    }

    @Test func whoAnswersAtOnceHasTakenIt() async throws {
        try await Desk.with { desk in
            let code = try await desk.log()
            try await desk.store.resolve(code, "Đã trả lời", by: desk.town.person(.hoa), address: "", at: now)
            let request = try #require(try await desk.request(code))
            #expect(request.takenBy == "Lê Thanh Hòa" && request.takenAt == now)
        }
    }

    @Test func twoAtOnceTakeItOnce() async throws {
        try await Desk.with { desk in
            let code = try await desk.log()
            let done = await withTaskGroup(of: Bool.self) { group in
                for name in [TownPerson.hoa, .linh, .hoa, .linh] {
                    group.addTask { (try? await desk.store.take(code, by: desk.town.person(name), address: "", at: now)) != nil }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(done == 1)
            #expect(try await desk.audited("request.taken") == 1)
        }
    }

    @Test(arguments: [("SC-2026-0007", "SC-2026-0007"), ("sc-2026-0007", "SC-2026-0007"), ("", nil)] as [(String, String?)])
    func aCallIsLinkedToAnIncident(typed: String, expected: String?) async throws {
        try await Desk.with { desk in
            try await desk.addIncident()
            let code = try await desk.log()
            try await desk.store.link(code, toIncident: "SC-2026-0007", by: desk.town.person(.hoa), address: "", at: now)
            try await desk.store.link(code, toIncident: typed, by: desk.town.person(.hoa), address: "", at: now)
            #expect(try await desk.request(code)?.incidentCode == expected)
            #expect(try await desk.audited("request.linked") == 2)
        }
    }

    /// The incident of another agency stays unnamed to whoever may not see it.
    @Test func anAgencySeesTheIncidentOfItsCallOnlyWhereItIsItsOwn() async throws {
        try await Desk.with { desk in
            try await desk.addIncident()
            let code = try await desk.log(.example(agency: desk.town.yenKhanh))
            try await desk.store.link(code, toIncident: "SC-2026-0007", by: desk.town.person(.hoa), address: "", at: now)
            for (agency, expected) in [(nil, "SC-2026-0007"), (desk.town.yenKhanh, "SC-2026-0007"), (desk.town.giaVien, nil)] {
                try await desk.town.database.run("UPDATE incidents SET agency_id = \(agency)")
                let seen = try await desk.store.find(code, for: desk.town.person(.binh))
                #expect(seen?.code == code && seen?.incidentCode == expected)
            }
        }
    }

    @Test func aCallIsNotLinkedToNothing() async throws {
        try await Desk.with { desk in
            let code = try await desk.log()
            await #expect(throws: Refusal(field: "incident", "Không có sự cố nào mang mã “SC-2026-0009”.")) {
                try await desk.store.link(code, toIncident: "SC-2026-0009", by: desk.town.person(.hoa), address: "", at: now)
            }
        }
    }

    @Test func anAgencyThatIsNoneIsRefused() async throws {
        try await Desk.with { desk in
            await #expect(throws: Refusal(field: "agency", "Cơ quan: cần chọn một mục trong danh sách.")) {
                try await desk.log(.example(agency: Agency.ID(rawValue: 4711)))
            }
            // The number that was taken is not lost either.
            let code = try await desk.log()
            #expect(code == "YC-2026-00001")
        }
    }

    /// No role of an agency may command here; the statements themselves would not let it either.
    @Test func whatAPersonCannotSeeTheyCannotChange() async throws {
        try await Desk.with { desk in
            try await desk.addIncident()
            let code = try await desk.log(.example(agency: desk.town.yenKhanh))
            let chi = desk.town.person(.chi)
            await #expect(throws: Refusal.self) { try await desk.store.take(code, by: chi, address: "", at: now) }
            await #expect(throws: Refusal.self) { try await desk.store.resolve(code, "Xong", by: chi, address: "", at: now) }
            await #expect(throws: Refusal.self) { try await desk.store.link(code, toIncident: "SC-2026-0007", by: chi, address: "", at: now) }
            #expect(try await desk.request(code)?.state == .new)
            await #expect(throws: Refusal.self) {
                _ = try await desk.store.log(.example(agency: desk.town.yenKhanh), by: chi, address: "", at: now)
            }
        }
    }

    @Test func anAgencySeesItsOwnCallsOnly() async throws {
        try await Desk.with { desk in
            let mine = try await desk.log(.example(agency: desk.town.yenKhanh))
            let theirs = try await desk.log(.example(agency: desk.town.giaVien))
            let nobodys = try await desk.log()
            #expect(Set(try await desk.codes()) == [mine, theirs, nobodys])
            #expect(try await desk.codes(as: .binh) == [mine])
            #expect(try await desk.codes(as: .dung) == [mine])
            #expect(try await desk.codes(as: .chi) == [theirs])
            #expect(try await desk.store.count(SupportRequestFilter(), for: desk.town.person(.binh)) == 1)
            #expect(try await desk.store.find(theirs, for: desk.town.person(.binh)) == nil)
            #expect(try await desk.store.find(nobodys, for: desk.town.person(.binh)) == nil)
        }
    }

    @Test func whoWaitsLongestComesFirstAndWhatIsDoneComesLast() async throws {
        try await Desk.with { desk in
            let young = try await desk.log(.example(receivedAt: now - .seconds(60)))
            let old = try await desk.log(.example(receivedAt: now - .seconds(600)))
            let doneEarly = try await desk.log(.example(receivedAt: now - .seconds(9000)))
            let doneLate = try await desk.log(.example(receivedAt: now - .seconds(30)))
            for code in [doneEarly, doneLate] { try await desk.store.resolve(code, "Xong", by: desk.town.person(.hoa), address: "", at: now) }
            #expect(try await desk.codes() == [old, young, doneLate, doneEarly])
        }
    }

    struct Search: Sendable, CustomTestStringConvertible {
        let words: String
        let expected: [Int]
        var testDescription: String { words }
    }

    static let searches: [Search] = [
        Search(words: "duong day", expected: [2]), Search(words: "Đường dây", expected: [2]),
        Search(words: "Đường dây".decomposedStringWithCanonicalMapping, expected: [2]),
        Search(words: "ĐƯỜNG DÂY", expected: [2]), Search(words: "nguyen", expected: [1]),
        Search(words: "yc-2026-00002", expected: [2]), Search(words: "YC-2026", expected: [1, 2]),
        Search(words: "ký số", expected: [1]), Search(words: "không có đâu", expected: []), Search(words: "", expected: [1, 2]),
    ]

    @Test(arguments: searches) func searching(_ row: Search) async throws {
        try await Desk.with { desk in
            let codes = [
                try await desk.log(.example(caller: "Nguyễn Thị Lan", text: "Không ký số được")),
                try await desk.log(.example(caller: "Anh Tú", text: "Đường dây nóng báo bận".decomposedStringWithCanonicalMapping)),
            ]
            var filter = SupportRequestFilter()
            filter.search = row.words
            #expect(Set(try await desk.codes(filter)) == Set(row.expected.map { codes[$0 - 1] }))
            #expect(try await desk.store.count(filter, for: desk.town.person(.linh)) == row.expected.count)
        }
    }

    @Test func filters() async throws {
        try await Desk.with { desk in
            let hoa = desk.town.person(.hoa)
            let new = try await desk.log(.example(kind: .fault))
            let open = try await desk.log(.example(kind: .question))
            let resolved = try await desk.log(.example(kind: .fault))
            try await desk.store.take(open, by: hoa, address: "", at: now)
            try await desk.store.resolve(resolved, "Xong", by: hoa, address: "", at: now)
            for (state, code) in [(SupportRequest.State.new, new), (.open, open), (.resolved, resolved)] {
                var filter = SupportRequestFilter()
                filter.state = state
                #expect(try await desk.codes(filter) == [code])
            }
            var faults = SupportRequestFilter()
            faults.kind = .fault
            #expect(try await desk.codes(faults) == [new, resolved])
        }
    }
}
