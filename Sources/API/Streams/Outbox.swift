import NIOCore
import Synchronization

/// Messages on their way to one client. Who puts one in never waits: order events wait in line, and of quotes only the latest.
/// A client that leaves too many order events lying is cut off, so that none is lost without its knowledge.
final class Outbox: Sendable {
    struct Limits: Sendable {
        /// Order events that wait.
        var events = 10_000
        /// What is handed out at a time.
        var batchBytes = 64 << 10
    }

    private struct State {
        var events = CircularBuffer<ByteBuffer>()
        var latest: [Conflation: ByteBuffer] = [:]
        /// The keys of `latest`, oldest first.
        var keys = CircularBuffer<Conflation>()
        var isEnding = false
        var waiter: CheckedContinuation<[ByteBuffer]?, Never>?
    }

    private let limits: Limits
    private let state = Mutex(State())

    init(_ limits: Limits = Limits()) { self.limits = limits }

    /// False = it does not fit; the client has to go.
    func offer(_ message: ByteBuffer, replacing key: Conflation? = nil) -> Bool {
        let (fits, waiter) = state.withLock {
            state -> (Bool, (CheckedContinuation<[ByteBuffer]?, Never>, [ByteBuffer])?) in
            if state.isEnding { return (true, nil) }
            if let key {
                if state.latest.updateValue(message, forKey: key) == nil { state.keys.append(key) }
            } else {
                guard state.events.count < limits.events else { return (false, nil) }
                state.events.append(message)
            }
            guard let waiter = state.waiter.take() else { return (true, nil) }
            return (true, (waiter, take(&state)))
        }
        if let (waiter, batch) = waiter { waiter.resume(returning: batch) }
        return fits
    }

    /// Nothing comes after `last`; what waits still goes out before it, unless it is discarded.
    func end(with last: [ByteBuffer] = [], discarding: Bool = false) {
        let waiter = state.withLock { state -> (CheckedContinuation<[ByteBuffer]?, Never>, [ByteBuffer]?)? in
            guard !state.isEnding else { return nil }
            state.isEnding = true
            if discarding {
                state.events.removeAll()
                state.latest.removeAll()
                state.keys.removeAll()
            }
            // Quotes first: what is last stays last.
            while let key = state.keys.popFirst() {
                if let message = state.latest.removeValue(forKey: key) { state.events.append(message) }
            }
            state.events.append(contentsOf: last)
            guard let waiter = state.waiter.take() else { return nil }
            let batch = take(&state)
            return (waiter, batch.isEmpty ? nil : batch)
        }
        if let (waiter, batch) = waiter { waiter.resume(returning: batch) }
    }

    /// The next messages, at least one; nil = there are no more. For one reader.
    func next() async -> [ByteBuffer]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> [ByteBuffer]?? in
                    let batch = take(&state)
                    if !batch.isEmpty { return .some(batch) }
                    if state.isEnding || Task.isCancelled { return .some(nil) }
                    state.waiter = continuation
                    return .none
                }
                if case .some(let batch) = answer { continuation.resume(returning: batch) }
            }
        } onCancel: {
            end(discarding: true)
        }
    }

    /// Order events before quotes.
    private func take(_ state: inout State) -> [ByteBuffer] {
        var batch: [ByteBuffer] = []
        var bytes = 0
        while bytes < limits.batchBytes {
            if let message = state.events.popFirst() {
                bytes += message.readableBytes
                batch.append(message)
            } else if let key = state.keys.popFirst() {
                guard let message = state.latest.removeValue(forKey: key) else { continue }
                bytes += message.readableBytes
                batch.append(message)
            } else {
                break
            }
        }
        return batch
    }
}
