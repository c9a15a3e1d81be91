import ArgumentParser

/// The command line of Trực Ban.
@main
struct TrucBan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trucban",
        abstract: "Trực Ban: bàn trực vận hành và tuân thủ của Hệ thống QLVB&ĐH tỉnh Ninh Bình.",
        subcommands: [
            Serve.self, Migrate.self, UserCommand.self, DemoCommand.self, ImportCommand.self, MonitorsCommand.self,
            ProbeCommand.self, ReportCommand.self, AuditCommand.self, Doctor.self,
        ],
        defaultSubcommand: Serve.self)
}
