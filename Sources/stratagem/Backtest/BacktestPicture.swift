import CStrategyABI
import Engine
import Trading

/// What a run looked like, for charts: taken between events while it runs, in memory that does not grow with it.
/// When there is no more room, two neighbours become one and the next look is twice as many events away.
struct BacktestPicture {
    /// What was seen since the step before.
    struct Step {
        /// Of the last look.
        var time: Int64
        /// Equity at the last look, and the deepest fall from the highest equity up to then, a fraction.
        var equity: Double
        var fall: Double
    }

    /// Of one instrument since the step before; NaN = it had no price yet.
    struct PriceStep {
        var last: Double
        var low: Double
        var high: Double
    }

    struct Month: Equatable {
        var year: Int
        var month: Int
        /// Equity at its beginning, and at its end or the run's.
        var open: Double
        var close: Double

        var change: Double { open == 0 ? 0 : close / open - 1 }
    }

    static let stepsMax = 2048

    private(set) var steps: [Step] = []
    /// By instrument.
    private(set) var prices: [[PriceStep]]
    private(set) var months: [Month] = []
    private(set) var trades = TradeSample()
    let opening: Double
    private var peak: Double
    /// Looks that one step stands for, and how many it has by now.
    private var looksPerStep = 1
    private var looks = 0
    /// When the next month begins.
    private var monthEnd = Int64.min

    private let accountCount: Int

    /// `accounts`: what each begins with.
    init(instruments: Int, accounts: [Money]) {
        prices = Array(repeating: [], count: instruments)
        accountCount = accounts.count
        opening = accounts.reduce(.zero, +).approximate
        peak = self.opening
    }

    /// How many of these events the engine takes before the next look; records with their MORE records, and none of the
    /// next month.
    mutating func countBeforeLook(_ events: UnsafeBufferPointer<EventRecord>) -> Int {
        if let first = events.first, first.time >= monthEnd { beginMonth(first.time) }
        var count = min(looksPerStep, events.count)
        while count < events.count, events[count].kind == .more { count += 1 }
        let last = events[..<count].last { $0.kind != .more }
        guard let last, last.time >= monthEnd else { return count }
        return events.firstIndex { $0.kind != .more && $0.time >= monthEnd } ?? count
    }

    /// Right after events up to `time`.
    mutating func look(_ engine: borrowing Engine, at time: Timestamp) {
        var money = Money.zero
        for account in 0..<accountCount { money += engine.equity(account: account) ?? .zero }
        let equity = money.approximate
        peak = max(peak, equity)
        if let last = months.indices.last { months[last].close = equity }
        steps.append(Step(time: time.nanoseconds, equity: equity, fall: peak > 0 ? equity / peak - 1 : 0))
        for instrument in prices.indices {
            let mark = engine.mark(instrument)
            let price = mark == .zero ? Double.nan : mark.approximate
            prices[instrument].append(PriceStep(last: price, low: price, high: price))
        }
        if steps.count == BacktestPicture.stepsMax { halve() }
    }

    mutating func take(_ log: FactLog) {
        for event in log.events {
            if case .roundTripClosed(let trip) = event { trades.take(trip) }
        }
    }

    private mutating func beginMonth(_ time: Int64) {
        let date = CivilDate(daysSinceEpoch: Timestamp(nanoseconds: time).day())
        let next = date.month == 12 ? (date.year + 1, 1) : (date.year, date.month + 1)
        monthEnd = Timestamp(year: next.0, month: next.1, day: 1)?.nanoseconds ?? .max
        let open = months.last?.close ?? opening
        months.append(Month(year: date.year, month: date.month, open: open, close: open))
    }

    private mutating func halve() {
        looksPerStep *= 2
        let half = steps.count / 2
        for index in 0..<half {
            let (a, b) = (steps[2 * index], steps[2 * index + 1])
            steps[index] = Step(time: b.time, equity: b.equity, fall: min(a.fall, b.fall))
            for instrument in prices.indices {
                let (a, b) = (prices[instrument][2 * index], prices[instrument][2 * index + 1])
                // minimum and maximum pass over NaN.
                prices[instrument][index] = PriceStep(
                    last: b.last, low: Double.minimum(a.low, b.low), high: Double.maximum(a.high, b.high))
            }
        }
        steps.removeLast(steps.count - half)
        for instrument in prices.indices { prices[instrument].removeLast(prices[instrument].count - half) }
    }
}

extension BacktestPicture {
    /// Eight heights for a line of text: "▁▂▅█"; empty where nothing was seen.
    func sparkline(width: Int) -> String {
        guard let low = steps.map(\.equity).min(), let high = steps.map(\.equity).max() else { return "" }
        let heights = Array("▁▂▃▄▅▆▇█")
        let width = min(width, steps.count)
        return String(
            (0..<width).map { place in
                let equity = steps[(place + 1) * steps.count / width - 1].equity
                return high > low ? heights[Int((equity - low) / (high - low) * 7.99)] : heights[0]
            })
    }
}
