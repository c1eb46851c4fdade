import Glibc
import Synchronization

/// A file that is appended to, and set aside when it is large: the newest is `path`, those before `path.1` and so on.
final class AccessLogFile: Sendable {
    private let path: String
    private let bytesMax: Int
    /// Older ones that are kept.
    private let kept: Int
    private let open = Mutex<(descriptor: Int32, bytes: Int)?>(nil)

    init(path: String, bytesMax: Int = 16 << 20, kept: Int = 4) {
        self.path = path
        self.bytesMax = bytesMax
        self.kept = kept
    }

    deinit { open.withLock { if let file = $0 { close(file.descriptor) } } }

    /// What went wrong; nil = it is in the file.
    func append(_ bytes: UnsafeRawBufferPointer) -> String? {
        open.withLock { open in
            if let file = open, file.bytes + bytes.count > bytesMax {
                close(file.descriptor)
                open = nil
                setAside()
            }
            if open == nil { open = begin() }
            guard let file = open else { return problem("cannot be opened") }
            var rest = bytes
            while !rest.isEmpty {
                let count = Glibc.write(file.descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return problem("cannot be written") }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            open = (file.descriptor, file.bytes + bytes.count)
            return nil
        }
    }

    /// Who reads it is the operator.
    private func begin() -> (descriptor: Int32, bytes: Int)? {
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        fstat(descriptor, &status)
        return (descriptor, Int(status.st_size))
    }

    private func setAside() {
        for number in stride(from: kept - 1, to: 0, by: -1) { rename("\(path).\(number)", "\(path).\(number + 1)") }
        rename(path, "\(path).1")
    }

    private func problem(_ what: String) -> String {
        "the access log \(path) \(what): \(String(cString: strerror(errno)))"
    }
}
