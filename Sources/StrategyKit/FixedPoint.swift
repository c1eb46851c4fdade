/// A decimal number of fixed scale in an Int64. Arithmetic saturates at the ends of the range instead of trapping: such
/// a number is far outside of every limit, so the gate refuses an order that carries it.
public protocol FixedPoint: Comparable, Hashable, Sendable, BitwiseCopyable, Codable, CustomStringConvertible,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral
{
    static var decimals: Int { get }
    /// Units of `raw` in 1.
    static var scale: Int64 { get }
    var raw: Int64 { get set }
    init(raw: Int64)
}

extension FixedPoint {
    @inlinable public static var zero: Self { Self(raw: 0) }
    @inlinable public static var max: Self { Self(raw: .max) }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.raw < b.raw }

    @inlinable public static func + (a: Self, b: Self) -> Self {
        let (sum, overflow) = a.raw.addingReportingOverflow(b.raw)
        return Self(raw: overflow ? (b.raw < 0 ? .min : .max) : sum)
    }
    @inlinable public static func - (a: Self, b: Self) -> Self {
        let (difference, overflow) = a.raw.subtractingReportingOverflow(b.raw)
        return Self(raw: overflow ? (b.raw < 0 ? .max : .min) : difference)
    }
    @inlinable public static prefix func - (a: Self) -> Self { .zero - a }
    @inlinable public static func += (a: inout Self, b: Self) { a = a + b }
    @inlinable public static func -= (a: inout Self, b: Self) { a = a - b }

    @inlinable public static func * (a: Self, factor: Int) -> Self {
        let (product, overflow) = a.raw.multipliedReportingOverflow(by: Int64(factor))
        return Self(raw: overflow ? ((a.raw < 0) == (factor < 0) ? .max : .min) : product)
    }
    /// Rounded to the nearest unit; the result is an estimate like every Double.
    @inlinable public static func * (a: Self, factor: Double) -> Self {
        Self(saturating: Double(a.raw) * factor)
    }
    /// The ratio of two numbers.
    @inlinable public static func / (a: Self, b: Self) -> Double { Double(a.raw) / Double(b.raw) }

    @inlinable public var magnitude: Self { raw < 0 ? -self : self }
    /// For statistics and indicators.
    @inlinable public var double: Double { Double(raw) / Double(Self.scale) }

    /// The nearest number to `value`; outside of the range the nearest end, NaN is zero.
    @inlinable public init(_ value: Double) { self.init(saturating: value * Double(Self.scale)) }
    @inlinable public init(floatLiteral value: Double) { self.init(value) }
    @inlinable public init(integerLiteral value: Int64) { self = Self(raw: Self.scale) * Int(value) }

    @inlinable init(saturating units: Double) {
        let rounded = units.rounded(.toNearestOrEven)
        self.init(raw: rounded.isNaN ? 0 : Int64(exactly: rounded) ?? (rounded < 0 ? .min : .max))
    }

    /// The largest multiple of `step` that is not above this number; the number itself when `step` is not above zero.
    @inlinable public func roundedDown(to step: Self) -> Self {
        guard step.raw > 0 else { return self }
        let rest = raw % step.raw
        return rest == 0 ? self : self - Self(raw: rest < 0 ? rest + step.raw : rest)
    }
    /// The smallest multiple of `step` that is not below this number.
    @inlinable public func roundedUp(to step: Self) -> Self {
        let down = roundedDown(to: step)
        return down == self ? self : down + step
    }

    /// Reads a decimal text exactly ("0.01"); nil when it is none, has too many decimals or does not fit.
    public init?(_ text: some StringProtocol) {
        guard let raw = DecimalDigits.parse(text, decimals: Self.decimals) else { return nil }
        self.init(raw: raw)
    }
    public var description: String { DecimalDigits.format(raw, decimals: Self.decimals) }

    public init(from decoder: any Decoder) throws {
        self.init(raw: try decoder.singleValueContainer().decode(Int64.self))
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(raw)
    }
}

/// A price, in 1e-9 of the quote currency: `let limit: Price = 101.25`.
@frozen public struct Price: FixedPoint {
    @inlinable public static var decimals: Int { 9 }
    @inlinable public static var scale: Int64 { 1_000_000_000 }
    public var raw: Int64
    @inlinable public init(raw: Int64) { self.raw = raw }
}

/// A quantity, in 1e-8 of the instrument's unit; signed where it is a position.
@frozen public struct Quantity: FixedPoint {
    @inlinable public static var decimals: Int { 8 }
    @inlinable public static var scale: Int64 { 100_000_000 }
    public var raw: Int64
    @inlinable public init(raw: Int64) { self.raw = raw }
}

/// Decimal texts of fixed-point numbers.
enum DecimalDigits {
    static func parse(_ text: some StringProtocol, decimals: Int) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = parts.first else { return nil }
        var fraction = parts.count == 2 ? String(parts[1]) : ""
        while fraction.utf8.count > decimals, fraction.last == "0" { fraction.removeLast() }
        let hasDigits = whole.utf8.contains { $0 >= UInt8(ascii: "0") } || !fraction.isEmpty
        guard fraction.utf8.count <= decimals, hasDigits else { return nil }
        guard fraction.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int64(whole + fraction + String(repeating: "0", count: decimals - fraction.utf8.count))
    }

    static func format(_ raw: Int64, decimals: Int) -> String {
        var digits = String(raw.magnitude)
        let missing = decimals + 1 - digits.utf8.count
        if missing > 0 { digits = String(repeating: "0", count: missing) + digits }
        var fraction = digits.suffix(decimals)
        while fraction.last == "0" { fraction.removeLast() }
        return (raw < 0 ? "-" : "") + digits.dropLast(decimals) + (fraction.isEmpty ? "" : "." + fraction)
    }
}
