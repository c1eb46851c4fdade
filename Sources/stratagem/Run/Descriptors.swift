import Glibc

/// Open files of this process: every client has one.
enum Descriptors {
    /// As many as the machine gives without asking, up to what the listeners take.
    static func raise() {
        var limit = rlimit()
        let kind = __rlimit_resource_t(7)  // RLIMIT_NOFILE
        guard getrlimit(kind, &limit) == 0, limit.rlim_cur < 16_384 else { return }
        limit.rlim_cur = min(limit.rlim_max, 16_384)
        setrlimit(kind, &limit)
    }
}
