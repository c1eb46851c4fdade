public import Trading

/// What a strategy thinks of an instrument.
public struct StrategySignal: Sendable, Equatable, BitwiseCopyable {
    public let strategy: Int
    public let instrument: Int
    /// −1 … 1.
    public let strength: Double
    /// Zero = it has none.
    public let price: Price
    public let time: Timestamp

    public init(strategy: Int, instrument: Int, strength: Double, price: Price, time: Timestamp) {
        self.strategy = strategy
        self.instrument = instrument
        self.strength = strength
        self.price = price
        self.time = time
    }
}

/// Signals that wait for whoever takes them, in memory that is claimed at the start.
struct StrategySignals {
    static let most = 1024
    private var waiting: [StrategySignal] = []

    init() { waiting.reserveCapacity(StrategySignals.most) }

    mutating func add(_ signal: StrategySignal) {
        if waiting.count < StrategySignals.most { waiting.append(signal) }
    }

    mutating func takeAll() -> [StrategySignal] {
        guard !waiting.isEmpty else { return [] }
        let taken = waiting.map { $0 }
        waiting.removeAll(keepingCapacity: true)
        return taken
    }
}
