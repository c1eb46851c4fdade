import Glibc

/// Writes a file as a whole or not at all: into a temporary one beside it, which then takes its name.
enum ReplacedFile {
    /// An existing file is replaced. Anything in the way is an error of the environment.
    /// `mode` is narrowed by the user's mask, as for any new file.
    static func write(_ text: String, to path: String, mode: mode_t = 0o666) throws(CommandError) {
        func fail(_ step: String) -> CommandError {
            CommandError(
                .environment, "could not be \(step): \(String(cString: strerror(errno)))", at: path,
                "name a file in a folder that you may write to")
        }
        // Writing through a name like /dev/stdout: what is there and no regular file cannot be replaced.
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            return try writeThrough(text, to: path, fail)
        }
        let temporary = "\(path).\(getpid()).tmp"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw fail("made") }
        let failure = OutputFile.write(text, to: file)
        let isClosed = close(file) == 0
        guard failure == 0, isClosed, rename(temporary, path) == 0 else {
            if failure != 0 { errno = failure }
            let error = fail("written")
            unlink(temporary)
            throw error
        }
    }

    private static func writeThrough(
        _ text: String, to path: String, _ fail: (String) -> CommandError
    ) throws(CommandError) {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw fail("opened") }
        defer { close(file) }
        errno = OutputFile.write(text, to: file)
        if errno != 0 { throw fail("written") }
    }
}

/// A file that is written piece by piece and has its name when it is whole; without `finish` nothing is left of it.
final class GrowingFile {
    private let path: String
    private let temporary: String
    private var file: Int32

    init(_ path: String) throws(CommandError) {
        self.path = path
        temporary = "\(path).\(getpid()).tmp"
        file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw fault("made") }
    }

    deinit {
        guard file >= 0 else { return }
        close(file)
        unlink(temporary)
    }

    func append(_ text: String) throws(CommandError) {
        let failure = OutputFile.write(text, to: file)
        guard failure == 0 else {
            errno = failure
            throw fault("written")
        }
    }

    func finish() throws(CommandError) {
        guard close(file) == 0, rename(temporary, path) == 0 else { throw fault("written") }
        file = -1
    }

    private func fault(_ step: String) -> CommandError {
        CommandError(
            .environment, "could not be \(step): \(String(cString: strerror(errno)))", at: path,
            "name a file in a folder that you may write to")
    }
}
