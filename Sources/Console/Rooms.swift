import Database
import Organization
import Web

/// All pages of the house, mounted. The test of permissions asks this too, so it sees what visitors see.
struct Rooms {
    let database: Database
    let users: UserStore
    let sessions: SessionStore
    let health: HealthPages

    func add(to routes: inout RouteTable) {
        let agencies = AgencyStore(database: database)
        SignInPages(sessions: sessions, users: users).add(to: &routes)
        AgencyPages(agencies: agencies).add(to: &routes)
        UserPages(users: users, agencies: agencies).add(to: &routes)
        SettingPages(settings: SettingStore(database: database)).add(to: &routes)
        AuditPages(audit: AuditStore(database: database)).add(to: &routes)
        health.add(to: &routes)
    }
}
