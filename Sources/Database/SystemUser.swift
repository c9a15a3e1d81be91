import Foundation

/// A user of this machine.
struct SystemUser: Sendable {
    let id: uid_t
    let group: gid_t

    init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        id = entry.pointee.pw_uid
        group = entry.pointee.pw_gid
    }

    /// Whether every directory down to `path` lets this user through.
    func canReach(_ path: String) -> Bool {
        var directory = ""
        return path.split(separator: "/").allSatisfy { part in
            directory += "/\(part)"
            var status = stat()
            guard stat(directory, &status) == 0 else { return false }
            let bit: mode_t = status.st_uid == id ? 0o100 : status.st_gid == group ? 0o010 : 0o001
            return status.st_mode & bit != 0
        }
    }
}
