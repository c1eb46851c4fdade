public import CoreMetrics
import Synchronization

/// A backend of swift-metrics whose values are written as Prometheus text (exposition format 0.0.4).
public final class PrometheusRegistry: MetricsFactory {
    private struct Key: Hashable {
        var name: String
        /// `{route="/health",status="200"}`, or empty.
        var labels: String
    }

    private let counters = Mutex<[Key: PrometheusCounter]>([:])
    private let gauges = Mutex<[Key: PrometheusGauge]>([:])
    private let histograms = Mutex<[Key: PrometheusHistogram]>([:])

    public init() {}

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counters.withLock { all in made(&all, label, dimensions) { PrometheusCounter() } }
    }

    /// A gauge when it does not aggregate, else a histogram.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return histograms.withLock { all in made(&all, label, dimensions) { PrometheusHistogram() } } }
        return gauges.withLock { all in made(&all, label, dimensions) { PrometheusGauge() } }
    }

    /// In seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histograms.withLock { all in made(&all, label, dimensions) { PrometheusHistogram() } }
    }

    public func destroyCounter(_ handler: any CounterHandler) {
        counters.withLock { all in all = all.filter { $0.value !== handler } }
    }
    public func destroyRecorder(_ handler: any RecorderHandler) {
        gauges.withLock { all in all = all.filter { $0.value !== handler } }
        histograms.withLock { all in all = all.filter { $0.value !== handler } }
    }
    public func destroyTimer(_ handler: any TimerHandler) {
        histograms.withLock { all in all = all.filter { $0.value !== handler } }
    }

    private func made<Metric>(
        _ all: inout [Key: Metric], _ label: String, _ dimensions: [(String, String)], _ make: () -> Metric
    ) -> Metric {
        let key = Key(name: PrometheusText.name(label), labels: PrometheusText.labels(dimensions))
        if let known = all[key] { return known }
        let metric = make()
        all[key] = metric
        return metric
    }

    /// All metrics, by name.
    func write(_ text: inout PrometheusText) {
        for (key, counter) in sorted(counters.withLock { $0 }) {
            text.sample(key.name, .counter, labels: key.labels, String(counter.value))
        }
        for (key, gauge) in sorted(gauges.withLock { $0 }) {
            text.sample(key.name, .gauge, labels: key.labels, PrometheusText.number(gauge.value))
        }
        for (key, histogram) in sorted(histograms.withLock { $0 }) {
            text.histogram(key.name, labels: key.labels, histogram.state)
        }
    }

    private func sorted<Metric>(_ all: [Key: Metric]) -> [(key: Key, value: Metric)] {
        all.sorted { ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels) }
    }
}

final class PrometheusCounter: CounterHandler {
    private let count = Atomic<Int64>(0)
    var value: Int64 { count.load(ordering: .relaxed) }
    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { count.store(0, ordering: .relaxed) }
}

final class PrometheusGauge: RecorderHandler {
    private let current = Mutex(0.0)
    var value: Double { current.withLock { $0 } }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { current.withLock { $0 = value } }
}

/// Counts values (seconds) by upper bounds.
final class PrometheusHistogram: TimerHandler, RecorderHandler {
    static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

    struct State {
        /// One more than there are bounds: the last is above them all. Not cumulated.
        var counts = [UInt64](repeating: 0, count: bounds.count + 1)
        var sum = 0.0
    }

    private let content = Mutex(State())
    var state: State { content.withLock { $0 } }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        let place = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
        content.withLock { state in
            state.counts[place] += 1
            state.sum += value
        }
    }
}
