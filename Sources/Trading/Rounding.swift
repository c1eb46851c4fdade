/// Exact integer division with ties to even: the one place where money is rounded.
public enum Rounding {
    /// `dividend / divisor`, rounded half to even. `divisor` > 0.
    @inlinable
    public static func halfEven(_ dividend: Int128, over divisor: Int128) -> Int128 {
        precondition(divisor > 0, "division by \(divisor)")
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        return adjusted(quotient, remainder: remainder, divisor: divisor, negative: dividend < 0)
    }

    /// `a × b / divisor`, rounded half to even, exact for every input whose result fits; nil when it does not fit.
    @inlinable
    public static func halfEven(_ a: Int128, times b: Int128, over divisor: Int128) -> Int128? {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        if !overflow { return halfEven(product, over: divisor) }
        let wide = a.multipliedFullWidth(by: b)
        // The quotient fits 127 bits exactly when the upper half is smaller than half the divisor.
        guard wide.high.magnitude < divisor.magnitude / 2 else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth(wide)
        return adjusted(quotient, remainder: remainder, divisor: divisor, negative: wide.high < 0)
    }

    @inlinable
    static func adjusted(_ quotient: Int128, remainder: Int128, divisor: Int128, negative: Bool) -> Int128 {
        let distance = remainder.magnitude
        let rest = divisor.magnitude - distance
        guard distance > rest || (distance == rest && quotient & 1 == 1) else { return quotient }
        return negative ? quotient - 1 : quotient + 1
    }
}
