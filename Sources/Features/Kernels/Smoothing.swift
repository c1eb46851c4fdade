/// A mean that moves towards each value by a fixed weight, from the mean of the first values on. What is not a number is
/// passed over, so that one that warms up can feed another.
struct Smoothing {
    private let seeds: Int
    private let weight: Double
    private var count = 0
    private(set) var mean = 0.0

    /// The exponential mean with weight 2 / (period + 1), from the mean of the first `period` values on.
    static func exponential(_ period: Int) -> Smoothing {
        Smoothing(seeds: period, weight: 2 / (Double(period) + 1))
    }

    /// Wilder's mean with weight 1 / period, from the mean of the first `period` values on.
    static func wilder(_ period: Int) -> Smoothing { Smoothing(seeds: period, weight: 1 / Double(period)) }

    init(seeds: Int, weight: Double) {
        self.seeds = seeds
        self.weight = weight
    }

    /// Not a number before there are as many values as it starts from.
    @inline(__always)
    mutating func add(_ value: Double) -> Double {
        if count >= seeds {
            if value.isFinite { mean += (value - mean) * weight }
            return mean
        }
        guard value.isFinite else { return .nan }
        count &+= 1
        mean += value
        guard count == seeds else { return .nan }
        mean /= Double(seeds)
        return mean
    }
}

/// The mean of the latest three values.
struct MeanOfThree {
    private var older = Double.nan
    private var newer = Double.nan

    mutating func add(_ value: Double) -> Double {
        defer { (older, newer) = (newer, value) }
        return (older + newer + value) / 3
    }
}

/// A sum that keeps what rounding takes away (Neumaier 1974).
struct CompensatedSum {
    private var sum = 0.0
    private var lost = 0.0

    mutating func add(_ value: Double) {
        let next = sum + value
        lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
        sum = next
    }

    var value: Double { sum + lost }
}

/// The mean of the latest `period` prices from their exact sum.
struct PriceMean {
    private let period: Int
    private var sum: Int128 = 0

    init(_ period: Int) { self.period = period }

    /// After the newest close was added to `closes`, which reach one further back than `period`.
    @inline(__always)
    mutating func add(_ closes: borrowing Series<Int64>) -> Double {
        sum &+= Int128(closes[age: 0])
        if closes.count > period { sum &-= Int128(closes[age: period]) }
        guard closes.count >= period else { return .nan }
        return number(sum) / (Double(period) * BarWindow.scale)
    }
}
