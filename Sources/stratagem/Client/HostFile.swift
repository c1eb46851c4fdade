import Glibc

/// `host.json` in the data folder: where the host that runs there can be reached, for commands on the same machine.
/// Readable by its owner alone, for it holds a secret.
struct HostFile: Equatable {
    /// Of the main listener: "http://127.0.0.1:8080".
    var url: String
    var pid: pid_t
    /// nil = the host has no supervisor.
    var supervisorPid: pid_t?
    /// The local socket; nil = there is none.
    var socket: String?
    /// ISO 8601.
    var startedAt: String
    var version: String
    /// The local administrator's secret, for as long as this host runs.
    var token: String?

    /// What the data folder says about a host.
    enum Reading: Equatable {
        case none
        /// The process is alive.
        case running(HostFile)
        /// The host ended without removing the file.
        case stale(HostFile)
        /// The file is not what a host writes; the reason.
        case damaged(String)
    }

    static func path(in folder: String) -> String { folder + "/host.json" }

    /// 32 random bytes in hexadecimal.
    static func makeToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }.hexadecimal
    }

    /// Replaces the file as a whole.
    func write(in folder: String) throws(CommandError) {
        try ReplacedFile.write(json.text + "\n", to: HostFile.path(in: folder), mode: 0o600)
    }

    /// At the host's end; the file of another process stays.
    static func remove(from folder: String, pid: pid_t = getpid()) {
        guard case .running(let file) = read(from: folder), file.pid == pid else { return }
        unlink(path(in: folder))
    }

    static func read(from folder: String) -> Reading {
        let path = path(in: folder)
        guard FileSystem.exists(path) else { return .none }
        guard let text = FileSystem.text(of: path, bytesMax: 1 << 16) else {
            return .damaged("it cannot be read: \(String(cString: strerror(errno)))")
        }
        guard let json = try? JSON(parsing: text), let file = HostFile(json) else {
            return .damaged("it is not what a host writes")
        }
        // Somebody else's process is alive too: no permission to signal it.
        return kill(file.pid, 0) == 0 || errno == EPERM ? .running(file) : .stale(file)
    }

    private var json: JSON {
        .object([
            ("url", .string(url)), ("pid", .integer(pid)),
            ("supervisor_pid", supervisorPid.map { .integer($0) } ?? .null), ("socket", .optional(socket)),
            ("started_at", .string(startedAt)), ("version", .string(version)), ("token", .optional(token)),
        ])
    }

    init(
        url: String, pid: pid_t = getpid(), supervisorPid: pid_t? = nil, socket: String?, startedAt: String,
        version: String, token: String?
    ) {
        self.url = url
        self.pid = pid
        self.supervisorPid = supervisorPid
        self.socket = socket
        self.startedAt = startedAt
        self.version = version
        self.token = token
    }

    private init?(_ json: JSON) {
        guard let url = json["url"]?.string, let pid = json["pid"]?.int.flatMap({ pid_t(exactly: $0) }), pid > 0,
            let startedAt = json["started_at"]?.string, let version = json["version"]?.string
        else { return nil }
        self.init(
            url: url, pid: pid, supervisorPid: json["supervisor_pid"]?.int.flatMap { pid_t(exactly: $0) },
            socket: json["socket"]?.string, startedAt: startedAt, version: version, token: json["token"]?.string)
    }
}
