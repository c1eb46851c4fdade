internal import Glibc
internal import Synchronization

/// Watches a strategies folder and the folders in it, and says what has changed once it has come to rest.
///
///     let before = FolderScan("strategies")        // before the host reads it
///     let watch = FolderWatch("strategies", since: before)
///     for await change in watch.changes { … }      // until `stop`
///
/// The kernel's notices say where to look, and a scan decides what has changed: nothing is reported twice, and a folder
/// that was written file by file is reported once. A full scan every few seconds finds what no notice tells of: files
/// behind links, file systems without notices, and notices that were lost. A strategies folder that is gone as a whole
/// changes nothing: what it held goes on until it is back.
public final class FolderWatch: Sendable {
    public struct Timing: Sendable {
        /// A folder is at rest when nothing has happened in it for so long, and no file is being written.
        public var quietNanoseconds: Int64 = 150_000_000
        /// One that does not come to rest is looked at after so long all the same.
        public var patienceNanoseconds: Int64 = 5_000_000_000
        /// Between two full scans.
        public var scanNanoseconds: Int64 = 5_000_000_000
        public init() {}
    }

    /// In the order of their coming to rest; ends with `stop`. For one reader.
    public let changes: AsyncStream<FolderChange>
    private let end: WatchEnd

    /// `since`: what its reader knows already; without it what is there now. `onProblem` is called on the watch's thread,
    /// with a text for the operator.
    public init(
        _ path: String, since scan: FolderScan? = nil, timing: Timing = Timing(),
        onProblem: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        let (changes, continuation) = AsyncStream<FolderChange>.makeStream()
        self.changes = changes
        let loop = WatchLoop(
            path, since: scan ?? FolderScan(path) ?? FolderScan(), timing: timing,
            report: { continuation.yield($0) }, tell: onProblem)
        end = WatchEnd(loop) { continuation.finish() }
    }

    deinit { end.come() }

    /// Ends the thread and the stream; what has not come to rest by then is not reported.
    public func stop() { end.come() }
}

/// The watch's thread, and how it is told to end.
private final class WatchEnd: @unchecked Sendable {
    // Written by `init` alone.
    private var thread = pthread_t()
    private let wakeUp: (reading: Int32, writing: Int32)
    private let hasCome = Mutex(false)
    private let finish: @Sendable () -> Void

    private final class Work {
        let loop: WatchLoop
        let wakeUp: Int32
        init(_ loop: WatchLoop, wakeUp: Int32) {
            self.loop = loop
            self.wakeUp = wakeUp
        }
    }

    init(_ loop: WatchLoop, finish: @escaping @Sendable () -> Void) {
        self.finish = finish
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "no pipe could be made: \(FileBytes.systemMessage())")
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        wakeUp = (ends[0], ends[1])
        let failure = pthread_create(
            &thread, nil,
            { work in
                let work = Unmanaged<Work>.fromOpaque(work!).takeRetainedValue()
                work.loop.run(until: work.wakeUp)
                return nil
            }, Unmanaged.passRetained(Work(loop, wakeUp: wakeUp.reading)).toOpaque())
        precondition(failure == 0, "no thread could be made: \(String(cString: strerror(failure)))")
    }

    /// Comes back when the thread has ended.
    func come() {
        hasCome.withLock { hasCome in
            guard !hasCome else { return }
            hasCome = true
            _ = write(wakeUp.writing, [1], 1)
            pthread_join(thread, nil)
            close(wakeUp.writing)
            close(wakeUp.reading)
            finish()
        }
    }
}
