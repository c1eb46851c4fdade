import CBenchmark
import CStrategyABI
import Engine
import PluginHost
import Trading

/// A piece of work that is measured: made once, then run over and over.
protocol BenchWork: AnyObject {
    /// Events that one run handles.
    var events: Int { get }
    func run()
}

/// Work whose events must be moved on in time from run to run.
protocol MovedWork: BenchWork {
    func moveOn()
}

/// Bars through a strategy's `process` alone, in blocks of 4096; what it writes is thrown away.
final class CallWork: BenchWork {
    private let bars: [EventRecord]
    private let instance: UnsafeMutableRawPointer
    private let process: StrategyCall.Process
    private let intents = UnsafeMutablePointer<IntentRecord>.allocate(capacity: 1024)
    /// Keeps the instance alive.
    private let owner: StrategyInstance?

    init(_ bars: [EventRecord], instance: UnsafeMutableRawPointer, process: @escaping StrategyCall.Process) {
        self.bars = bars
        self.instance = instance
        self.process = process
        owner = nil
    }

    init(_ bars: [EventRecord], _ strategy: StrategyInstance) {
        self.bars = bars
        instance = strategy.pointer
        process = strategy.process
        owner = strategy
    }

    deinit { intents.deallocate() }

    var events: Int { bars.count }

    func run() {
        bars.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var index = 0
            while index < buffer.count {
                var block = strategy_intents_v1_t(records: intents, capacity: 1024, count: 0)
                index += max(1, process(instance, base + index, min(4096, buffer.count - index), &block))
            }
        }
    }
}

/// Bars through a whole engine. Time goes on from run to run, so one engine serves them all.
final class EngineWork: MovedWork {
    private var engine: Engine
    private var bars: [EventRecord]
    private let span: Int64
    private let owner: StrategyInstance?

    init(_ bars: [EventRecord], _ call: StrategyCall, owner: StrategyInstance? = nil) {
        engine = Engine(BenchMarket.setup)
        engine.attach(call, strategy: 0)
        engine.enable(strategy: 0)
        self.bars = bars
        span = (bars.last?.time ?? 0) - (bars.first?.time ?? 0) + 60_000_000_000
        self.owner = owner
    }

    var events: Int { bars.count }
    var counters: StrategyCounters { engine.counters(strategy: 0) }

    func run() { bars.withUnsafeBufferPointer { engine.run($0) } }

    /// Events `range` of the bars only.
    func run(_ range: Range<Int>) {
        bars.withUnsafeBufferPointer { engine.run(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    /// Moves the bars behind those that were run.
    func moveOn() { for index in bars.indices { bars[index].time += span } }
}

extension CallWork {
    /// The count in plain C, called without a plugin.
    static func directC(_ bars: [EventRecord]) -> CallWork {
        let state = UnsafeMutablePointer<benchmark_count_t>.allocate(capacity: 1)
        state.initialize(to: benchmark_count_t())
        benchmark_count_bind(state, 0)
        return CallWork(bars, instance: UnsafeMutableRawPointer(state), process: benchmark_count)
    }
}

extension EngineWork {
    /// An order at every bar: each event fills the order before it.
    static func orders(_ bars: [EventRecord]) -> EngineWork {
        let state = UnsafeMutablePointer<benchmark_flip_t>.allocate(capacity: 1)
        state.initialize(
            to: benchmark_flip_t(tag: 0, quantity: Quantity.one.raw, side: UInt8(STRATEGY_SIDE_BUY)))
        return EngineWork(
            bars,
            StrategyCall(
                instance: UnsafeMutableRawPointer(state), process: benchmark_flip, events: EventType.bar.mask))
    }

    static func backtest(_ bars: [EventRecord], _ strategy: StrategyInstance) -> EngineWork {
        EngineWork(bars, StrategyCall(strategy), owner: strategy)
    }
}
