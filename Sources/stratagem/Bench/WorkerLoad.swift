import CBenchmark
import CStrategyABI
import Glibc
import Journal
import PluginHost
import Trading

/// What a strategy costs that runs in a worker.
struct WorkerLoad {
    let plugin: LoadedPlugin
    let bars: [EventRecord]
    let isQuick: Bool

    private func start(_ pace: WorkerSettings.Pace, spinNanoseconds: Int64? = nil) -> StrategyInstance? {
        var settings = WorkerSettings(pace)
        if let spinNanoseconds { settings.spinNanoseconds = spinNanoseconds }
        settings.slowNanoseconds = 0
        return try? StrategyInstance.create(
            plugin, isolation: .worker(settings), instruments: [BenchMarket.instrument], bound: [0]
        ).get()
    }

    /// How the two sides of a worker wait for each other.
    enum Waiting: String, CaseIterable {
        case usual, futex, spinning

        var text: String {
            switch self {
            case .usual: "as a host has it: a short spin, then asleep"
            case .futex: "asleep on a futex in between, both sides on one processor"
            case .spinning: "both sides spinning, pinned to two processors"
            }
        }

        fileprivate var spinNanoseconds: Int64? { self == .usual ? nil : self == .futex ? 0 : .max }
        fileprivate var processor: Int32? { self == .usual ? nil : self == .futex ? 0 : 1 }
    }

    /// Nanoseconds from an event to the strategy's answer, the middle one of many.
    func roundTrip(_ waiting: Waiting) -> (median: Double, p99: Double)? {
        guard let instance = start(.lockStep, spinNanoseconds: waiting.spinNanoseconds) else { return nil }
        if let processor = waiting.processor {
            _ = benchmark_pin(instance.processID ?? 0, processor)
            _ = benchmark_pin(0, 0)
        }
        defer { if waiting.processor != nil { _ = benchmark_pin(0, -1) } }
        let caller = BlockCaller(instance)
        var times: [Int64] = []
        for index in 0..<(isQuick ? 5_000 : 50_000) {
            let begin = MonotonicClock.now
            caller.call(bars, index % bars.count, 1)
            times.append(MonotonicClock.now - begin)
        }
        times.sort()
        return (Double(times[times.count / 2]), Double(times[times.count * 99 / 100]))
    }

    /// Nanoseconds an event in blocks of 256: given without waiting, until the worker has answered to the last of them.
    func batches() -> Double? {
        guard let instance = start(.free) else { return nil }
        let caller = BlockCaller(instance)
        var best: [Double] = []
        for _ in 0..<(isQuick ? 5 : 20) {
            let begin = MonotonicClock.now
            let given = 64 * 256
            for block in 0..<64 { caller.call(bars, block * 256 % (bars.count - 256), 256) }
            while instance.waitingEvents > 0 { sched_yield() }
            best.append(Double(MonotonicClock.now - begin) / Double(given))
        }
        return best.sorted()[best.count / 2]
    }

    /// Milliseconds until a strategy in a new worker is ready for events, the middle one and the worst.
    func starts() -> (median: Double, worst: Double)? {
        var times: [Double] = []
        for _ in 0..<(isQuick ? 5 : 20) {
            let begin = MonotonicClock.now
            guard start(.free) != nil else { return nil }
            times.append(Double(MonotonicClock.now - begin) / 1e6)
        }
        times.sort()
        return (times[times.count / 2], times[times.count - 1])
    }
}

/// Gives blocks to a strategy and throws away what it answers.
private final class BlockCaller {
    private let instance: StrategyInstance
    private let intents = UnsafeMutablePointer<IntentRecord>.allocate(capacity: 1024)

    init(_ instance: StrategyInstance) { self.instance = instance }
    deinit { intents.deallocate() }

    func call(_ bars: [EventRecord], _ start: Int, _ count: Int) {
        bars.withUnsafeBufferPointer { buffer in
            var index = start
            while index < start + count {
                var block = strategy_intents_v1_t(records: intents, capacity: 1024, count: 0)
                let base = buffer.baseAddress! + index
                index += max(1, instance.process(instance.pointer, base, start + count - index, &block))
            }
        }
    }
}

extension BenchTable {
    mutating func addWorker(_ load: WorkerLoad) {
        for waiting in WorkerLoad.Waiting.allCases {
            guard let trip = load.roundTrip(waiting) else { continue }
            let id = "worker_" + waiting.rawValue
            add(
                id + "_median", trip.median, "ns/event",
                "one bar to \(load.plugin.id) in a worker and back, \(waiting.text)")
            add(id + "_p99", trip.p99, "ns/event", "the same")
        }
        if let nanoseconds = load.batches() {
            add("worker_batches", nanoseconds, "ns/event", "64 blocks of 256 bars, until the worker has done the last")
        }
        if let starts = load.starts() {
            add("worker_start", starts.median, "ms", "process, library and instance, until it takes events")
            add("worker_start_worst", starts.worst, "ms", "the same")
        }
    }
}
