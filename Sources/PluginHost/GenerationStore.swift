internal import Glibc
internal import Synchronization

/// The folder with the copies that are in memory. Each copy has a path of its own: the system's loader answers a path
/// that it knows with the old image, and overwriting a mapped file would end the host.
struct GenerationStore: Sendable {
    let folder: String

    /// Counts in the whole process, so that no path is used twice even when a file was removed in between.
    private static let lastNumber = Mutex(0)

    /// Makes the folder, readable and writable by this user alone.
    func prepare() -> PluginProblem? {
        for path in Self.ancestors(of: folder) + [folder] where mkdir(path, 0o700) != 0 && errno != EEXIST {
            return .copy("\(path): \(FileBytes.systemMessage())")
        }
        var status = stat()
        guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            return .copy("\(folder) is not a folder")
        }
        guard status.st_uid == geteuid() else { return .copy("\(folder) belongs to another user") }
        if status.st_mode & 0o777 != 0o700, chmod(folder, 0o700) != 0 {
            return .copy("\(folder): \(FileBytes.systemMessage())")
        }
        return nil
    }

    /// "/a/b/c" → "/a", "/a/b".
    private static func ancestors(of path: String) -> [String] {
        path.indices.filter { path[$0] == "/" && $0 != path.startIndex }.map { String(path[..<$0]) }
    }

    /// Writes the bytes to a new path and reads them back.
    func add(_ bytes: [UInt8], from original: String) -> Result<(path: String, number: Int), PluginProblem> {
        if let problem = prepare() { return .failure(problem) }
        let stem = original.split(separator: "/").last.map(String.init) ?? "plugin.so"
        let hash = Self.paddedHash(bytes)
        while true {
            let number = Self.lastNumber.withLock { last in
                last += 1
                return last
            }
            let path = "\(folder)/\(getpid())-\(number)-\(hash)-\(stem)"
            switch FileBytes.create(path, bytes, mode: 0o500) {
            case .failure(.exists): continue
            case .failure(.message(let message)): return .failure(.copy("\(path): \(message)"))
            case .success: break
            }
            guard case .success(let copy) = FileBytes.read(path, limit: bytes.count), copy == bytes else {
                return .failure(.copy("\(path) does not hold what was written"))
            }
            return .success((path, number))
        }
    }

    /// Removes the copies of processes that have ended.
    func removeLeftovers() {
        for name in FileBytes.names(in: folder) ?? [] {
            guard let owner = name.split(separator: "-").first.flatMap({ pid_t($0) }), owner != getpid() else {
                continue
            }
            if kill(owner, 0) != 0, errno == ESRCH { unlink("\(folder)/\(name)") }
        }
    }

    /// FNV-1a over the content, so that a path in a crash report names the bytes.
    private static func paddedHash(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
