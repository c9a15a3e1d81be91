import Civil
package import Database
package import Foundation
import Organization

/// A file that belongs to an entry of an incident's story.
package struct IncidentFile: Hashable, Sendable {
    package typealias ID = RowID<IncidentFile>

    /// Điều 8.4: 50 MB each.
    package static let largest = 50 << 20
    /// How many may come with one entry; our own limit.
    package static let most = 5

    package let id: ID
    package let entry: TimelineEntry.ID
    /// As Điều 8.4 wants it: `Anhmanhinh.png`.
    package let name: String
    /// As it was called before.
    package let originalName: String
    /// Bytes.
    package let size: Int
    package let sha256: [UInt8]
    /// Under which its pieces lie.
    let upload: UUID

    package var kind: FileKind? { FileKind(rawValue: ending(of: name)) }
}

extension IncidentFile: PostgresRow {
    package static var columns: String { "f.id, f.entry_id, f.name, f.original_name, f.size, f.sha256, f.upload" }

    package init(row: inout RowReader) throws {
        id = try row.read()
        entry = try row.read()
        name = try row.read()
        originalName = try row.read()
        size = try row.read()
        sha256 = try row.read()
        upload = try row.read()
    }
}

/// A file that has come in and that no entry claims yet.
package struct IncomingFile: Sendable {
    package let upload: UUID
    package let originalName: String
    package let sha256: [UInt8]
    package let inspection: FileInspection

    package init(upload: UUID, originalName: String, sha256: [UInt8], inspection: FileInspection) {
        self.upload = upload
        self.originalName = originalName
        self.sha256 = sha256
        self.inspection = inspection
    }

    /// The name without marks and special characters (Điều 8.4); nil when nothing is left of it.
    package var name: String? {
        let kind = ending(of: originalName)
        let title = originalName.dropLast(kind.isEmpty ? 0 : kind.count + 1)
        return ElectronicFileName(String(title), extension: kind)?.description
    }

    /// Why it cannot be kept, in the reader's words; nil when it can.
    package var problem: String? {
        let kinds = FileKind.allCases.map(\.rawValue).joined(separator: ", ")
        guard let kind = FileKind(rawValue: ending(of: originalName)) else {
            return "Tệp “\(originalName)”: chỉ nhận \(kinds) (Điều 8.3)."
        }
        if inspection.size == 0 { return "Tệp “\(originalName)”: tệp rỗng." }
        if inspection.size > IncidentFile.largest { return "Tệp “\(originalName)”: lớn hơn 50 MB (Điều 8.4)." }
        if name == nil { return "Tệp “\(originalName)”: tên cần có chữ cái hoặc chữ số (Điều 8.4)." }
        if inspection.isKind(kind) { return nil }
        let likeness = inspection.likeness.map { " mà giống \($0.rawValue)" } ?? ""
        return kind == .txt || kind == .csv
            ? "Tệp “\(originalName)”: nội dung không phải văn bản UTF-8\(likeness). Hãy lưu lại dạng UTF-8."
            : "Tệp “\(originalName)”: nội dung không phải \(kind.rawValue)\(likeness). Tên và nội dung của tệp phải cùng một định dạng."
    }
}

/// - Parameter count: How many came, with those that were not kept.
/// - Throws: `Refusal` naming every file that cannot be kept.
func checkFiles(_ files: [IncomingFile], count: Int) throws(Refusal) {
    var problems = files.compactMap(\.problem).map { Refusal.Problem(field: "files", text: $0) }
    if count > IncidentFile.most {
        problems.append(.init(field: "files", text: "Mỗi diễn biến kèm tối đa \(IncidentFile.most) tệp, đang có \(count)."))
    }
    if !problems.isEmpty { throw Refusal(problems) }
}

/// The ending of a file's name without its dot, in small letters; empty where there is none.
private func ending(of name: String) -> String {
    name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
}
