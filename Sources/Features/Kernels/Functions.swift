internal import Glibc

/// ln(1 + x), exact for a small x as well.
func logarithm(onePlus x: Double) -> Double { log1p(x) }
func decimalLogarithm(_ x: Double) -> Double { log10(x) }
func arcTangent(_ x: Double) -> Double { atan(x) }
func sine(_ x: Double) -> Double { sin(x) }
func cosine(_ x: Double) -> Double { cos(x) }
/// 0 where `base` is 0.
@inline(__always)
func ratio(_ value: Double, _ base: Double) -> Double { base == 0 ? 0 : value / base }

/// The nearest Double, or one beside it; the standard library's conversion of 128 bits takes 50 times as long.
@inline(__always)
func number(_ value: Int128) -> Double {
    let low = Int64(truncatingIfNeeded: value)
    if Int128(low) == value { return Double(low) }
    return Double(Int64(truncatingIfNeeded: value >> 64)) * 0x1p64 + Double(UInt64(truncatingIfNeeded: value))
}
