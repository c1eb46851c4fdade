internal import CWorker
internal import Glibc
internal import Synchronization

/// A worker's process as the watching thread knows it.
struct WatchedWorker {
    let worker: Worker
    let process: Int32
    let processDescriptor: Int32
    /// What it writes to standard output and error comes out here.
    let output: Int32
    /// The system counts the host's peak to that of a process that the host starts: up to here it says nothing.
    private let hostPeakKilobytes: Int64
    /// When it has to be gone.
    var quitDeadline: Int64?
    private var lastWords: [UInt8] = []
    private var isOutputOpen = true

    // What was due stands still since.
    private var done: UInt64 = 0
    private var stillSince: Int64 = 0
    private var cpuThen: Int64 = 0
    private var nextGrant: Int64 = 0

    private static let wordsLimit = 8192
    /// Of processor time between two grants, which come far more often: a host that hangs does not feed a worker for ever.
    private static let cpuSeconds: Int64 = 60
    private static let grantNanoseconds: Int64 = 10_000_000_000

    static var clock: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private init(_ worker: Worker, process: Int32, processDescriptor: Int32, output: Int32) {
        self.worker = worker
        self.process = process
        self.processDescriptor = processDescriptor
        self.output = output
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        hostPeakKilobytes = Int64(usage.ru_maxrss)
    }

    /// Must be called by a thread that does not end: the worker ends with it.
    static func start(_ worker: Worker, library: String, memory: Int32) -> Result<WatchedWorker, PluginProblem> {
        var ends: (output: Int32, input: Int32) = (-1, -1)
        let refusal = worker_pipe(&ends.output, &ends.input, 1)
        guard refusal == 0 else {
            return .failure(.creation("no pipe for a worker: \(String(cString: strerror(refusal)))"))
        }
        defer { close(ends.input) }
        let settings = worker.settings
        var process: Int32 = -1
        var descriptor: Int32 = -1
        let words = ["stratagem", "worker", String(settings.memoryMaxBytes), library]
        let failure = withCStrings(words + (settings.usesLandlock ? [] : ["no-landlock"])) { arguments in
            withCStrings(environment) { environment in
                settings.executable.withCString { executable in
                    var spawn = worker_spawn_t(
                        executable: executable, arguments: arguments, environment: environment, memory: memory,
                        output: ends.input)
                    return worker_spawn(&spawn, &process, &descriptor)
                }
            }
        }
        guard failure == 0 else {
            close(ends.output)
            return .failure(
                .creation(
                    "a worker could not be started: \(settings.executable): \(String(cString: strerror(failure)))"))
        }
        worker_link_bind(worker.link, process, descriptor)
        worker.process.store(process, ordering: .relaxed)
        var entry = WatchedWorker(worker, process: process, processDescriptor: descriptor, output: ends.output)
        entry.grant(at: clock)
        return .success(entry)
    }

    /// What libraries are found with, and nothing that is the host's secret.
    private static var environment: [String] {
        let names = ["LD_LIBRARY_PATH", "PATH", "TZ"]
        let kept = names.compactMap { name in getenv(name).map { "\(name)=" + String(cString: $0) } }
        return kept + ["LC_ALL=C.UTF-8", "SWIFT_BACKTRACE=enable=no"]
    }

    // MARK: Looking

    /// Until the next look.
    var lookNanoseconds: Int64 {
        if quitDeadline != nil { return 100_000_000 }
        guard worker.settings.pace == .free else { return 5_000_000_000 }
        // A call that hangs is seen so late, at most; it has its budget from then on, to the millisecond.
        let look = min(max(worker.settings.budgetNanoseconds / 25, 2_000_000), 5_000_000)
        guard stillSince != 0 else { return look }
        let rest = stillSince + worker.settings.budgetNanoseconds - WatchedWorker.clock
        // Beyond its budget it waits for the processor.
        return rest > 0 ? min(look, rest) : look
    }

    mutating func look() {
        let now = WatchedWorker.clock
        if now >= nextGrant { grant(at: now) }
        if let quitDeadline, now >= quitDeadline { worker_kill(processDescriptor) }
        guard worker.settings.pace == .free else { return }
        let progress = worker_progress(worker.link)
        let isDue = progress.is_due != 0 && worker.isWatched.load(ordering: .sequentiallyConsistent)
        guard isDue, progress.done == done, stillSince != 0 else {
            done = progress.done
            stillSince = isDue ? now : 0
            cpuThen = isDue ? worker_cpu_time(process) : 0
            return
        }
        if now - stillSince >= worker.settings.budgetNanoseconds, hasHadItsTime(at: now) {
            worker_fail(worker.link, UInt32(WORKER_HUNG))
        }
    }

    /// It sleeps, or has had half of the budget on a processor: a busy machine is no fault of a strategy's.
    private func hasHadItsTime(at now: Int64) -> Bool {
        let budget = worker.settings.budgetNanoseconds
        let used = worker_cpu_time(process) - cpuThen
        return used > budget / 2 || now - stillSince > 20 * budget || worker_is_runnable(process) == 0
    }

    private mutating func grant(at now: Int64) {
        worker_grant_cpu(process, WatchedWorker.cpuSeconds)
        nextGrant = now + WatchedWorker.grantNanoseconds
    }

    // MARK: Output and end

    /// Takes what is there, and keeps the last of it.
    mutating func readOutput() {
        guard isOutputOpen else { return }
        var buffer = [UInt8](repeating: 0, count: 4096)
        // A worker that writes without end is not read without end.
        for _ in 0..<16 {
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else { return }
            lastWords += buffer[..<count]
            if lastWords.count > WatchedWorker.wordsLimit {
                lastWords.removeFirst(lastWords.count - WatchedWorker.wordsLimit)
            }
        }
    }

    /// True = it has ended, and everybody who wants to know was told.
    mutating func takeEnd() -> Bool {
        var status: Int32 = 0
        var peakKilobytes: Int64 = 0
        guard worker_take_end(process, &status, &peakKilobytes) != 0 else { return false }
        if peakKilobytes <= hostPeakKilobytes { peakKilobytes = 0 }
        readOutput()
        let text = String(decoding: lastWords, as: UTF8.self)
        let plain = String(
            String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f || $0 == "\n" }))
        var end = WorkerEnd(
            worker.link, status: status, peakKilobytes: peakKilobytes, lastWords: plain, worker.settings)
        if worker.isQuitting.load(ordering: .sequentiallyConsistent) { end.cause = .closed }
        worker_link_bind(worker.link, -1, -1)
        worker.finish(end)
        close(processDescriptor)
        close(output)
        return true
    }
}

/// Texts as C's list of texts with an empty end.
private func withCStrings<Value>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    var pointers = texts.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}
