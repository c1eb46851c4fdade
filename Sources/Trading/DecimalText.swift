/// Decimal numbers as text, converted to and from fixed-point integers without a Double in between.
public enum DecimalText {
    public enum Failure: Error, Equatable, Sendable {
        case empty
        case notANumber
        case tooManyDecimals(Int)
        case outOfRange
    }

    /// Reads `text` ("46319.0", "-1e-3" is not one) as an integer of 10^-scale. Digits behind the scale must be zero.
    /// The range is symmetric (Int64.min is out of it), so that what was read can always be negated. A text that is no
    /// number at all is `notANumber`, whatever else may be wrong with it.
    public static func parse(_ text: some StringProtocol, scale: Int) -> Result<Int64, Failure> {
        var text = String(text)
        return text.withUTF8 { parse(UnsafeRawBufferPointer($0), scale: scale) }
    }

    /// The same on raw UTF-8 bytes, without an allocation.
    public static func parse(_ bytes: UnsafeRawBufferPointer, scale: Int) -> Result<Int64, Failure> {
        guard bytes.count > 0 else { return .failure(.empty) }
        var index = 0
        let negative = bytes.first == UInt8(ascii: "-")
        if negative || bytes.first == UInt8(ascii: "+") { index = 1 }
        var value: Int64 = 0
        var fits = true
        var isTooFine = false
        var decimals = -1
        var digits = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "."), decimals < 0 {
                decimals = 0
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return .failure(.notANumber) }
            digits += 1
            if decimals >= scale {
                if byte != UInt8(ascii: "0") { isTooFine = true }
                continue
            }
            if decimals >= 0 { decimals += 1 }
            fits = push(Int64(byte - UInt8(ascii: "0")), onto: &value) && fits
        }
        guard digits > 0 else { return .failure(.notANumber) }
        if isTooFine { return .failure(.tooManyDecimals(scale)) }
        for _ in max(decimals, 0)..<scale { fits = push(0, onto: &value) && fits }
        guard fits else { return .failure(.outOfRange) }
        return .success(negative ? -value : value)
    }

    private static func push(_ digit: Int64, onto value: inout Int64) -> Bool {
        let (ten, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = ten.addingReportingOverflow(digit)
        value = sum
        return !overflow && !carry
    }

    /// The shortest exact decimal text of `raw` × 10^-scale: "46319", "-0.5".
    public static func format(_ raw: Int128, scale: Int) -> String {
        var text = ""
        withText(raw, scale: scale) { text = String(decoding: $0, as: UTF8.self) }
        return text
    }

    /// The same as ASCII, without an allocation; the bytes are gone after `body`.
    public static func withText(_ raw: Int128, scale: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        // 39 digits at most, or all those of the fraction and one before it; sign and point.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(39, scale + 1) + 2) { text in
            var start: Int
            if let narrow = UInt64(exactly: raw.magnitude) {
                start = write(narrow, scale: scale, atEndOf: text)
            } else {
                start = write(raw.magnitude, scale: scale, atEndOf: text)
            }
            if raw < 0 {
                start -= 1
                text[start] = UInt8(ascii: "-")
            }
            body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[start...]))
        }
    }

    /// From the last digit to the first; gives back where the text begins.
    private static func write<Magnitude: FixedWidthInteger & UnsignedInteger>(
        _ magnitude: Magnitude, scale: Int, atEndOf text: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        var rest = magnitude
        var start = text.count
        func put(_ byte: UInt8) {
            start -= 1
            text[start] = byte
        }
        for _ in 0..<scale {
            let digit = UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            // Zeros at the end of the fraction are left out.
            if digit != 0 || start < text.count { put(UInt8(ascii: "0") + digit) }
        }
        if start < text.count { put(UInt8(ascii: ".")) }
        repeat {
            put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        return start
    }
}
