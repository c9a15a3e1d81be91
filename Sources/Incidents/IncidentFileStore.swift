package import Civil
import Crypto
import Database
import Foundation
import Organization
package import Web

/// Takes the files of a form as they come in: into the database in pieces of a quarter of a megabyte, so that neither the
/// console nor a file of its own ever holds a whole one. What is refused or cut off is taken out again.
package struct FileIntake: Sendable {
    private struct Current {
        let upload = UUID()
        let name: String
        var hash = SHA256()
        var inspection = FileInspection()
        var buffer: [UInt8] = []
        var position = 0
    }

    private static let chunk = 256 << 10

    private let database: Database
    private let now: Instant
    private var current: Current?
    private var uploads: [UUID] = []
    /// Those that came whole.
    package private(set) var files: [IncomingFile] = []
    /// How many there were, with those beyond the limit, of which nothing is kept.
    package private(set) var count = 0

    init(database: Database, now: Instant) {
        self.database = database
        self.now = now
    }

    package mutating func take(_ piece: Form.FilePiece) async throws {
        switch piece {
        case .begin(_, let name):
            count += 1
            current = count > IncidentFile.most ? nil : Current(name: name)
            if let current { uploads.append(current.upload) }
        case .bytes(let bytes):
            current?.buffer += bytes
            while (current?.buffer.count ?? 0) >= Self.chunk { try await store(Self.chunk) }
        case .end:
            while let rest = current?.buffer.count, rest > 0 { try await store(min(Self.chunk, rest)) }
            if let current {
                files.append(IncomingFile(
                    upload: current.upload, originalName: current.name, sha256: Array(current.hash.finalize()),
                    inspection: current.inspection))
            }
            current = nil
        }
    }

    private mutating func store(_ length: Int) async throws {
        guard var file = current else { return }
        // One owner, so that the buffer is not copied.
        current = nil
        let bytes = Array(file.buffer.prefix(length))
        file.buffer.removeFirst(length)
        file.hash.update(data: bytes)
        file.inspection.take(bytes)
        // Of what is too large only the size is counted on.
        if file.inspection.size <= IncidentFile.largest {
            try await database.run(
                """
                INSERT INTO incident_file_chunks (upload, position, bytes, written_at)
                VALUES (\(file.upload), \(file.position), \(bytes), \(now))
                """)
        }
        file.position += 1
        current = file
    }

    /// Takes out what no entry has claimed.
    package func discard() async throws {
        try await database.run(
            """
            DELETE FROM incident_file_chunks c WHERE c.upload = ANY (\(uploads))
            AND NOT EXISTS (SELECT FROM incident_files f WHERE f.upload = c.upload)
            """)
    }
}

extension IncidentStore {
    package func intake(at now: Instant) -> FileIntake { FileIntake(database: database, now: now) }

    /// The files of an incident's story, and of what was merged into it.
    package func files(of incident: Incident.ID) async throws -> [IncidentFile] {
        try await database.all(
            """
            SELECT \(columns: IncidentFile.self)
            FROM   incident_members m JOIN incident_entries e ON e.incident_id = m.member_id
            JOIN   incident_files f ON f.entry_id = e.id
            WHERE  m.incident_id = \(incident) ORDER BY f.id
            """)
    }

    /// - Returns: nil for a file that is not the incident's.
    package func file(_ id: IncidentFile.ID, of incident: Incident.ID) async throws -> IncidentFile? {
        try await files(of: incident).first { $0.id == id }
    }

    /// One piece of a file; nil after the last.
    package func chunk(_ position: Int, of file: IncidentFile) async throws -> [UInt8]? {
        try await database.values(
            "SELECT bytes FROM incident_file_chunks WHERE upload = \(file.upload) AND position = \(position)",
            as: [UInt8].self
        ).first
    }

    /// Sweeps out what came in and belongs to nothing, because somebody went away in the middle of it or a console died.
    package func sweepUploads(at now: Instant) async throws {
        try await database.run(
            """
            DELETE FROM incident_file_chunks c WHERE c.written_at < \(now - .seconds(86_400))
            AND NOT EXISTS (SELECT FROM incident_files f WHERE f.upload = c.upload)
            """)
    }
}

extension Transaction {
    /// Lets an entry claim files. All of their bytes must be there.
    func claim(_ files: [IncomingFile], for entry: TimelineEntry.ID) async throws {
        for file in files {
            guard let name = file.name else { continue }
            let kept = try await run(
                """
                INSERT INTO incident_files (entry_id, upload, name, original_name, size, sha256)
                SELECT \(entry), \(file.upload), \(name), \(file.originalName), \(file.inspection.size), \(file.sha256)
                WHERE  (SELECT sum(length(bytes)) FROM incident_file_chunks WHERE upload = \(file.upload)) = \(file.inspection.size)
                """)
            if kept == 0 { throw Refusal(field: "files", "Tệp “\(file.originalName)” chưa tới đủ: hãy gửi lại.") }
        }
    }
}
