import Database

/// At which point of an incident people are told.
package enum MessageStage: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
    case first, update, resumption, closing

    package var label: String {
        switch self {
        case .first: "Thông báo đầu tiên"
        case .update: "Cập nhật"
        case .resumption: "Sử dụng lại"
        case .closing: "Kết thúc"
        }
    }

    /// What stands in the subject before the incident's title.
    var heading: String {
        switch self {
        case .first: "Thông báo sự cố"
        case .update: "Cập nhật sự cố"
        case .resumption: "Hệ thống sử dụng lại"
        case .closing: "Kết thúc sự cố"
        }
    }

    /// The facts of Điều 20.1 without which such a text says nothing, of those that the incident has to tell.
    func needs(_ incident: Incident) -> [Fact] {
        let wanted: [Fact] =
            switch self {
            case .first, .update: [.incident]
            case .resumption: [.resumption, .catchUp]
            case .closing: Fact.allCases
            }
        return wanted.filter(incident.applicableFacts.contains)
    }
}

extension Incident {
    /// The facts of Điều 20.1 that are written of it, in the order of the regulation.
    package var writtenFacts: [Fact] {
        Fact.allCases.filter { fact in
            switch fact {
            case .incident: true
            case .suspension: suspendedAt != nil
            case .resumption: resumedAt != nil
            case .temporaryMeasures: !temporaryMeasures.isEmpty
            case .catchUp: !catchUp.isEmpty
            }
        }
    }

    /// What people would be told next: nothing was told, it goes on, it is over, it is settled.
    package func nextStage(_ communications: [Communication]) -> MessageStage {
        func areTold(_ fact: Fact) -> Bool {
            [Audience.head, .users].allSatisfy { audience in
                communications.contains { $0.audience == audience && standingFacts(of: $0).contains(fact) }
            }
        }
        if !areTold(.incident) { return .first }
        if state == .open { return .update }
        return areTold(.resumption) ? .closing : .resumption
    }
}
