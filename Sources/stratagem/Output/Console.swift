import Glibc

/// Standard output and standard error. Lines are collected and written in one go at the end or by `flush`.
enum Console {
    private static let output = OutputFile(descriptor: STDOUT_FILENO)

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Shows on standard error what is being done, in place of what it showed before; "" wipes it away.
    static func progress(_ text: String) { _ = OutputFile.write("\r\u{1b}[K" + text, to: STDERR_FILENO) }

    /// Adds a line to standard output.
    static func print(_ line: String) { output.add(line + "\n") }

    /// Adds text as it is.
    static func write(_ text: String) { output.add(text) }

    /// Writes what was collected; false when nobody reads any more.
    @discardableResult
    static func flush() -> Bool { output.flush() }

    /// The last flush: output that cannot be written is an error of the environment, a reader that left is none.
    static func finish() {
        if output.flush() || output.lastError == EPIPE { return }
        error(
            "error: the output could not be written: \(String(cString: strerror(output.lastError))) – standard output – "
                + "make room or write to another place")
        exit(CommandError.Code.environment.rawValue)
    }

    /// Writes a line to standard error at once.
    static func error(_ line: String) { _ = OutputFile.write(line + "\n", to: STDERR_FILENO) }

    static func exit(_ code: Int32) -> Never { Glibc.exit(code) }

    /// Columns and rows of the terminal at standard output; 80 × 24 where it does not say.
    static var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

/// A descriptor with a buffer. One thread writes: the one that runs the command.
final class OutputFile: @unchecked Sendable {
    private let descriptor: Int32
    private var buffer = ""
    private(set) var lastError: Int32 = 0

    init(descriptor: Int32) { self.descriptor = descriptor }

    func add(_ text: String) {
        buffer += text
        if buffer.utf8.count > 1 << 16 { flush() }
    }

    @discardableResult
    func flush() -> Bool {
        guard lastError == 0 else { return false }
        guard !buffer.isEmpty else { return true }
        lastError = OutputFile.write(buffer, to: descriptor)
        buffer.removeAll(keepingCapacity: true)
        return lastError == 0
    }

    /// Writes all of it; returns 0 or the system's error number.
    static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count >= 0 {
                    written += count
                } else if errno == EAGAIN {
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, 1000)
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }
}
