import Dispatch

/// Runs what blocks (the disk, a compiler) beside the threads that must not.
enum BlockingWork {
    private static let queue = DispatchQueue(label: "stratagem.blocking", attributes: .concurrent)

    static func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
