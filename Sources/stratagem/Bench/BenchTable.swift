import CBenchmark
import Controls
import Engine
import PluginHost
import Trading

/// The measurements of `stratagem bench`, one row each.
struct BenchTable {
    struct Row {
        let id: String
        let value: Double
        let unit: String
        let method: String
    }

    private(set) var rows: [Row] = []
    let rounds: Int

    init(rounds: Int) { self.rounds = rounds }

    mutating func add(_ id: String, _ value: Double, _ unit: String, _ method: String) {
        rows.append(Row(id: id, value: value, unit: unit, method: method))
    }

    /// ns per event: the median over rounds of a run's time by its events.
    mutating func addCall(_ id: String, _ work: CallWork) {
        rows.append(
            Row(
                id: id, value: median(of: work), unit: "ns/event",
                method: "process() alone over \(work.events) bars in blocks of 4096, median of \(rounds) runs"))
    }

    /// The gate's judgement with its view of the book, for an order that passes and one that four rules refuse.
    mutating func addGate(_ bars: [EventRecord]) {
        for (id, quantity) in [("gate_approved", Quantity.one.raw), ("gate_denied", 2_000_000 * Quantity.one.raw)] {
            let work = GateWork(bars, quantity: Quantity(raw: quantity))
            rows.append(
                Row(
                    id: id, value: median(of: work), unit: "ns/order",
                    method: "what-if of a market order, all rules, limits in 4 scopes, median of \(rounds) runs"))
        }
    }

    /// Batches of 32 events with an order each: tick → strategy → order → gate → fill → portfolio.
    mutating func addOrders(_ bars: [EventRecord]) {
        let work = EngineWork.orders(bars)
        work.run()
        work.moveOn()
        var batches: [Double] = []
        let clock = ContinuousClock()
        for start in stride(from: 0, to: bars.count - 32, by: 32) {
            let elapsed = clock.measure { work.run(start..<(start + 32)) }
            batches.append(elapsed / .nanoseconds(1) / 32)
        }
        batches.sort()
        let method = "per event with an order and a fill, by batches of 32, limits in 4 scopes"
        rows.append(
            Row(id: "tick_to_portfolio_median", value: batches[batches.count / 2], unit: "ns/order", method: method))
        rows.append(
            Row(
                id: "tick_to_portfolio_p99", value: batches[batches.count * 99 / 100], unit: "ns/order",
                method: method))
    }

    /// A whole backtest with every rule evaluated, and what it allocates once it is warm.
    mutating func addBacktest(_ bars: [EventRecord], _ makeStrategy: () -> StrategyInstance?) {
        var rates: [Double] = []
        let clock = ContinuousClock()
        for _ in 0..<rounds {
            guard let strategy = makeStrategy() else { return }
            let work = EngineWork.backtest(bars, strategy)
            rates.append(Double(bars.count) / (clock.measure { work.run() } / .seconds(1)))
        }
        rows.append(
            Row(
                id: "backtest_events_per_second", value: rates.sorted()[rates.count / 2], unit: "events/s",
                method: "SMACross, event loop alone over \(bars.count) bars, all rules, median of \(rounds) runs"))
    }

    /// Instructions of every piece of work, and what a Swift strategy's call costs by one in C where both counters are there.
    mutating func addInstructions(_ works: [String], _ counter: InstructionCount) throws(CommandError) {
        var counts: [String: Double] = [:]
        for work in works {
            let (events, unit) = BenchTable.size(of: work)
            let count = try counter.perEvent(work, events: events)
            counts[work] = count
            add(
                work + "_instructions", count, "instructions/\(unit)",
                "callgrind, the difference of 30 and 10 rounds of \(events) \(unit)s")
        }
        guard let swift = counts["plugin_CountSwift"], let c = counts["direct_c"] else { return }
        rows.append(
            Row(
                id: "swift_to_direct_c", value: swift / c, unit: "",
                method: "instructions of CountSwift by those of the same count in C, called directly"))
    }

    /// What one round of `bench --work` is.
    private static func size(of work: String) -> (count: Int, unit: String) {
        switch work {
        case "whole_gate", "whole_gate_risk": (WholeGateWork.orders, "order")
        case "order_throughput": (ThroughputWork.orders, "order")
        case "features": (FeatureWork.bars, "bar")
        case "model": (ModelWork.rows, "evaluation")
        default: (BenchMarket.roundEvents, "event")
        }
    }

    /// Allocations in a second run over the bars, after a first has warmed everything up.
    mutating func addAllocations(_ id: String, _ work: EngineWork) {
        work.run()
        work.moveOn()
        addAllocations(id, work, "event")
    }

    /// Allocations of one run; whatever warms up has done so.
    mutating func addAllocations(_ id: String, _ work: some BenchWork, _ unit: String) {
        guard benchmark_allocations() != .max else { return }
        let before = benchmark_allocations()
        work.run()
        let count = benchmark_allocations() - before
        add(
            id, Double(count) / Double(work.events), "allocations/\(unit)",
            "malloc and its kin counted over \(work.events) \(unit)s, after as many")
    }

    private func median(of work: some BenchWork) -> Double {
        work.run()
        let clock = ContinuousClock()
        let times = (0..<rounds).map { _ in
            clock.measure { work.run() } / .nanoseconds(1) / Double(work.events)
        }
        return times.sorted()[times.count / 2]
    }
}

/// Judges one order again and again against a market that has a price.
final class GateWork: BenchWork {
    private var engine: Engine
    private let intent: OrderIntent
    let events = 4096

    init(_ bars: [EventRecord], quantity: Quantity) {
        engine = Engine(BenchMarket.setup)
        intent = OrderIntent(
            strategy: 0, instrument: 0, tag: 1, side: .buy, kind: .market, quantity: quantity)
        bars.withUnsafeBufferPointer { engine.run(UnsafeBufferPointer(rebasing: $0.prefix(1))) }
    }

    func run() { for _ in 0..<events { _ = engine.assess(intent) } }
}
