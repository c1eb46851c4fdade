import Glibc

/// How far a backtest has come, for the host that started it: ten-thousandths, in a file of five digits.
final class ProgressFile {
    private let file: Int32
    private var nextWrite: Int64 = 0
    private static let stepNanoseconds: Int64 = 100_000_000

    init(_ path: String) throws(CommandError) {
        file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw CommandError(
                .environment, "could not be made: \(String(cString: strerror(errno)))", at: path,
                "name a file in a folder that you may write to")
        }
    }

    deinit { close(file) }

    func write(_ fraction: Double) {
        let now = MonotonicClock.now
        guard now >= nextWrite else { return }
        nextWrite = now + ProgressFile.stepNanoseconds
        let digits = String(Int((min(max(fraction, 0), 1) * 10_000).rounded(.down)))
        let text = String(repeating: "0", count: 5 - digits.utf8.count) + digits
        // What cannot be written is not worth ending for.
        _ = text.withCString { pwrite(file, $0, 5, 0) }
    }

    /// nil = nothing is known yet.
    static func read(_ path: String) -> Double? {
        FileSystem.text(of: path, bytesMax: 16).flatMap { Int($0) }.map { min(Double($0) / 10_000, 1) }
    }
}
