import Civil
import Foundation
import Organization
import Testing

@testable import Incidents

/// What other systems post, read as alerts; and the incident that a group opens.
struct AlertMessageTests {
    /// As Alertmanager 0.25 writes it.
    static func alertmanager(_ change: (String, String) = ("", "")) -> [UInt8] {
        let text = """
            {"receiver": "trucban", "status": "firing", "alerts": [{"status": "firing", "labels": {"alertname": "QLVBKhongTraLoi",
              "instance": "qlvb1:443", "incident_kind": "suspension", "incident_severity": "M2"},
              "annotations": {"summary": "QLVB không trả lời", "description": "Ba máy chủ cùng lỗi."},
              "startsAt": "2026-11-24T02:00:00.739266876Z", "endsAt": "0001-01-01T00:00:00Z",
              "generatorURL": "http://prometheus:9090/graph", "fingerprint": "b5d4045c3f466fa9"}],
             "groupLabels": {"alertname": "QLVBKhongTraLoi"}, "commonLabels": {}, "commonAnnotations": {},
             "externalURL": "http://alertmanager:9093", "version": "4", "groupKey": "{}:{alertname=\\"QLVBKhongTraLoi\\"}",
             "truncatedAlerts": 0}
            """
        return Array(text.replacing(change.0.isEmpty ? "\u{0}" : change.0, with: change.1).utf8)
    }

