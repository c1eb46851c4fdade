import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// A line of JSON for each answered request, in a file. A request never waits for the disk: lines gather, and go out some
/// times a second; what a slow disk leaves no room for is counted and dropped.
final class AccessLog: Service {
    private struct State {
        var lines = ByteBuffer()
        var dropped = 0
        var isFailing = false
    }

    private static let waitingBytesMax = 4 << 20
    private static let interval = Duration.milliseconds(200)

    private let file: AccessLogFile
    private let state = Mutex(State())
    private let droppedCounter: PrometheusCounter
    private let onFailure: @Sendable (String) -> Void

    /// `onFailure` is told once when writing begins to fail.
    init(path: String, _ registry: PrometheusRegistry, onFailure: @escaping @Sendable (String) -> Void) {
        file = AccessLogFile(path: path)
        let counter = registry.makeCounter(label: "access_log_dropped_lines_total", dimensions: [])
        droppedCounter = counter as? PrometheusCounter ?? PrometheusCounter()
        self.onFailure = onFailure
    }

    func add(_ request: RequestObservation) {
        state.withLock { state in
            guard state.lines.readableBytes < AccessLog.waitingBytesMax else {
                state.dropped += 1
                return
            }
            // Written where it will be: the buffer is handed over so that it has one owner.
            var json = JSONWriter(buffer: state.lines)
            state.lines = ByteBuffer()
            request.write(&json)
            json.raw("\n")
            state.lines = json.buffer
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: AccessLog.interval)) != nil { await self.flush() }
        }
        await flush()
    }

    private func flush() async {
        let (lines, dropped) = state.withLock { state in
            defer { (state.lines, state.dropped) = (ByteBuffer(), 0) }
            return (state.lines, state.dropped)
        }
        if dropped > 0 { droppedCounter.increment(by: Int64(dropped)) }
        guard lines.readableBytes > 0 else { return }
        let writing = Task { [file] in
            try await NIOThreadPool.singleton.runIfActive { lines.withUnsafeReadableBytes { file.append($0) } }
        }
        let failure = (try? await writing.value) ?? nil
        let isNew = state.withLock { state in
            defer { state.isFailing = failure != nil }
            return failure != nil && !state.isFailing
        }
        guard let failure else { return }
        droppedCounter.increment(by: Int64(lines.readableBytesView.count { $0 == UInt8(ascii: "\n") }))
        if isNew { onFailure(failure) }
    }
}
