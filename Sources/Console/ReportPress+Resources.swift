import Database
import Foundation
import Reports
import Web

extension ReportPress {
    /// - Throws: when a file of ours is missing.
    init(_ resources: Resources, database: Database) async throws {
        try await self.init(
            resources, templates: Templates(directory: resources.templates), database: database)
    }

    init(_ resources: Resources, templates: Templates, database: Database) throws {
        self.init(
            store: ReportStore(database: database), templates: templates,
            style: try String(contentsOfFile: resources.assets + "/report.css", encoding: .utf8))
    }
}
