import NIOPosix
import Synchronization

/// Threads for work that blocks, with a bounded queue: what does not fit is refused at once.
final class WorkQueue: Sendable {
    private let pool: NIOThreadPool
    private let waiting = Atomic<Int>(0)
    private let waitingMax: Int

    init(threads: Int, waitingMax: Int) {
        pool = NIOThreadPool(numberOfThreads: threads)
        self.waitingMax = waitingMax
        pool.start()
    }

    deinit { pool.shutdownGracefully { _ in } }

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let count = waiting.add(1, ordering: .relaxed).newValue
        defer { waiting.subtract(1, ordering: .relaxed) }
        guard count <= waitingMax else {
            var error = APIError(.unavailable, "too many requests wait for this; try again in a second")
            error.headers = [("Retry-After", "1")]
            throw error
        }
        return try await pool.runIfActive(work)
    }
}
