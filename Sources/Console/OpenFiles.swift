import Glibc
import Monitor

/// How many files this process may have open: every probe under way is one.
enum OpenFiles {
    /// Kept for pages, the database, and all that is not a probe.
    private static let reserve = 400

    /// Raises the limit as far as the system allows without asking.
    ///
    /// - Returns: How many probes may then be under way: one more would fail for want of a file, and look like an outage.
    static func ceilingForProbes() -> Int {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0 else { return 16 }
        let wanted = rlim_t(Rhythm.ceiling + reserve)
        if limit.rlim_cur < wanted {
            limit.rlim_cur = min(wanted, limit.rlim_max)
            _ = setrlimit(files, &limit)
            _ = getrlimit(files, &limit)
        }
        return max(16, min(Rhythm.ceiling, Int(clamping: limit.rlim_cur) - reserve))
    }
}
