import Civil
import Database
import Delivery
import Foundation
import Hummingbird
import Incidents
import Logging
import Metrics
import Monitor
import Notices
import Organization
import Reports
import ServiceLifecycle
import Transfer
import UnixSignals
import Web
import WorkingTime

/// The one place where the parts are put together: what is constructed here is all there is.
struct App: Sendable {
    let settings: ConsoleSettings
    let resources: Resources
    let logger: Logger

    /// Runs until SIGINT or SIGTERM; then everything stops in the reverse of the order in which it started.
    func run() async throws {
        let secret = try Secret(settings)
        let opened = try await OpenDatabase.open(settings, resources: resources, logger: logger)
        do {
            try await serve(opened, secret: secret)
            await opened.close()
        } catch {
            await opened.close()
            throw error
        }
    }

    private func serve(_ opened: OpenDatabase, secret: Secret) async throws {
        let database = opened.database
        let metrics = PrometheusMetrics()
        let figures = ProbeFigures()
        MetricsSystem.bootstrap(metrics)
        let hasher = try PasswordHasher()
        let sessions = SessionStore(database: database, hasher: hasher)
        let users = UserStore(database: database, hasher: hasher)
        let templates = try await Templates(directory: resources.templates)
        let address = settings.baseURL ?? "http://\(settings.host):\(settings.port)"
        let assets = try Assets(directory: resources.assets)
        let house = House(
            templates: templates, assets: assets, sessions: sessions, clock: .system,
            navigation: Navigation.items, baseURL: settings.baseURL)

        let router = Router(context: Visitor.self, options: .autoGenerateHeadEndpoints)
        router.addMiddleware {
            RequestLog()
            SecurityHeaders(house: house)
        }
        var routes = RouteTable(router: router, house: house)
        let health = HealthPages(
            database: database, isMigrated: migrationCheck(database), metrics: metrics,
            gauges: GaugeStore(database: database), probing: figures, metricsToken: secret.token(for: "metrics"))
        let bounces = BounceAddress(secret: secret.token(for: "bounces"))
        let links = NoticeLinks(address: address, secret: secret.token(for: "notice links"))
        let loop = TransferLoop()
        let prober = TargetProber(loop: loop)
        Rooms(
            prober: prober, database: database, users: users, sessions: sessions, health: health,
            press: try ReportPress(resources, templates: templates, database: database), assets: assets,
            api: try APIDocument(resources), address: address, bounces: bounces, links: links,
            sendsMail: settings.mailServer != nil, mailUser: settings.mailServer?.user
        ).add(to: &routes)

        let listener = Listener(opened.configuration, logger: logger)
        let runner = ProbeRunner(
            database: database, listener: listener, prober: prober, process: processName, location: settings.location,
            ceiling: OpenFiles.ceilingForProbes(), figures: figures, logger: logger)
        let web = Application(
            responder: router.buildResponder(),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: nil),
            onServerRunning: { [logger] _ in
                await announce(users: users, at: address, logger: logger)
            }, logger: logger)
        var services: [any Service] = opened.cluster.map { [ClusterKeeper(cluster: $0)] } ?? []
        services += [
            Housekeeping(
                sessions: sessions, monitors: MonitorStore(database: database), incidents: IncidentStore(database: database),
                logger: logger), runner,
            HeartbeatWatch(database: database, logger: logger),
            IncidentWatch(database: database, listener: listener, baseURL: address, logger: logger),
            MaintenanceKeeper(database: database, logger: logger),
            DeliveryWorker(
                database: database, listener: listener, server: settings.mailServer, bounces: bounces, logger: logger),
            NoticeReminders(
                store: NoticeStore(database: database, calendar: .stateOffice, links: links), logger: logger),
        ]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: (services + [web]).map { .init(service: $0) },
                gracefulShutdownSignals: [.sigint, .sigterm], logger: logger))
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await group.run())
        } catch {
            outcome = .failure(AddressInUse(error, host: settings.host, port: settings.port) ?? error)
        }
        await loop.stop()
        try outcome.get()
    }

    /// Names this process in the table of watches.
    private var processName: String { "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)" }

    private func migrationCheck(_ database: Database) -> @Sendable () async throws -> Bool {
        let migrator = Migrator(directory: resources.migrations)
        return { try await migrator.pending(database).isEmpty }
    }
}

/// Tells whoever started the console where to go.
private func announce(users: UserStore, at address: String, logger: Logger) async {
    say("Trực Ban đang chạy tại \(address)")
    do {
        if let link = try await users.makeSetupLink(at: WallClock.system.now) {
            say("Lập quản trị đầu tiên (dùng một lần): \(address)/setup/\(link.text)")
        }
    } catch {
        logger.error("setup link", metadata: ["error": "\(error)"])
    }
}

/// Writes a line at once, also into a pipe or a file.
private func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}
