/// An amount of one currency, in 1e-8, exact over the whole range of Int128.
@frozen public struct Money: Comparable, Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    @inlinable public static var decimals: Int { 8 }
    @inlinable public static var zero: Money { Money(raw: 0) }

    public var raw: Int128
    @inlinable public init(raw: Int128) { self.raw = raw }

    /// Reads a decimal text exactly; nil when it has more than 8 decimals or more than 92 billion units.
    public init?(_ text: some StringProtocol) {
        guard case .success(let raw) = DecimalText.parse(text, scale: Money.decimals) else { return nil }
        self.raw = Int128(raw)
    }

    /// price × quantity × multiplier, rounded half-even to 1e-8; nil when the result is beyond Int128,
    /// which no multiplier up to 1e9 can cause.
    @inlinable
    public static func value(_ price: Price, _ quantity: Quantity, multiplier: Int64 = 1) -> Money? {
        if multiplier == 1 {
            return Money(raw: Rounding.halfEven(price.raw, times: quantity.raw, over: 1_000_000_000))
        }
        let product = Int128(price.raw) * Int128(quantity.raw)
        return Rounding.halfEven(product, times: Int128(multiplier), over: 1_000_000_000).map(Money.init(raw:))
    }

    /// This amount times a rate, rounded half-even; nil when the result is not countable (beyond 2^120 units of 1e-8).
    @inlinable @inline(__always)
    public func converted(at rate: Rate) -> Money? {
        if rate == .one { return raw.magnitude < 1 << 120 ? self : nil }
        return product(rate)
    }

    @usableFromInline
    func product(_ rate: Rate) -> Money? {
        let bound = Int128(1) << 120
        guard let raw = Rounding.halfEven(raw, times: Int128(rate.raw), over: 1_000_000_000),
            raw.magnitude < bound.magnitude
        else { return nil }
        return Money(raw: raw)
    }

    /// Whether this is above `share` of `whole`, as `converted` would round it, by products alone: no division. nil when that
    /// is not countable.
    @inlinable @inline(__always)
    public func isAbove(_ share: Rate, of whole: Money) -> Bool? {
        if let amount = Int64(exactly: raw), let whole = Int64(exactly: whole.raw) {
            // In units of 1e-17. Above the rounded share by half a unit and more; just half rounds to the even neighbour.
            // Of Int64 neither product can overflow, nor their difference.
            let distance = Int128(amount) &* 1_000_000_000 &- Int128(whole) &* Int128(share.raw)
            return distance > 500_000_000 || (distance == 500_000_000 && amount & 1 == 1)
        }
        return isAboveProduct(share, of: whole)
    }

    @usableFromInline
    func isAboveProduct(_ share: Rate, of whole: Money) -> Bool? { whole.converted(at: share).map { self > $0 } }

    /// As `converted`, as a limit: a share beyond counting is none.
    public func share(_ share: Rate) -> Money { converted(at: share) ?? Money(raw: .max) }

    /// As `converted`, for amounts that are known to be small enough: a commission. Beyond Int128 is a broken invariant.
    @inlinable
    public func times(_ rate: Rate) -> Money {
        if rate == .one { return self }
        guard let product = Rounding.halfEven(raw, times: Int128(rate.raw), over: 1_000_000_000) else {
            preconditionFailure("\(self) × \(rate) is beyond Int128")
        }
        return Money(raw: product)
    }

    /// The part of this amount that belongs to `share` of `whole`, rounded half-even: the cost of a partial close.
    @inlinable
    public func portion(_ share: Quantity, of whole: Quantity) -> Money {
        guard share != whole else { return self }
        guard let raw = Rounding.halfEven(raw, times: Int128(share.raw), over: Int128(whole.raw)) else {
            preconditionFailure("\(self) × \(share) / \(whole) is beyond Int128")
        }
        return Money(raw: raw)
    }

    @inlinable public static func + (a: Money, b: Money) -> Money { Money(raw: a.raw + b.raw) }
    @inlinable public static func - (a: Money, b: Money) -> Money { Money(raw: a.raw - b.raw) }
    @inlinable public static prefix func - (a: Money) -> Money { Money(raw: -a.raw) }
    @inlinable public static func += (a: inout Money, b: Money) { a.raw += b.raw }
    @inlinable public static func -= (a: inout Money, b: Money) { a.raw -= b.raw }
    @inlinable public static func < (a: Money, b: Money) -> Bool { a.raw < b.raw }
    @inlinable public var magnitude: Money { Money(raw: raw < 0 ? -raw : raw) }

    public var description: String { DecimalText.format(raw, scale: Money.decimals) }
    /// For statistics and display only.
    @inlinable public var approximate: Double {
        // By halves: the standard library's own conversion of an Int128 takes a quarter of a microsecond.
        if let small = Int64(exactly: raw) { return Double(small) / 1e8 }
        return (Double(Int64(truncatingIfNeeded: raw >> 64)) * 0x1p64 + Double(UInt64(truncatingIfNeeded: raw))) / 1e8
    }
}
