import Glibc

/// Where the host listens for commands of the same user: `host.sock` in the data folder. A socket's path has room for
/// 107 bytes; where the folder's own is longer, a folder of the user's below /tmp takes its place.
enum LocalSocket {
    static let pathBytesMax = 107

    /// An absolute path to listen at, with nothing there; host.json tells it to clients. Hold the data folder's lock:
    /// what an earlier host left is removed. Set the socket's mode to 0600 after binding.
    static func prepare(in dataFolder: String) throws(CommandError) -> String {
        let path = try path(in: dataFolder)
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFSOCK, unlink(path) == 0 else {
                throw CommandError(
                    .environment, "something else is in the local socket's place", at: path, "move it away")
            }
        }
        return path
    }

    static func path(in dataFolder: String) throws(CommandError) -> String {
        guard let folder = realpath(dataFolder, nil) else {
            throw CommandError(
                .environment, "the data folder cannot be used: \(String(cString: strerror(errno)))", at: dataFolder,
                "name a folder that you may write to with --data-dir")
        }
        defer { free(folder) }
        let whole = String(cString: folder)
        let near = whole + "/host.sock"
        if near.utf8.count <= pathBytesMax { return near }
        let short = "/tmp/stratagem-\(getuid())-\(fingerprint(whole))"
        try makePrivate(short)
        return short + "/host.sock"
    }

    /// Everybody may write to /tmp: the folder must be a real one, ours, and closed to others.
    private static func makePrivate(_ folder: String) throws(CommandError) {
        if mkdir(folder, 0o700) == 0 { return }
        var status = stat()
        guard errno == EEXIST, lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
            status.st_uid == getuid(), status.st_mode & 0o077 == 0
        else {
            throw CommandError(
                .environment, "the folder for the local socket is not ours alone", at: folder,
                "remove it, or use a data folder with a shorter path")
        }
    }

    /// FNV-1a, 64 bits: the same data folder always has the same place.
    private static func fingerprint(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}
