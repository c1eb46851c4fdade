import NIOCore
import Synchronization

/// Answers of operations that show the host's state, encoded, for as long as that stays as it is. Many clients who ask for the
/// same between two changes share one look into the engine and one encoding.
final class AnswerCache: Sendable {
    struct Key: Hashable {
        /// The path with its query, as it came.
        var target: String
        /// Users may see different things.
        var user: String
    }

    private struct State {
        var revision: UInt64 = 0
        var answers: [Key: OperationAnswer] = [:]
        var bytes = 0
    }

    private static let bytesMax = 4 << 20
    private let state = Mutex(State())

    func answer(_ key: Key, at revision: UInt64) -> OperationAnswer? {
        state.withLock { $0.revision == revision ? $0.answers[key] : nil }
    }

    /// `revision` as it was before the host was asked.
    func keep(_ answer: OperationAnswer, for key: Key, at revision: UInt64) {
        state.withLock { state in
            if state.revision < revision { state = State(revision: revision) }
            let size = answer.body.readableBytes + key.target.utf8.count
            guard state.revision == revision, state.bytes + size <= AnswerCache.bytesMax else { return }
            state.bytes += size
            state.answers[key] = answer
        }
    }
}
