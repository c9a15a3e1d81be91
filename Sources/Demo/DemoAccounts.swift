import Civil
import Compliance
import Organization

/// The document system's accounts, as two exports and a list of leavers: they come in the way real ones do.
struct DemoAccounts: Sendable {
    let count: Int
    private let firstExport: AccountUpload
    private let leavers: AccountUpload
    private let secondExport: AccountUpload
    private let end: Instant

    init(agencies: [Agency], count: Int, until end: Instant, random: inout DemoRandom) {
        let today = CivilDate(inVietnam: end)
        let (firstDay, lastDay) = (today.adding(days: -75), today.adding(days: -1))
        var people = Self.people(agencies: agencies, count: count, random: &random)
        var leaving: [String] = []
        for place in people.indices where random.happens(2) {
            let left = firstDay.adding(days: -Int.random(in: 1...90, using: &random))
            leaving.append(
                "\(people[place].username),\(people[place].name),\(people[place].agency),\(VietnameseFormat.date(left)),"
                    + "\(random.happens(60) ? "Chuyển công tác" : "Nghỉ việc"),\(place % 400 + 1)/QĐ")
            // Most had been locked in time; of the rest, most were by the second export.
            let wasInTime = random.happens(70)
            people[place].lockedAtFirst = wasInTime ? left : nil
            people[place].lockedAtLast = wasInTime || random.happens(75) ? (wasInTime ? left : firstDay.adding(days: 9)) : nil
        }
        self.count = people.count
        self.end = end
        firstExport = Self.export(people, on: firstDay, locked: \.lockedAtFirst)
        secondExport = Self.export(people, on: lastDay, locked: \.lockedAtLast)
        let head = "tên đăng nhập,họ và tên,mã cơ quan,ngày nghỉ,lý do,số quyết định\n"
        leavers = AccountUpload(
            fileName: "nghi-viec-mau.csv", bytes: Array((head + leaving.joined(separator: "\n")).utf8), takenOn: firstDay)
    }

    /// Imports them on the days on which they would have come.
    func bring(into store: AccountImportStore, by person: Person) async throws {
        let day = Duration.seconds(86_400)
        _ = try await store.importExport(firstExport, by: person, address: "demo", at: end - day * 75)
        _ = try await store.importLeavers(leavers, by: person, address: "demo", at: end - day * 74)
        _ = try await store.importExport(secondExport, by: person, address: "demo", at: end - day)
    }

    private struct Holder {
        let username: String
        let name: String
        let agency: String
        let lastLogin: Int
        var lockedAtFirst: CivilDate?
        var lockedAtLast: CivilDate?
    }

    /// Departments have three times as many as communes; namesakes of one agency get a number (Điều 7.4 b).
    private static func people(agencies: [Agency], count: Int, random: inout DemoRandom) -> [Holder] {
        let weighted = agencies.flatMap { Array(repeating: $0, count: $0.kind == .department ? 3 : 1) }
        var namesakes: [String: Int] = [:]
        return (0..<count).map { place in
            let agency = weighted[place % weighted.count]
            let name = DemoName(using: &random).full
            let plain = "\(agency.code)_\(AccountName.joined(name))"
            let number = namesakes[plain, default: 0] + 1
            namesakes[plain] = number
            let isOdd = random.happens(1)
            let username = (isOdd ? "cb\(place)" : plain) + (number == 1 || isOdd ? "" : "\(number)")
            return Holder(
                username: username, name: name, agency: agency.code, lastLogin: random.happens(90) ? place % 20 : 20 + place % 120)
        }
    }

    private static func export(
        _ people: [Holder], on day: CivilDate, locked: KeyPath<Holder, CivilDate?>
    ) -> AccountUpload {
        var text = "tên đăng nhập,họ và tên,mã cơ quan,trạng thái,ngày khóa,đăng nhập gần nhất\n"
        for person in people {
            let lock = person[keyPath: locked]
            text += "\(person.username),\(person.name),\(person.agency),\(lock == nil ? "Hoạt động" : "Đã khóa"),"
            text += "\(lock.map(VietnameseFormat.date) ?? ""),\(VietnameseFormat.date(day.adding(days: -person.lastLogin)))\n"
        }
        return AccountUpload(fileName: "tai-khoan-mau.csv", bytes: Array(text.utf8), takenOn: day, isComplete: true)
    }
}
