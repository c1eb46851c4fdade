// Prices, quantities, rates and money are integers of a fixed scale. Double never holds one.

/// A number of 10^-decimals in an Int64.
public protocol FixedPoint: Comparable, Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    static var decimals: Int { get }
    var raw: Int64 { get }
    init(raw: Int64)
}

extension FixedPoint {
    @inlinable public static var zero: Self { Self(raw: 0) }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.raw < b.raw }
    public var description: String { DecimalText.format(Int128(raw), scale: Self.decimals) }

    /// Reads a decimal text exactly; more decimals than the scale has, or a value that does not fit, is a failure.
    public static func parse(_ text: some StringProtocol) -> Result<Self, DecimalText.Failure> {
        DecimalText.parse(text, scale: decimals).map(Self.init(raw:))
    }

    /// As `parse`, nil on any failure.
    public init?(_ text: some StringProtocol) {
        guard case .success(let value) = Self.parse(text) else { return nil }
        self = value
    }

    /// For statistics and display only.
    @inlinable public var approximate: Double {
        var scale = 1.0
        for _ in 0..<Self.decimals { scale *= 10 }
        return Double(raw) / scale
    }
}

/// A price, in 1e-9 of the quote currency.
@frozen public struct Price: FixedPoint {
    public static let one = Price(raw: 1_000_000_000)
    @inlinable public static var decimals: Int { 9 }
    public var raw: Int64
    @inlinable public init(raw: Int64) { self.raw = raw }
}

/// A quantity, in 1e-8 of the instrument's unit; signed where it is a position.
@frozen public struct Quantity: FixedPoint {
    public static let one = Quantity(raw: 100_000_000)
    @inlinable public static var decimals: Int { 8 }
    public var raw: Int64
    @inlinable public init(raw: Int64) { self.raw = raw }
    @inlinable public static func + (a: Quantity, b: Quantity) -> Quantity { Quantity(raw: a.raw + b.raw) }
    @inlinable public static func - (a: Quantity, b: Quantity) -> Quantity { Quantity(raw: a.raw - b.raw) }
    @inlinable public static prefix func - (a: Quantity) -> Quantity { Quantity(raw: -a.raw) }
    @inlinable public var magnitude: Quantity { Quantity(raw: raw < 0 ? -raw : raw) }
}

/// A fraction or a conversion rate, in 1e-9: 0.0002 = two basis points.
@frozen public struct Rate: FixedPoint {
    public static let one = Rate(raw: 1_000_000_000)
    @inlinable public static var decimals: Int { 9 }
    public var raw: Int64
    @inlinable public init(raw: Int64) { self.raw = raw }
}
