import CBenchmark
import CStrategyABI
import Engine
import Trading

/// Market orders through the whole of it: at each quote each of the strategies sends one, and those of the instrument's quote
/// before are filled.
final class ThroughputWork: MovedWork {
    private var engine: Engine
    private static let rounds = 46
    private var quotes = GateMarket.quotes(rounds: rounds)
    private let span: Int64
    static let orders = rounds * GateMarket.instruments * GateMarket.strategies
    var events: Int { ThroughputWork.orders }

    init() {
        engine = GateMarket(hasProgram: false).engine()
        span = Int64(quotes.count) * 1_000_000
        for strategy in 0..<GateMarket.strategies {
            let state = UnsafeMutablePointer<benchmark_flip_t>.allocate(capacity: 1)
            // From one unit long to one short and back: no order only shrinks a position.
            let side = strategy % 2 == 0 ? STRATEGY_SIDE_SELL : STRATEGY_SIDE_BUY
            state.initialize(to: benchmark_flip_t(tag: 0, quantity: 2 * Quantity.one.raw, side: UInt8(side)))
            engine.attach(
                StrategyCall(
                    instance: UnsafeMutableRawPointer(state), process: benchmark_flip, events: EventType.quote.mask),
                strategy: strategy)
            engine.enable(strategy: strategy)
        }
        moveOn()
        run()
        moveOn()
    }

    /// Orders that the gate let pass, and those of them that were filled.
    var passed: (orders: UInt64, fills: UInt64) {
        (0..<GateMarket.strategies).reduce((0, 0)) {
            let counters = engine.counters(strategy: $1)
            return ($0.0 + UInt64(counters.orders), $0.1 + UInt64(counters.fills))
        }
    }

    func run() { quotes.withUnsafeBufferPointer { engine.run($0) } }

    /// Moves the quotes behind those that were run.
    func moveOn() { for index in quotes.indices { quotes[index].time += span } }
}
