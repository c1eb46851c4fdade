/// Exact integer division with ties to even: the one place where money is rounded.
public enum Rounding {
    /// `dividend / divisor`, rounded half to even. `divisor` > 0.
    @inlinable
    public static func halfEven(_ dividend: Int128, over divisor: Int128) -> Int128 {
        precondition(divisor > 0, "division by \(divisor)")
        let magnitude = dividend.magnitude
        let high = UInt64(truncatingIfNeeded: magnitude >> 64)
        if let narrow = UInt64(exactly: divisor), high < narrow {
            // The quotient fits 64 bits: one machine division instead of a call.
            let (quotient, remainder) = narrow.dividingFullWidth((high, UInt64(truncatingIfNeeded: magnitude)))
            let rest = narrow - remainder
            let isUp = remainder > rest || (remainder == rest && quotient & 1 == 1)
            let rounded = Int128(quotient) + (isUp ? 1 : 0)
            return dividend < 0 ? -rounded : rounded
        }
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        return adjusted(quotient, remainder: remainder, divisor: divisor, negative: dividend < 0)
    }

    /// `a × b / divisor`, rounded half to even; for what most orders and fills are made of. `divisor` > 0.
    @inlinable
    public static func halfEven(_ a: Int64, times b: Int64, over divisor: UInt64) -> Int128 {
        let (high, low) = a.magnitude.multipliedFullWidth(by: b.magnitude)
        guard high < divisor else { return halfEven(Int128(a) * Int128(b), over: Int128(divisor)) }
        let (quotient, remainder) = divisor.dividingFullWidth((high, low))
        let rest = divisor - remainder
        let isUp = remainder > rest || (remainder == rest && quotient & 1 == 1)
        let rounded = Int128(quotient) + (isUp ? 1 : 0)
        return (a ^ b) < 0 ? -rounded : rounded
    }

    /// `a × b / divisor`, rounded half to even, exact for every input whose result fits; nil when it does not fit.
    @inlinable
    public static func halfEven(_ a: Int128, times b: Int128, over divisor: Int128) -> Int128? {
        if let a = Int64(exactly: a), let b = Int64(exactly: b), let divisor = UInt64(exactly: divisor) {
            return halfEven(a, times: b, over: divisor)
        }
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        if !overflow { return halfEven(product, over: divisor) }
        return halfEvenFullWidth(a, times: b, over: divisor)
    }

    /// The product needs up to 256 bits: divided and rounded by magnitude, then given its sign again.
    @usableFromInline
    static func halfEvenFullWidth(_ a: Int128, times b: Int128, over divisor: Int128) -> Int128? {
        precondition(divisor > 0, "division by \(divisor)")
        let wide = a.magnitude.multipliedFullWidth(by: b.magnitude)
        let divisor = divisor.magnitude
        guard wide.high < divisor else { return nil }
        var (quotient, remainder) = divisor.dividingFullWidth(wide)
        let rest = divisor - remainder
        if remainder > rest || (remainder == rest && quotient & 1 == 1) {
            guard quotient < UInt128.max else { return nil }
            quotient += 1
        }
        if (a < 0) != (b < 0) {
            return quotient <= Int128.min.magnitude ? Int128(truncatingIfNeeded: 0 &- quotient) : nil
        }
        return Int128(exactly: quotient)
    }

    /// `a × b / divisor` rounded up, for numbers from zero up; what does not fit is the largest number. `divisor` > 0.
    @inlinable
    public static func up(_ a: Int64, times b: Int64, over divisor: Int64) -> Int64 {
        let (quotient, rest) = divided(a, times: b, over: divisor)
        return rest == 0 || quotient == .max ? quotient : quotient + 1
    }

    /// The same, rounded down.
    @inlinable
    public static func down(_ a: Int64, times b: Int64, over divisor: Int64) -> Int64 {
        divided(a, times: b, over: divisor).quotient
    }

    @inlinable
    static func divided(_ a: Int64, times b: Int64, over divisor: Int64) -> (quotient: Int64, rest: UInt64) {
        precondition(a >= 0 && b >= 0 && divisor > 0, "\(a) × \(b) / \(divisor)")
        let (high, low) = a.magnitude.multipliedFullWidth(by: b.magnitude)
        guard high < divisor.magnitude else { return (.max, 0) }
        let (quotient, rest) = divisor.magnitude.dividingFullWidth((high, low))
        return quotient > Int64.max ? (.max, 0) : (Int64(quotient), rest)
    }

    @inlinable
    static func adjusted(_ quotient: Int128, remainder: Int128, divisor: Int128, negative: Bool) -> Int128 {
        let distance = remainder.magnitude
        let rest = divisor.magnitude - distance
        guard distance > rest || (distance == rest && quotient & 1 == 1) else { return quotient }
        return negative ? quotient - 1 : quotient + 1
    }
}
