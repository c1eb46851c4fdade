import CProcess
import Glibc
import PluginHost

/// What `doctor` asks of the machine: clock, disk, descriptors, ports.
enum MachineCheck {
    /// Times of orders and of tokens are only as good as the clock.
    static func clock() -> Diagnosis {
        let seconds = WallClock.now / 1_000_000_000
        // 2025-01-01 to 2100-01-01: before the first, a machine's clock has lost its battery.
        guard (1_735_689_600..<4_102_444_800).contains(seconds) else {
            return .problem("clock", "the clock is far off (\(seconds) s since 1970)", fix: "set the machine's clock")
        }
        switch system_clock_is_synchronized() {
        case 1: return .ok("clock", "synchronized")
        case 0: break
        default: return .ok("clock", "plausible")
        }
        return .warning("clock", "nothing keeps the clock right", fix: "run a time service (chrony, systemd-timesyncd)")
    }

    static func descriptors() -> Diagnosis {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(7), &limit) == 0 else {  // RLIMIT_NOFILE
            return .warning("descriptors", "the limit is not known", fix: "look at `ulimit -n`")
        }
        if limit.rlim_cur >= 1024 { return .ok("descriptors", "up to \(limit.rlim_cur)") }
        return .warning(
            "descriptors", "only \(limit.rlim_cur): few clients can connect at a time", fix: "`ulimit -n 4096` or more")
    }

    /// What keeps a strategy of `isolation: worker` from the rest of the machine.
    static func isolation(_ offered: (seccomp: Bool, landlock: Int) = Confinement.offered) -> Diagnosis {
        switch offered {
        case (false, _):
            .warning(
                "isolation", "the kernel takes no seccomp filters: workers may use the network and start processes",
                fix: "run where seccomp is allowed (in a container: its profile), or load only code that you trust")
        case (true, 0):
            .warning(
                "isolation", "seccomp, no Landlock: a worker may read files until its instance is made",
                fix: "use a kernel of 5.13 or newer with Landlock switched on (boot option lsm=landlock,…)")
        default: .ok("isolation", "seccomp, Landlock \(offered.landlock)")
        }
    }

    private static let bytesLeast: UInt64 = 100 << 20
    private static let bytesGood: UInt64 = 1 << 30

    static func diskSpace(of folder: String) -> Diagnosis {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else {
            return .warning("disk space", "\(folder): \(String(cString: strerror(errno)))", fix: "look at it by hand")
        }
        let bytes = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        let text = "\(NumberText.fixed(Double(bytes) / 1e9, 1)) GB free for \(folder)"
        if bytes < bytesLeast {
            return .problem("disk space", text, fix: "make room: a full disk stops the journal, and so trading")
        }
        if status.f_files > 0, status.f_favail < 1000 {
            return .problem("disk space", "\(status.f_favail) more files fit for \(folder)", fix: "remove small files")
        }
        return bytes < bytesGood ? .warning("disk space", text, fix: "make room") : .ok("disk space", text)
    }

    /// Whether the API could listen there; `isOurs` = a host of this data folder has it.
    static func port(_ host: String, _ port: UInt16, isOurs: Bool) -> Diagnosis {
        if port == 0 { return .ok("port", "\(host): any free one") }
        if isOurs { return .ok("port", "\(host):\(port) is the running host's") }
        var wanted = addrinfo()
        wanted.ai_socktype = Int32(SOCK_STREAM.rawValue)
        wanted.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &wanted, &found) == 0, let found else {
            return .problem("port", "\(host) is no address of this machine", fix: "mend api.host in host.yaml")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(found.pointee.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        // As the host does: a connection that ended a moment ago is not in the way.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        if bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 {
            return .ok("port", "\(host):\(port) is free")
        }
        return .problem(
            "port", "\(host):\(port): \(String(cString: strerror(errno)))",
            fix: "stop what listens there, or choose another with api.port in host.yaml or --port")
    }
}
