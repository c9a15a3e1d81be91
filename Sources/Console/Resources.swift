import Foundation

/// Where templates, migrations, stylesheets and data files are: beside the program when it is installed, above it when
/// it was built in a checkout.
struct Resources: Sendable {
    struct Missing: Error, CustomStringConvertible {
        let searched: [String]

        var description: String {
            "Không thấy thư mục templates/ của Trực Ban. Đã tìm ở: \(searched.joined(separator: ", "))."
        }
    }

    let root: String

    var templates: String { root + "/templates" }
    var assets: String { root + "/public" }
    var migrations: String { root + "/migrations" }
    var data: String { root + "/data" }

    static func find() throws -> Resources {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        var candidates = [program.deletingLastPathComponent().appendingPathComponent("../share/trucban").standardized.path]
        var folder = program.deletingLastPathComponent()
        while folder.path != "/" {
            candidates.append(folder.path)
            folder.deleteLastPathComponent()
        }
        let found = candidates.first { FileManager.default.fileExists(atPath: $0 + "/templates/layout.mustache") }
        guard let found else { throw Missing(searched: candidates) }
        return Resources(root: found)
    }
}
