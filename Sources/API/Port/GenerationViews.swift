public import Trading

// Generations of a strategy's code: each load counts on.

/// What a client asks for when code is loaded anew.
public struct ReloadRequest: Sendable, Equatable {
    public enum Mode: String, Sendable, CaseIterable {
        /// The new generation takes the old one's place.
        case swap
        /// It lives beside it, and its intents are compared and not sent.
        case shadow
    }
    /// Of the instance that runs now.
    public enum Memory: String, Sendable, CaseIterable {
        /// The new one goes on with it, or the request is refused.
        case keep
        /// The new one begins anew.
        case discard
    }
    /// What the new generation has to pass before it may trade.
    public enum Gate: String, Sendable, CaseIterable {
        case none
        /// Over what this run has recorded it says what the running one said.
        case replay
    }
    public var mode = Mode.swap
    public var memory = Memory.keep
    public var gate = Gate.none
    public init(mode: Mode = .swap, memory: Memory = .keep, gate: Gate = .none) {
        self.mode = mode
        self.memory = memory
        self.gate = gate
    }
}

/// How a replacement went.
public struct ReloadView: Sendable, Equatable {
    public var strategy: StrategyView
    public var mode: ReloadRequest.Mode
    /// The one that was made or chosen.
    public var generation: Int
    public var previousGeneration: Int
    /// Whether the new instance has the old one's memory.
    public var memory: ReloadRequest.Memory
    /// How long the engine stood for the snapshot of the memory, and for the swap.
    public var snapshotNanoseconds: Int64
    public var pauseNanoseconds: Int64
    public init(
        strategy: StrategyView, mode: ReloadRequest.Mode, generation: Int, previousGeneration: Int,
        memory: ReloadRequest.Memory, snapshotNanoseconds: Int64 = 0, pauseNanoseconds: Int64
    ) {
        self.snapshotNanoseconds = snapshotNanoseconds
        self.strategy = strategy
        self.mode = mode
        self.generation = generation
        self.previousGeneration = previousGeneration
        self.memory = memory
        self.pauseNanoseconds = pauseNanoseconds
    }
}

public struct GenerationView: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        /// It trades.
        case active
        /// It runs beside the active one.
        case shadow
        /// It can be rolled back to.
        case kept
        /// Its code is not there any more.
        case gone
    }
    public var number: Int
    public var loadedAt: Timestamp
    public var state: State
    /// Of the library, hexadecimal.
    public var sha256: String
    public var plugin: String
    public var version: String
    public init(number: Int, loadedAt: Timestamp, state: State, sha256: String, plugin: String, version: String) {
        self.number = number
        self.loadedAt = loadedAt
        self.state = state
        self.sha256 = sha256
        self.plugin = plugin
        self.version = version
    }
}

public struct GenerationsView: Sendable, Equatable {
    public var strategy: String
    public var current: Int
    /// By number.
    public var generations: [GenerationView]
    public var shadow: ShadowView?
    /// Images in the host's memory, of all strategies, and how many there may be.
    public var loaded: Int
    public var loadedMax: Int
    public init(
        strategy: String, current: Int, generations: [GenerationView], shadow: ShadowView? = nil, loaded: Int,
        loadedMax: Int
    ) {
        self.strategy = strategy
        self.current = current
        self.generations = generations
        self.shadow = shadow
        self.loaded = loaded
        self.loadedMax = loadedMax
    }
}

/// How the intents of a shadow compare with those of the active generation, call by call.
public struct ShadowView: Sendable, Equatable {
    public struct Difference: Sendable, Equatable {
        public var time: Timestamp
        /// An intent a text.
        public var running: [String]
        public var shadow: [String]
        public init(time: Timestamp, running: [String], shadow: [String]) {
            self.time = time
            self.running = running
            self.shadow = shadow
        }
    }
    public var generation: Int
    public var since: Timestamp
    public var equal: UInt64
    public var differing: UInt64
    /// The first ones.
    public var differences: [Difference]
    /// Why it is not called any more; nil = it is.
    public var problem: String?
    public init(
        generation: Int, since: Timestamp, equal: UInt64, differing: UInt64, differences: [Difference], problem: String?
    ) {
        self.generation = generation
        self.since = since
        self.equal = equal
        self.differing = differing
        self.differences = differences
        self.problem = problem
    }
}
