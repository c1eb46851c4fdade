/// Exact numbers out of text: no Double in between.
enum DecimalField {
    enum Fault: Error, Equatable {
        case empty, notANumber, tooManyDecimals, outOfRange
    }

    struct Value: Equatable {
        /// The number × 10^scale.
        var raw: Int64
        /// Decimals without the zeros at the end.
        var decimals: Int
    }

    static let powersOfTen: [Int64] = (0...18).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 10 } }

    static func parse(_ text: String, scale: Int) -> Result<Value, Fault> {
        var text = text
        return text.withUTF8 { bytes in
            Result { () throws(Fault) in try parse(UnsafeRawBufferPointer(bytes), scale: scale, rounds: false) }
        }
    }

    /// Reads "-12.50", "1e-05", ".5", "3.". Digits behind the scale must be zeros, or are rounded half to even when
    /// `rounds` is set.
    static func parse(_ field: UnsafeRawBufferPointer, scale: Int, rounds: Bool) throws(Fault) -> Value {
        guard !field.isEmpty else { throw .empty }
        let number = try Digits(field)
        return try number.scaled(to: scale, rounds: rounds)
    }

    /// A number taken apart: ± mantissa × 10^exponent.
    private struct Digits {
        var isNegative = false
        var mantissa: UInt64 = 0
        var exponent = 0
        /// A digit other than 0 was left out behind the mantissa.
        var hasTail = false

        init(_ field: UnsafeRawBufferPointer) throws(Fault) {
            var index = 0
            isNegative = field[0] == UInt8(ascii: "-")
            if isNegative || field[0] == UInt8(ascii: "+") { index = 1 }
            var digits = 0
            var isFraction = false
            while index < field.count {
                let byte = field[index]
                if byte == UInt8(ascii: "."), !isFraction {
                    isFraction = true
                } else if byte &- UInt8(ascii: "0") < 10 {
                    digits += 1
                    take(byte &- UInt8(ascii: "0"), isFraction: isFraction)
                } else if byte | 0x20 == UInt8(ascii: "e"), digits > 0 {
                    exponent += try Digits.exponent(UnsafeRawBufferPointer(rebasing: field[(index + 1)...]))
                    break
                } else {
                    throw .notANumber
                }
                index += 1
            }
            if digits == 0 { throw .notANumber }
        }

        /// 19 digits fit; of later ones only their place counts, and whether they are all 0.
        private mutating func take(_ digit: UInt8, isFraction: Bool) {
            if mantissa < 1_000_000_000_000_000_000 {
                mantissa = mantissa * 10 + UInt64(digit)
                if isFraction { exponent -= 1 }
            } else {
                if digit != 0 { hasTail = true }
                if !isFraction { exponent += 1 }
            }
        }

        private static func exponent(_ text: UnsafeRawBufferPointer) throws(Fault) -> Int {
            var index = 0
            let isNegative = text.first == UInt8(ascii: "-")
            if isNegative || text.first == UInt8(ascii: "+") { index = 1 }
            guard index < text.count else { throw .notANumber }
            var value = 0
            while index < text.count {
                guard text[index] &- UInt8(ascii: "0") < 10 else { throw .notANumber }
                value = min(value * 10 + Int(text[index] &- UInt8(ascii: "0")), 100_000)
                index += 1
            }
            return isNegative ? -value : value
        }

        func scaled(to scale: Int, rounds: Bool) throws(Fault) -> Value {
            var mantissa = mantissa
            var exponent = exponent
            if mantissa == 0 { return Value(raw: 0, decimals: 0) }
            while !hasTail, mantissa % 10 == 0 {
                mantissa /= 10
                exponent += 1
            }
            let shift = scale + exponent
            if shift < 0 || hasTail {
                guard rounds else { throw shift < 0 || exponent < 0 ? .tooManyDecimals : .outOfRange }
                return try rounded(mantissa, shift: shift, scale: scale)
            }
            guard shift <= 18 else { throw .outOfRange }
            let (raw, overflow) = mantissa.multipliedReportingOverflow(by: UInt64(powersOfTen[shift]))
            guard !overflow, raw <= UInt64(Int64.max) else { throw .outOfRange }
            return Value(raw: isNegative ? -Int64(raw) : Int64(raw), decimals: max(0, -exponent))
        }

        /// mantissa × 10^shift with shift < 0, half to even; the tail breaks a tie upwards.
        private func rounded(_ mantissa: UInt64, shift: Int, scale: Int) throws(Fault) -> Value {
            guard shift < 0 else { throw .outOfRange }
            guard shift >= -18 else { return Value(raw: 0, decimals: 0) }
            let divisor = UInt64(powersOfTen[-shift])
            var (raw, rest) = mantissa.quotientAndRemainder(dividingBy: divisor)
            let twice = rest * 2
            if twice > divisor || (twice == divisor && (hasTail || raw & 1 == 1)) { raw += 1 }
            guard raw <= UInt64(Int64.max) else { throw .outOfRange }
            return Value(raw: isNegative ? -Int64(raw) : Int64(raw), decimals: scale)
        }
    }
}
