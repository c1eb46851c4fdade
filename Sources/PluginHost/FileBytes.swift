internal import Glibc

/// A file's bytes in memory. Libraries are read, not mapped: a file that shrinks under a mapping would end the host.
enum FileBytes {
    /// Reads a regular file of at most `limit` bytes; a pipe or device is not opened for waiting.
    static func read(_ path: String, limit: Int) -> Result<[UInt8], PluginProblem> {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return .failure(.unreadable(systemMessage())) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { return .failure(.unreadable(systemMessage())) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .failure(.unreadable("it is not a regular file")) }
        let size = Int(status.st_size)
        guard size <= limit else { return .failure(.tooLarge(bytes: size, limitBytes: limit)) }
        var failure: String?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = 0
            while count < size {
                let got = Glibc.read(file, buffer.baseAddress! + count, size - count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = systemMessage() }
                if got <= 0 { return }
                count += got
            }
        }
        return failure.map { .failure(.unreadable($0)) } ?? .success(bytes)
    }

    /// Writes `bytes` to a file that must not exist yet, with permissions `mode`.
    static func create(_ path: String, _ bytes: [UInt8], mode: mode_t) -> Result<Void, CreationFailure> {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { return .failure(errno == EEXIST ? .exists : .message(systemMessage())) }
        var written = 0
        var failure: String?
        while written < bytes.count, failure == nil {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + written, bytes.count - written) }
            if count >= 0 { written += count } else if errno != EINTR { failure = systemMessage() }
        }
        if close(file) != 0, failure == nil { failure = systemMessage() }
        if let failure {
            unlink(path)
            return .failure(.message(failure))
        }
        return .success(())
    }

    /// A new folder of this user alone; what went wrong, or nil.
    static func makeFolder(_ path: String) -> String? {
        mkdir(path, 0o700) == 0 ? nil : "\(path): \(systemMessage())"
    }

    enum CreationFailure: Error {
        case exists
        case message(String)
    }

    /// What the last failed system call said.
    static func systemMessage() -> String { String(cString: strerror(errno)) }

    /// The names in a folder, sorted; nil when it cannot be read.
    static func names(in folder: String) -> [String]? {
        guard let directory = opendir(folder) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Follows links, as all readers of the strategies folder do.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
