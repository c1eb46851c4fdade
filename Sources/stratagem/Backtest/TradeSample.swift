import Trading

/// Round trips for charts: every n-th of them, and how often which result came, in memory that does not grow.
struct TradeSample {
    static let shownMax = 2_000

    private(set) var shown: [RoundTrip] = []
    /// So many stand for each that is shown.
    private(set) var every = 1
    private(set) var count = 0
    private(set) var results = ResultCounts()

    mutating func take(_ trip: RoundTrip) {
        if count % every == 0 {
            shown.append(trip)
            if shown.count == TradeSample.shownMax {
                shown = shown.indices.filter { $0 % 2 == 0 }.map { shown[$0] }
                every *= 2
            }
        }
        count += 1
        results.add(trip.pnl)
    }
}

/// How many results lie in which interval. Intervals are a power of ten wide, and become ten times as wide when a result lies
/// beyond the last one.
struct ResultCounts {
    /// On each side of zero.
    private static let reach = 1_000

    /// In 1e-8 units of the currency.
    private(set) var width: Int128 = 1
    private var counts = [Int](repeating: 0, count: 2 * reach)

    mutating func add(_ amount: Money) {
        while !(-Int128(ResultCounts.reach)..<Int128(ResultCounts.reach)).contains(place(amount.raw)) { widen() }
        counts[Int(place(amount.raw)) + ResultCounts.reach] += 1
    }

    private func place(_ raw: Int128) -> Int128 { raw >= 0 ? raw / width : -((width - 1 - raw) / width) }

    private mutating func widen() {
        width *= 10
        var wider = [Int](repeating: 0, count: counts.count)
        for (index, count) in counts.enumerated() where count > 0 {
            let place = index - ResultCounts.reach
            let tenth = place >= 0 ? place / 10 : -((9 - place) / 10)
            wider[tenth + ResultCounts.reach] += count
        }
        counts = wider
    }

    struct Interval: Equatable {
        /// From this amount on, to the next interval's.
        var start: Double
        var width: Double
        var count: Int
    }

    /// At most about `most` of them, 1, 2 or 5 times a power of ten wide, from the first that has something to the last.
    func intervals(most: Int) -> [Interval] {
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
            return []
        }
        let low = first - ResultCounts.reach
        let high = last - ResultCounts.reach
        func group(_ place: Int, _ size: Int) -> Int { place >= 0 ? place / size : -((size - 1 - place) / size) }
        let size = [1, 2, 5, 10, 20, 50, 100, 200].first { group(high, $0) - group(low, $0) < most } ?? 200
        let unit = Money(raw: width * Int128(size)).approximate
        return (group(low, size)...group(high, size)).map { number in
            let start = number * size + ResultCounts.reach
            let part = counts[max(start, 0)..<min(start + size, counts.count)]
            return Interval(start: Double(number) * unit, width: unit, count: part.reduce(0, +))
        }
    }
}
