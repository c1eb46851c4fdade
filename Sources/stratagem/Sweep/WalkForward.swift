import Portfolio
import Trading

/// A range of time cut into windows that roll on: each has a part in-sample, where the best combination is looked for, and right
/// behind it a part out-of-sample, where that one has to prove itself.
///
/// All in-sample parts are equally long, and all out-of-sample parts: of a window of the length W the share s is in-sample. Each
/// window begins one out-of-sample part later than the one before, so that the out-of-sample parts follow each other without a
/// gap up to the end: T = s·W + N·(1 − s)·W. Cuts lie at midnight UTC where a part has a day or more. Every run begins flat and
/// cold, so that its averages fill within the part, in-sample and out-of-sample alike, or after the warm-up that was asked for.
struct WalkForward: Equatable {
    struct Window: Equatable {
        var inSample: Range<Int64>
        var outOfSample: Range<Int64>
    }

    let count: Int
    /// In-sample, of a window, in hundredths of a percent.
    let share: Int64

    static let countMax = 200
    private static let whole: Int64 = 10_000
    private static let day = Timestamp.nanosecondsPerDay

    /// "8" or "8:0.75". nil = it is none.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let count = Int(parts[0]), (1...WalkForward.countMax).contains(count)
        else { return nil }
        self.count = count
        guard parts.count == 2 else {
            share = 7500
            return
        }
        guard case .success(let share) = DecimalText.parse(parts[1], scale: 4), share > 0, share < WalkForward.whole
        else { return nil }
        self.share = share
    }

    var description: String { "\(count):\(DecimalText.format(Int128(share), scale: 4))" }

    /// Of the time from `start` to before `end`; nil where it is too short.
    func windows(from start: Int64, to end: Int64) -> [Window]? {
        let (inner, outer) = (Int128(share), Int128(WalkForward.whole - share))
        let span = Int128(end) - Int128(start)
        let parts = inner + Int128(count) * outer
        let isInDays = span * min(inner, outer) / parts >= Int128(WalkForward.day)
        /// `pieces` of the parts into the time.
        func cut(_ pieces: Int128) -> Int64 {
            if pieces == 0 { return start }
            if pieces == parts { return end }
            let time = Int64(Int128(start) + span * pieces / parts)
            return isInDays ? time - (time % WalkForward.day + WalkForward.day) % WalkForward.day : time
        }
        let windows = (0..<Int128(count)).map { number in
            let begin = cut(number * outer)
            let middle = cut(number * outer + inner)
            return (begin, middle, cut((number + 1) * outer + inner))
        }
        guard windows.allSatisfy({ $0.0 < $0.1 && $0.1 < $0.2 }) else { return nil }
        return windows.map { Window(inSample: $0.0..<$0.1, outOfSample: $0.1..<$0.2) }
    }
}

/// What was found in a window.
struct WindowResult {
    let window: WalkForward.Window
    /// Of all combinations the best in-sample; nil where none has a value.
    let chosen: (combination: Int, row: SweepRow)?
    /// Its run out-of-sample.
    let proof: SweepRow?
}

/// The out-of-sample runs of all windows, one after another. Each begins flat, with what the one before it ended with.
struct OutOfSampleChain {
    let openingCash: Money
    let equity: Money
    let trades: Int
    let performance: Performance
    let curve: [(time: Int64, equity: Double)]
    let estimate: SharpeEstimate?

    init(_ rows: [SweepRow], openingCash: Money) {
        self.openingCash = openingCash
        equity = rows.last.flatMap { $0.json["equity"]?.string }.flatMap { Money($0) } ?? openingCash
        trades = rows.reduce(0) { $0 + ($1.json["trades"]?.int ?? 0) }
        curve = rows.flatMap(\.curve)
        let values = rows.flatMap(\.daily.values)
        let returns = DailyReturns(values: values, coveredDays: rows.reduce(0) { $0 + $1.daily.coveredDays })
        estimate = SharpeEstimate(values)
        var level = openingCash.approximate
        var drawdown = MaxDrawdown(openingEquity: level)
        for value in values {
            level *= 1 + value
            drawdown.mark(level)
        }
        var performance = Performance()
        performance.totalReturn = Performance.totalReturn(
            openingEquity: openingCash.approximate, lastEquity: equity.approximate)
        performance.annualizedReturn = performance.totalReturn.flatMap {
            Performance.annualizedReturn(totalReturn: $0, elapsedNanoseconds: Double(returns.coveredDays) * 86_400e9)
        }
        performance.maxDrawdown = values.isEmpty ? nil : drawdown.fraction
        performance.sharpeRatio = Performance.sharpeRatio(returns)
        performance.sortinoRatio = Performance.sortinoRatio(returns)
        performance.volatility = Performance.volatility(returns)
        performance.valueAtRisk95 = Performance.valueAtRisk95(returns)
        self.performance = performance
    }
}
