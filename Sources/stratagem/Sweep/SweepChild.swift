import CProcess
import Glibc

/// A child of this program that runs tasks of a sweep, one at a time, as its parent sees it.
final class SweepChild {
    enum News {
        case nothing
        case ready
        case row(SweepRow)
        /// Why it is no more, or is no good any more.
        case gone(String)
    }

    private(set) var task: SweepTask?
    private(set) var isReady = false
    /// It was ended because it took too long.
    private(set) var wasLate = false
    private let process: ChildProcess
    private let input: Int32
    let output: Int32
    let errors: Int32
    private var lines: [UInt8] = []
    /// The end of what it wrote to standard error.
    private var complaints: [UInt8] = []
    private var deadline: Int64

    private static let lineBytesMax = 16 << 20
    private static let complaintBytesMax = 8 << 10
    private static let chunksMax = 256
    /// For one that was told to end.
    private static let patienceMicroseconds: UInt32 = 2_000_000

    init(_ program: String, _ arguments: [String], secondsMax: Int) throws(CommandError) {
        var pipes: [(reading: Int32, writing: Int32)] = []
        for _ in 0..<3 {
            var ends: [Int32] = [-1, -1]
            guard process_pipe(&ends) == 0 else {
                let reason = String(cString: strerror(errno))
                for pipe in pipes { _ = (close(pipe.reading), close(pipe.writing)) }
                throw CommandError(
                    .environment, "no pipe for a child: \(reason)", at: "sweep", "raise the limit of open files")
            }
            pipes.append((ends[0], ends[1]))
        }
        (input, output, errors) = (pipes[0].writing, pipes[1].reading, pipes[2].reading)
        defer { _ = (close(pipes[0].reading), close(pipes[1].writing), close(pipes[2].writing)) }
        do {
            process = try ChildProcess.start(
                program, arguments, input: pipes[0].reading, output: pipes[1].writing, errors: pipes[2].writing)
        } catch {
            _ = (close(input), close(output), close(errors))
            throw error
        }
        for end in [output, errors] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        deadline = MonotonicClock.now + Int64(secondsMax) * 1_000_000_000
    }

    /// One that dies before it reads shows so by the end of its output.
    func begin(_ task: SweepTask, secondsMax: Int) {
        self.task = task
        deadline = MonotonicClock.now + Int64(secondsMax) * 1_000_000_000
        _ = OutputFile.write(task.line + "\n", to: input)
    }

    func postpone(by nanoseconds: Int64) { deadline += nanoseconds }

    /// What has come since; it is over with this child after `gone`.
    func news() -> News {
        let isAlive = read()
        guard lines.count <= SweepChild.lineBytesMax else { return stop("it wrote a row of more than 16 MB") }
        if let end = lines.firstIndex(of: 0x0A) {
            let line = String(decoding: lines[..<end], as: UTF8.self)
            lines.removeSubrange(...end)
            return take(line)
        }
        guard isAlive else {
            // Who ends closes its output; one that closes it and stays is no good.
            process.send(SIGKILL)
            return .gone(reason(process.waitForEnd {}))
        }
        wasLate = (task != nil || !isReady) && MonotonicClock.now >= deadline
        return wasLate ? stop("it did not end in time") : .nothing
    }

    /// Takes some of what it wrote: one that writes without end must not hold up the others. false = its output has ended.
    private func read() -> Bool {
        for _ in 0..<SweepChild.chunksMax {
            guard let bytes = SweepChild.read(errors), !bytes.isEmpty else { break }
            complaints = Array((complaints + bytes).suffix(SweepChild.complaintBytesMax))
        }
        for _ in 0..<SweepChild.chunksMax {
            guard let bytes = SweepChild.read(output) else { return true }
            if bytes.isEmpty { return false }
            lines += bytes
        }
        return true
    }

    private func take(_ line: String) -> News {
        if !isReady, line == SweepRunner.ready {
            isReady = true
            return .ready
        }
        guard let row = SweepRow(line: line), row.number == task?.number else {
            return stop("it answered what is no row of the run")
        }
        task = nil
        return .row(row)
    }

    private func stop(_ reason: String) -> News {
        process.send(SIGKILL)
        _ = process.waitForEnd {}
        return .gone(reason)
    }

    /// Its own last words where there are some.
    private func reason(_ end: ChildProcess.End) -> String {
        let words = String(decoding: complaints, as: UTF8.self).split(separator: "\n")
        switch end {
        case .signal:
            let fatal = words.first { $0.contains("Fatal error: ") }?.split(separator: "Fatal error: ").last
            return "it crashed: \(end.text)" + (fatal.map { ", \($0.prefix(300))" } ?? "").printable
        case .exited:
            let error = words.last { $0.hasPrefix("error: ") }.map { String($0.dropFirst(7)) }
            return (error ?? "it ended with \(end.text)").printable
        }
    }

    /// nil = nothing is there now; empty = the end.
    private static func read(_ descriptor: Int32) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count >= 0 { return Array(chunk[..<count]) }
            if errno != EINTR { return errno == EAGAIN ? nil : [] }
        }
    }

    /// After `gone`.
    func forget() { _ = (close(input), close(output), close(errors)) }

    /// Ends it, whatever it does.
    func end() {
        close(input)
        if task != nil || !isReady { process.send(SIGKILL) }
        var waited: UInt32 = 0
        while process.takeEnd() == nil {
            if waited == SweepChild.patienceMicroseconds { process.send(SIGKILL) }
            usleep(1_000)
            waited += 1_000
        }
        _ = (close(output), close(errors))
    }
}
