import NIOCore
import Synchronization

/// Answers of operations that show the host's state, encoded, for as long as that stays as it is. Many clients who ask for the
/// same between two changes share one look into the engine and one encoding, also while it is under way.
final class AnswerCache: Sendable {
    struct Key: Hashable {
        /// The path with its query, as it came.
        var target: String
        /// Users may see different things, and a user by a key other things than by a login.
        var user: String
        var kind: Principal.Kind
    }

    private struct State {
        var revision: UInt64 = 0
        var answers: [Key: OperationAnswer] = [:]
        var bytes = 0
        /// What is being made at this revision.
        var underWay: [Key: SharedWait] = [:]

        mutating func move(to newer: UInt64) {
            if newer > revision { self = State(revision: newer) }
        }
    }

    private enum Turn {
        case answer(OperationAnswer)
        /// Somebody makes it already.
        case wait(SharedWait)
        case make(SharedWait)
        /// It is known to be out of date.
        case alone
    }

    private static let bytesMax = 4 << 20
    private let state = Mutex(State())

    func answer(_ key: Key, at revision: UInt64) -> OperationAnswer? {
        state.withLock { $0.revision == revision ? $0.answers[key] : nil }
    }

    /// The answer of now, which is revision `revision` or a newer one; `make` asks the host for it.
    func answer(
        _ key: Key, at revision: UInt64, making make: () async throws -> OperationAnswer
    ) async throws -> OperationAnswer {
        let turn = state.withLock { state -> Turn in
            state.move(to: revision)
            guard state.revision == revision else { return .alone }
            if let kept = state.answers[key] { return .answer(kept) }
            if let wait = state.underWay[key] { return .wait(wait) }
            let wait = SharedWait()
            state.underWay[key] = wait
            return .make(wait)
        }
        switch turn {
        case .answer(let kept): return kept
        case .alone: return try await make()
        case .wait(let wait):
            // What one was refused may be the client's own affair.
            if let shared = await wait.answer() { return shared }
            return try await make()
        case .make(let wait):
            var made: OperationAnswer?
            defer {
                state.withLock { if $0.underWay[key] === wait { $0.underWay[key] = nil } }
                wait.end(made)
            }
            let answer = try await make()
            keep(answer, for: key, at: revision)
            made = answer
            return answer
        }
    }

    /// `revision` as it was before the host was asked.
    func keep(_ answer: OperationAnswer, for key: Key, at revision: UInt64) {
        state.withLock { state in
            state.move(to: revision)
            let size = answer.body.readableBytes + key.target.utf8.count
            guard state.revision == revision, state.bytes + size <= AnswerCache.bytesMax else { return }
            state.bytes += size
            state.answers[key] = answer
        }
    }
}

/// An answer that one makes and others wait for.
private final class SharedWait: Sendable {
    private struct State {
        var isEnded = false
        var answer: OperationAnswer?
        var waiting: [CheckedContinuation<OperationAnswer?, Never>] = []
    }

    private let state = Mutex(State())

    /// nil = there is none.
    func answer() async -> OperationAnswer? {
        await withCheckedContinuation { continuation in
            let isEnded = state.withLock { state in
                if !state.isEnded { state.waiting.append(continuation) }
                return state.isEnded
            }
            if isEnded { continuation.resume(returning: state.withLock { $0.answer }) }
        }
    }

    func end(_ answer: OperationAnswer?) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            (state.isEnded, state.answer) = (true, answer)
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: answer) }
    }
}
