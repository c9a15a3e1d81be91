import Civil
import Database
import Hummingbird
package import Organization
package import Web
import WorkingTime

/// `/obligations`: every duty of the regulation, whose it is, and how it stands.
package struct ObligationPages: Sendable {
    let obligations: ObligationStore
    let settings: SettingStore

    package init(obligations: ObligationStore, settings: SettingStore) {
        self.obligations = obligations
        self.settings = settings
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/obligations", .readObligations, use: list)
    }

    @Sendable private func list(_ request: Request, _ context: SignedIn) async throws -> Response {
        let today = CivilDate(inVietnam: context.now)
        let catalogue = try await obligations.catalogue()
        let periods = ObligationWindow.periods(of: catalogue, on: today)
        let asked = ReportingPeriod(context.query("period"))
        let window = ObligationWindow(
            period: periods.first { $0 == asked } ?? ReportingPeriod(containing: today), today: today,
            firstPeriod: ObligationWindow.firstPeriod(of: catalogue, on: today))
        let settings = try await settings.read()
        let figures = try await obligations.figures(window, settings: settings, for: context.person)
        let rows = catalogue.filter { $0.isInForce(on: window.lastDay) }.map {
            JudgedObligation(
                obligation: $0, judgement: figures.judgement($0.measure, in: window, settings: settings))
        }
        let view = ObligationListView(
            window: window, periods: periods, party: .init(rawValue: context.query("party")),
            verdict: .init(rawValue: context.query("verdict")), all: rows, person: context.person)
        return context.page(view, title: "Nghĩa vụ")
    }
}

/// A duty and how it stands.
struct JudgedObligation: Hashable, Sendable {
    let obligation: Obligation
    let judgement: Judgement
}
