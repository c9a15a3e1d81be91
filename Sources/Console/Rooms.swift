import Compliance
import Database
import Delivery
import Documents
import Hotline
import Incidents
import Monitor
import Notices
import Organization
import Reports
import Status
import Web
import WorkingTime

/// All pages of the house, mounted. The test of permissions asks this too, so it sees what visitors see.
struct Rooms {
    /// Looks at a target that somebody tries before keeping it.
    let prober: any Prober
    let database: Database
    let users: UserStore
    let sessions: SessionStore
    let health: HealthPages
    let press: ReportPress
    let assets: Assets
    let api: APIDocument
    /// The address that letters lead to.
    let address: String
    /// Signs the addresses to which letters that cannot be delivered come back.
    let bounces: BounceAddress
    /// Makes the links of notices' letters.
    let links: NoticeLinks
    /// Whether there is a mail server to hand letters to.
    var sendsMail = false
    /// Under which name the console signs in there.
    var mailUser: String?

    func add(to routes: inout RouteTable) {
        let agencies = AgencyStore(database: database)
        let settings = SettingStore(database: database)
        HomePages(home: HomeStore(database: database)).add(to: &routes)
        let monitors = MonitorStore(database: database)
        MonitorPages(monitors: monitors, agencies: agencies, prober: prober).add(to: &routes)
        HeartbeatPages(
            heartbeats: HeartbeatStore(database: database), monitors: monitors, agencies: agencies, address: address
        ).add(to: &routes)
        PingPages(desk: PingDesk(store: HeartbeatStore(database: database))).add(to: &routes)
        AvailabilityPages(monitors: monitors).add(to: &routes)
        ServiceHoursPages(monitors: monitors).add(to: &routes)
        OutagePages(monitors: monitors).add(to: &routes)
        MaintenancePages(maintenance: MaintenanceStore(database: database), monitors: monitors).add(to: &routes)
        LocationPages(locations: LocationStore(database: database), settings: settings).add(to: &routes)
        IncidentPages(
            incidents: IncidentStore(database: database, baseURL: address), agencies: agencies, settings: settings,
            sendsMail: sendsMail
        ).add(to: &routes)
        AlertPages(
            alerts: AlertStore(database: database, baseURL: address), sources: AlertSourceStore(database: database),
            agencies: agencies, address: address
        ).add(to: &routes)
        EscalationPages(
            escalation: EscalationStore(database: database, baseURL: address), settings: settings, sendsMail: sendsMail
        ).add(to: &routes)
        NoticePages(
            notices: NoticeStore(database: database, calendar: .stateOffice, links: links, mailUser: mailUser), settings: settings,
            press: press.documents, sendsMail: sendsMail
        ).add(to: &routes)
        NoticeCalendarPages(
            calendars: NoticeCalendarStore(database: database, links: links, mailUser: mailUser), address: address
        ).add(to: &routes)
        SupportRequestPages(requests: SupportRequestStore(database: database), agencies: agencies).add(to: &routes)
        AccountPages(
            accounts: AccountStore(database: database), imports: AccountImportStore(database: database),
            agencies: agencies, settings: settings, calendar: .stateOffice
        ).add(to: &routes)
        OfficerPages(officers: OfficerStore(database: database), agencies: agencies).add(to: &routes)
        ObligationPages(
            obligations: ObligationStore(database: database, calendar: .stateOffice), settings: settings
        ).add(to: &routes)
        BackupPages(backups: BackupStore(database: database)).add(to: &routes)
        ReportPages(press: press).add(to: &routes)
        StatusPages(
            store: StatusStore(database: database), templates: press.documents.templates, assets: assets, address: address
        ).add(to: &routes)
        SignInPages(sessions: sessions, users: users).add(to: &routes)
        AgencyPages(agencies: agencies).add(to: &routes)
        UserPages(users: users, agencies: agencies).add(to: &routes)
        SettingPages(settings: settings, metricsToken: health.metricsToken).add(to: &routes)
        DeliveryPages(deliveries: DeliveryStore(database: database)).add(to: &routes)
        ChannelPages(channels: ChannelStore(database: database)).add(to: &routes)
        BounceAPI(bounces: BounceStore(database: database, addresses: bounces)).add(to: &routes)
        TokenPages(tokens: APITokenStore(database: database), agencies: agencies).add(to: &routes)
        MonitorAPI(monitors: MonitorStore(database: database)).add(to: &routes)
        api.add(to: &routes)
        AuditPages(audit: AuditStore(database: database)).add(to: &routes)
        health.add(to: &routes)
        assets.add(to: &routes)
    }
}
