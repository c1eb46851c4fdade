import Glibc
import Testing

/// A terminal of this process's own: what a command writes to `path` comes out of `read`.
final class Terminal {
    private let descriptor: Int32
    let path: String
    private(set) var text = ""
    private var bytes: [UInt8] = []

    init(columns: UInt16, rows: UInt16) throws {
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        // TIOCSPTLCK and TIOCGPTN of the kernel's interface: unlock the other end, and tell its number.
        var isLocked: Int32 = 0
        var number: Int32 = 0
        let isReady =
            descriptor >= 0 && ioctl(descriptor, 0x4004_5431, &isLocked) == 0
            && ioctl(descriptor, 0x8004_5430, &number) == 0
        path = "/dev/pts/\(number)"
        try #require(isReady, "no terminal: \(String(cString: strerror(errno)))")
        resize(columns: columns, rows: rows)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    deinit { close(descriptor) }

    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
    }

    /// Takes what has come since.
    func read() {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// Reads until `text` has come; false when it does not in time.
    func wait(for text: String, seconds: Int = 60) async -> Bool {
        let deadline = Clock.milliseconds + seconds * 1000
        while true {
            read()
            if self.text.contains(text) { return true }
            guard Clock.milliseconds < deadline else { return false }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// What was drawn until the old screen came back, picture by picture, without codes.
    var pictures: [[String]] {
        let drawn = text.split(separator: "\u{1b}[?1049l").first ?? ""
        return drawn.split(separator: "\u{1b}[H").dropFirst().map { picture in
            // The terminal puts a carriage return of its own before each line feed.
            Terminal.withoutCodes(picture).unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
                String(String.UnicodeScalarView($0.filter { $0 != "\r" }))
            }
        }
    }

    private static func withoutCodes(_ text: Substring) -> String {
        var plain = ""
        var isCode = false
        for scalar in text.unicodeScalars {
            if scalar == "\u{1b}" {
                isCode = true
            } else if isCode {
                // A code ends with its letter.
                if scalar.properties.isAlphabetic { isCode = false }
            } else {
                plain.unicodeScalars.append(scalar)
            }
        }
        return plain
    }
}
