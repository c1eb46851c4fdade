internal import CStrategyABI
internal import Trading

/// The latest candles of one length; intervals in which nothing happened have none.
struct CandleRing: ~Copyable {
    private var candles: Ring<Candle>
    /// Nanoseconds; 0 = this ring is not used.
    private(set) var interval: Int64
    /// The end of the newest candle.
    private var end = Int64.min

    init(interval: Int64, capacity: Int) {
        self.interval = interval
        candles = Ring(capacity: capacity)
    }

    /// Forgets everything and goes on with candles of another length.
    mutating func restart(interval: Int64) {
        self.interval = interval
        candles.removeAll()
        end = Int64.min
    }

    /// Counts a trade. One that is late counts for the candle at hand.
    mutating func add(time: Int64, price: Int64, volume: Int128, notional: Int128, trades: UInt64) {
        let candle = candle(at: time, price: price)
        candle.pointee.add(price: price)
        candle.pointee.add(volume: volume, notional: notional, trades: trades)
    }

    /// Counts a bar that began at `time`. One as long as the candles keeps its own begin.
    mutating func add(bar: Bar, began time: Int64, notional: Int128, trades: UInt64) {
        let candle: UnsafeMutablePointer<Candle>
        if bar.interval == interval {
            candles.append(Candle(time: time, price: bar.open))
            end = bar.time
            candle = candles.last
        } else {
            candle = self.candle(at: time, price: bar.open)
        }
        candle.pointee.add(price: bar.high)
        candle.pointee.add(price: bar.low)
        candle.pointee.add(price: bar.close)
        candle.pointee.add(volume: Int128(bar.volume), notional: notional, trades: trades)
    }

    private mutating func candle(at time: Int64, price: Int64) -> UnsafeMutablePointer<Candle> {
        if time >= end {
            let begin = CandleLength.begin(of: time, interval)
            candles.append(Candle(time: begin, price: price))
            end = begin &+ interval
        }
        return candles.last
    }

    var count: Int { candles.count }
    func newest(_ age: Int) -> Candle { candles.newest(age) }

    /// Candles of a multiple of the ring's length that begin in `from..<to`, the latest `limit`, ascending. One whose
    /// first part is no longer in the ring is left out.
    func joined(_ length: Int64, from: Int64, to: Int64, limit: Int) -> [Candle] {
        var result: [Candle] = []
        var age = 0
        while age < candles.count, result.count < limit {
            var candle = candles.newest(age)
            let begin = length == interval ? candle.time.nanoseconds : group(candle, length)
            if begin < from { break }
            age += 1
            while age < candles.count, length != interval {
                let earlier = candles.newest(age)
                guard group(earlier, length) == begin else { break }
                candle.prepend(earlier)
                age += 1
            }
            let isCut = age == candles.count && candles.isFull && candle.time.nanoseconds != begin
            candle.time = Timestamp(nanoseconds: begin)
            if begin < to, !isCut { result.append(candle) }
        }
        result.reverse()
        return result
    }

    private func group(_ candle: Candle, _ length: Int64) -> Int64 {
        CandleLength.begin(of: candle.time.nanoseconds, length)
    }
}
