import CProcess
import Glibc

/// Runs one backtest in a process of its own and watches over it: whatever the strategy does there, the host trades on.
struct BacktestProcess {
    struct Bounds: Equatable {
        var wallSeconds: Int64 = 900
        var processorSeconds: UInt = 900
        var niceness: Int32 = 19
        /// Of one file that it writes.
        /// The memory that it shares with a worker counts as a file: room for a state of the largest size and its rings.
        var fileBytes: UInt = 128 << 20
        /// What it holds of the machine's memory at once.
        var memoryBytes: UInt64 = 1 << 30
    }

    let program: String
    let arguments: [String]
    /// Where what it prints is kept.
    let folder: String
    let bounds: Bounds

    private static let lookMicroseconds: UInt32 = 20_000
    /// Looks between two looks at the disk and the memory.
    private static let looksPerCheck = 10
    /// A strategy may have printed into it too.
    private static let printedBytesMax = 4 << 20
    private static let resultBytesMax = 1 << 18

    /// On the caller's thread, to its end. `isWanted` turns false when somebody cancels.
    func run(isWanted: () -> Bool, progress: (Double) -> Void) -> BacktestOutcome {
        if let obstacle = DataCollection.diskObstacle(folder) { return .failed(obstacle) }
        let child: ChildProcess
        do throws(CommandError) {
            child = try ChildProcess.start(program, arguments, output: "\(folder)/out", errors: "\(folder)/err")
        } catch {
            return .failed("it could not be started: \(error.what)")
        }
        // Twice the memory that the looks allow: for what grows between two of them.
        process_keep_aside(
            child.id, bounds.niceness, bounds.processorSeconds, bounds.fileBytes, UInt(bounds.memoryBytes * 2))
        return watch(child, isWanted, progress)
    }

    private func watch(_ child: ChildProcess, _ isWanted: () -> Bool, _ progress: (Double) -> Void) -> BacktestOutcome {
        let deadline = MonotonicClock.now + bounds.wallSeconds * 1_000_000_000
        var looks = 0
        while true {
            if let end = child.takeEnd() { return outcome(end) }
            var reason = isWanted() ? nil : "it was cancelled"
            if MonotonicClock.now >= deadline { reason = "it did not end within \(bounds.wallSeconds) s" }
            looks += 1
            if looks % BacktestProcess.looksPerCheck == 0 {
                reason = reason ?? memoryObstacle(child.id) ?? DataCollection.diskObstacle(folder)
                if let part = ProgressFile.read("\(folder)/progress") { progress(part) }
            }
            if let reason {
                child.send(SIGKILL)
                _ = child.waitForEnd {}
                return .failed(reason)
            }
            usleep(BacktestProcess.lookMicroseconds)
        }
    }

    /// It holds too much memory of its own.
    private func memoryObstacle(_ process: pid_t) -> String? {
        let status = FileSystem.text(of: "/proc/\(process)/status", bytesMax: 1 << 16) ?? ""
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("RssAnon:") }),
            let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
                .flatMap({ UInt64($0) }), kilobytes << 10 > bounds.memoryBytes
        else { return nil }
        return "it held \(kilobytes >> 10) MB of memory; \(bounds.memoryBytes >> 20) MB are allowed"
    }

    private func outcome(_ end: ChildProcess.End) -> BacktestOutcome {
        switch end {
        case .exited(0):
            guard let line = lastLine(of: "out"), line.hasPrefix("{"), line.utf8.count <= BacktestProcess.resultBytesMax
            else {
                return .failed("it ended without a result")
            }
            return .completed(line)
        case .exited:
            return .failed(lastLine(of: "err").map(BacktestProcess.plain) ?? "it ended with \(end.text)")
        case .signal(SIGXCPU):
            return .failed("it used all of its \(bounds.processorSeconds) s of processor time")
        case .signal(SIGXFSZ): return .failed("it wrote a file of more than \(bounds.fileBytes >> 20) MB")
        case .signal: return .failed("it crashed: \(end.text)")
        }
    }

    private func lastLine(of name: String) -> String? {
        FileSystem.text(of: "\(folder)/\(name)", bytesMax: BacktestProcess.printedBytesMax)?
            .split(separator: "\n").last.map(String.init)
    }

    private static func plain(_ line: String) -> String {
        let text = line.hasPrefix("error: ") ? String(line.dropFirst(7)) : line
        return String(text.prefix(1_000)).printable
    }
}
