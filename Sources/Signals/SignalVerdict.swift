internal import Glibc
public import Trading

/// Whether the market did what a signal said. Compared are the prices at its making and when its horizon had passed: of the last
/// second that had closed by then.
public enum SignalVerdict: Int, CaseIterable, Sendable {
    /// Its horizon has not passed.
    case undecided = 0
    case right = 1
    case wrong = 2
    /// Nobody saw the price: the host did not run, or the market did not move on.
    case unknown = 3

    /// Buy is right where the price is higher, sell where it is lower, hold where it is at most `band` away.
    public static func of(
        _ direction: Opinion.Direction, from price: Price, to later: Price, band: Price
    ) -> SignalVerdict {
        let isRight =
            switch direction {
            case .buy: later > price
            case .sell: later < price
            case .hold: abs(Int128(later.raw) - Int128(price.raw)) <= Int128(band.raw)
            }
        return isRight ? .right : .wrong
    }

    /// Half the average true range of a bar, times the square root of the bars that the horizon has: as far as a price that goes
    /// nowhere wanders about as often as not.
    public static func band(range: Price, bar: Int64, horizon: Int64) -> Price {
        let bars = Double(max(horizon, 1)) / Double(max(bar, 1))
        let band = range.approximate / 2 * sqrt(bars)
        return Price(raw: Int64(exactly: (band * 1e9).rounded()) ?? .max)
    }
}
