import Glibc

/// The folder where the host keeps what it makes: copies of the plugins that it has loaded, and the lock of the host
/// that runs there.
struct DataFolder {
    let path: String

    /// Makes the folder where it is missing.
    init(_ path: String) throws(CommandError) {
        self.path = path
        if let folder = DataFolder.make(path) {
            throw CommandError(
                .environment, "the data folder could not be made: \(DataFolder.systemMessage)", at: folder,
                "name a folder that you may write to with --data-dir")
        }
        // With the dot a file that has the folder's name is "Not a directory".
        guard access(path + "/.", W_OK | X_OK) == 0 else {
            throw CommandError(
                .environment, "the data folder cannot be used: \(DataFolder.systemMessage)", at: path,
                "name a folder that you may write to with --data-dir")
        }
    }

    /// Where loaded libraries are copied to.
    var generations: String { path + "/generations" }
    /// Where strategies' sources are compiled, and the libraries are kept.
    var builds: String { path + "/builds" }

    /// Where recordings are kept.
    static func recordings(_ path: String) -> String { path + "/recordings" }

    /// A file by its path, or a recording of the data folder by the name that `sessions` lists.
    static func recording(_ name: String, in path: String) -> String {
        let listed = "\(recordings(path))/\(name).rec"
        return !FileSystem.exists(name) && !name.contains("/") && FileSystem.exists(listed) ? listed : name
    }

    /// Keeps other hosts out of this folder as long as the process lives: the system gives the lock back at its end,
    /// however it ends.
    func lock() throws(CommandError) {
        let name = path + "/host.lock"
        let file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw CommandError(
                .environment, "the lock could not be made: \(DataFolder.systemMessage)", at: name,
                "name a folder that you may write to with --data-dir")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let owner = DataFolder.content(of: file)
            close(file)
            throw CommandError(
                .environment, "another host\(owner.isEmpty ? "" : " (process \(owner))") runs on this data folder",
                at: path, "stop it, or give this one a folder of its own with --data-dir")
        }
        ftruncate(file, 0)
        _ = OutputFile.write("\(getpid())", to: file)
    }

    private static func content(of file: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(file, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)).filter { (0x30...0x39).contains($0) }, as: UTF8.self)
    }

    /// Makes a folder and those above it; what could not be made, with `errno` set.
    static func make(_ path: String) -> String? {
        withAncestors(path).first { mkdir($0, 0o777) != 0 && errno != EEXIST }
    }

    private static func withAncestors(_ path: String) -> [String] {
        path.indices.filter { path[$0] == "/" && $0 != path.startIndex }.map { String(path[..<$0]) } + [path]
    }

    private static var systemMessage: String { String(cString: strerror(errno)) }
}