    @Test func anAlertmanagersMessageIsAGroupOfAlerts() throws {
        let group = try AlertmanagerMessage(json: Self.alertmanager()).group
        #expect(group.key == #"{}:{alertname="QLVBKhongTraLoi"}"# && group.truncated == 0)
        #expect(
            group.alerts == [
                Alert(
                    fingerprint: "b5d4045c3f466fa9", startedAt: nine, title: "QLVB không trả lời", details: "Ba máy chủ cùng lỗi.",
                    kind: .suspension, severity: .m2)
            ])
    }

    @Test(arguments: [
        (#""summary": "QLVB không trả lời", "#, "", "QLVBKhongTraLoi qlvb1:443"),
        (#""QLVB không trả lời""#, #""Dòng một\nDòng hai\r\nBcc: a@example.vn""#, "Dòng một Dòng hai Bcc: a@example.vn"),
        // A letter and its mark apart, as another system may write them.
        (#""QLVB không trả lời""#, "\"Ha\u{300} Nam\"", "H\u{E0} Nam"),
    ])
    func itsNameIsOneLineInNFC(old: String, new: String, title: String) throws {
        let alert = try AlertmanagerMessage(json: Self.alertmanager((old, new))).group.alerts[0]
        #expect(Array(alert.title.unicodeScalars) == Array(title.unicodeScalars))
    }

    @Test(arguments: [
        (#""version": "4""#, #""version": "3""#, "version: cần là “4”, đang là “3”."),
        (#""version": "4", "#, "", "version: cần có."),
        (#""status": "firing", "labels""#, #""status": "lạ", "labels""#, "alerts[0].status: cần là firing hoặc resolved"),
        (#""2026-11-24T02:00:00.739266876Z""#, #""hôm qua""#, "alerts[0].startsAt: cần dạng 2026-11-24T09:00:00+07:00."),
        (#""2026-11-24T02:00:00.739266876Z""#, #""0001-01-01T00:00:00Z""#, "alerts[0].startsAt: cần dạng"),
        (#""2026-11-24T02:00:00.739266876Z""#, "7", "alerts[0].startsAt: sai kiểu dữ liệu."),
        (#""b5d4045c3f466fa9""#, #""""#, "alerts[0].fingerprint: cần từ 1 đến 200 ký tự."),
        (#""incident_kind": "suspension""#, #""incident_kind": "down""#, "alerts[0].labels.incident_kind: cần là một trong suspension, integrity"),
        (#""incident_severity": "M2""#, #""incident_severity": "5""#, "alerts[0].labels.incident_severity: cần là một trong"),
        (#""status": "firing", "labels""#, #""status": "resolved", "labels""#, "alerts[0].endsAt: cần dạng"),
        ("]", "", "Nội dung: không phải JSON đúng cú pháp."),
    ])
    func whatIsNotFitIsNamedByItsPlace(old: String, new: String, said: String) async throws {
        let problems = await refusal { _ = try AlertmanagerMessage(json: Self.alertmanager((old, new))) }
        #expect(problems.count == 1 && problems[0].contains(said), "\(problems)")
    }

    @Test(arguments: [
        (#"{"id": "z1", "status": "firing", "title": "Đĩa đầy", "starts_at": "2026-11-24T09:00:00+07:00"}"#, nil as String?),
        (#"{"status": "firing", "title": "Đĩa đầy", "starts_at": "2026-11-24T09:00:00+07:00"}"#, "id: cần có."),
        (#"{"id": "z1", "status": "resolved", "title": "Đĩa đầy", "starts_at": "2026-11-24T09:00:00+07:00"}"#, "ends_at: cần khi status là resolved."),
        (#"{"id": "z1", "status": "firing", "title": " ", "starts_at": "2026-11-24T09:00:00+07:00"}"#, "title: cần nói cảnh báo là gì."),
        (#"{"id": "z1", "status": "firing", "title": "Đĩa đầy", "starts_at": "09:00"}"#, "starts_at: cần dạng"),
        (#"{"id": "z1", "status": "firing", "title": "Đĩa đầy", "starts_at": "2026-11-24T09:00:00+07:00", "severity": "1"}"#, "severity: cần là một trong"),
        ("[]", "Nội dung: sai kiểu dữ liệu."),
    ])
    func anyOtherSystemsAlert(json: String, said: String?) async throws {
        if let said {
            let problems = await refusal { _ = try SignedAlert(json: Array(json.utf8)) }
            #expect(problems.count == 1 && problems[0].contains(said), "\(problems)")
        } else {
            let group = try SignedAlert(json: Array(json.utf8)).group
            #expect(group.key == "z1" && group.alerts.map(\.startedAt) == [nine] && group.alerts[0].kind == nil)
        }
    }

    // MARK: What they open

    private static func alert(
        _ title: String, kind: Incident.Kind? = nil, _ severity: Incident.Severity? = nil, after minutes: Int = 0
    ) -> Alert {
        Alert(
            fingerprint: title, startedAt: nine.after(minutes: minutes), title: title, details: "chi tiết", kind: kind,
            severity: severity)
    }

    @Test(arguments: [
        // Nobody has said that the system stands still.
        ([alert("A")], Incident.Kind.degraded, Incident.Severity.undetermined, "A", false),
        ([alert("A", kind: .security), alert("B", kind: .suspension, .m2)], .suspension, .m2, "A (và 1 cảnh báo khác)", true),
        ([alert("A", .m3), alert("B", .m1)], .degraded, .m1, "A (và 1 cảnh báo khác)", false),
        ([alert("A", kind: .integrity, .undetermined), alert("A")], .integrity, .undetermined, "A", false),
    ])
    func aGroupIsAsGraveAsTheGravestOfIt(
        alerts: [Alert], kind: Incident.Kind, severity: Incident.Severity, title: String, isSuspended: Bool
    ) throws {
        let draft = AlertGroup(key: "g", alerts: alerts).opening(of: alerts, at: nine.after(minutes: 5))
        #expect(draft.kind == kind && draft.severity == severity && draft.title == title)
        #expect((draft.suspendedAt != nil) == isSuspended)
        try draft.check(at: nine.after(minutes: 5))
    }

    @Test func itBeginsWithTheFirstAndNeverInTheFuture() throws {
        let alerts = [Self.alert("A", kind: .suspension, after: 10), Self.alert("B", after: -3)]
        let draft = AlertGroup(key: "g", alerts: alerts).opening(of: alerts, at: nine)
        #expect(draft.beganAt == nine.after(minutes: -3) && draft.detectedAt == draft.beganAt)
        let ahead = AlertGroup(key: "g", alerts: [alerts[0]]).opening(of: [alerts[0]], at: nine)
        #expect(ahead.beganAt == nine && ahead.suspendedAt == nine)
    }

    @Test func whatIsLongIsCutAndStillFit() throws {
        let alerts = (0..<900).map { Self.alert(String(repeating: "ế", count: 300) + "\($0)") }
        let draft = AlertGroup(key: "g", alerts: alerts).opening(of: alerts, at: nine)
        #expect(draft.title.unicodeScalars.count == 200 && draft.title.hasSuffix("…"))
        #expect(draft.description.unicodeScalars.count == 10_000)
        try draft.check(at: nine)
    }
}
