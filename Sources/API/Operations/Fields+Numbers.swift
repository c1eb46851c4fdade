public import Trading

extension Fields {
    /// What a decimal number may be.
    public enum Sign: Sendable {
        case positive, notNegative, any

        var schema: Schema {
            switch self {
            case .positive: .decimal(above: 0)
            case .notNegative: .decimal(from: .zero)
            case .any: .decimal()
            }
        }
    }

    // MARK: Whole numbers

    public func integer(_ name: String, _ range: ClosedRange<Int>) -> Int {
        integer(name, range, isRequired: true) ?? range.lowerBound
    }

    public func integer(_ name: String, _ range: ClosedRange<Int>, default standard: Int) -> Int {
        integer(name, range, isRequired: false) ?? standard
    }

    public func optionalInteger(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        integer(name, range, isRequired: false)
    }

    private func integer(_ name: String, _ range: ClosedRange<Int>, isRequired: Bool) -> Int? {
        read(name, .integer(range), isRequired: isRequired) { [isText] value throws(Invalid) in
            try Fields.integer(value, range, isText: isText)
        }
    }

    static func integer(_ value: JSONValue, _ range: ClosedRange<Int>, isText: Bool) throws(Invalid) -> Int {
        var digits: String?
        if case .number(let text) = value { digits = plain(text) }
        if isText, case .string(let text) = value { digits = text }
        // 5.0 is a whole number too; DecimalText takes it exactly.
        guard let digits, case .success(let number) = DecimalText.parse(digits, scale: 0) else {
            throw Invalid("must be a whole number of \(range.lowerBound) to \(range.upperBound)")
        }
        guard range.contains(Int(number)) else {
            throw Invalid("must be \(range.lowerBound) to \(range.upperBound), not \(number)")
        }
        return Int(number)
    }

    // MARK: Decimal numbers: JSON numbers, or the same digits as a text

    public func price(_ name: String, _ sign: Sign = .positive) -> Price {
        fixed(name, sign, isRequired: true) ?? .zero
    }
    public func optionalPrice(_ name: String, _ sign: Sign = .positive) -> Price? {
        fixed(name, sign, isRequired: false)
    }

    public func quantity(_ name: String, _ sign: Sign = .positive) -> Quantity {
        fixed(name, sign, isRequired: true) ?? .zero
    }
    public func optionalQuantity(_ name: String, _ sign: Sign = .positive) -> Quantity? {
        fixed(name, sign, isRequired: false)
    }

    /// A fraction, a percentage or a factor; `range` in the same unit.
    public func rate(_ name: String, _ range: ClosedRange<Rate>) -> Rate {
        rate(name, range, isRequired: true) ?? range.lowerBound
    }
    public func optionalRate(_ name: String, _ range: ClosedRange<Rate>) -> Rate? {
        rate(name, range, isRequired: false)
    }

    public func money(_ name: String, _ sign: Sign = .positive) -> Money {
        money(name, sign, isRequired: true) ?? .zero
    }
    public func optionalMoney(_ name: String, _ sign: Sign = .positive) -> Money? {
        money(name, sign, isRequired: false)
    }

    /// An amount that somebody may name who has no idea of what there is: whole units beyond the 92 billion of `money`, too.
    public func amount(_ name: String) -> Money {
        let amount = read(name, Sign.positive.schema, isRequired: true) { value throws(Invalid) -> Money in
            do throws(Invalid) {
                return Money(raw: Int128(try Fields.decimal(value, decimals: Money.decimals, .positive)))
            } catch {
                guard let units = try? Fields.decimal(value, decimals: 0, .positive) else { throw error }
                return Money(raw: Int128(units) * 100_000_000)
            }
        }
        return amount ?? .zero
    }

    private func fixed<Value: FixedPoint>(_ name: String, _ sign: Sign, isRequired: Bool) -> Value? {
        read(name, sign.schema, isRequired: isRequired) { value throws(Invalid) in
            Value(raw: try Fields.decimal(value, decimals: Value.decimals, sign))
        }
    }

    private func money(_ name: String, _ sign: Sign, isRequired: Bool) -> Money? {
        read(name, sign.schema, isRequired: isRequired) { value throws(Invalid) in
            Money(raw: Int128(try Fields.decimal(value, decimals: Money.decimals, sign)))
        }
    }

    private func rate(_ name: String, _ range: ClosedRange<Rate>, isRequired: Bool) -> Rate? {
        read(name, .decimal(from: range.lowerBound, to: range.upperBound), isRequired: isRequired) {
            value throws(Invalid) in
            let rate = Rate(raw: try Fields.decimal(value, decimals: Rate.decimals, .any))
            guard range.contains(rate) else {
                throw Invalid("must be \(range.lowerBound) to \(range.upperBound), not \(rate)")
            }
            return rate
        }
    }

    static func decimal(_ value: JSONValue, decimals: Int, _ sign: Sign) throws(Invalid) -> Int64 {
        let digits: String
        switch value {
        case .number(let text):
            guard let plain = plain(text) else { throw Invalid("has too large an exponent, or too many digits") }
            digits = plain
        case .string(let text): digits = text
        default: throw Invalid("must be a number, not \(value.kind)")
        }
        if digits.utf8.count > 200 { throw Invalid("has too many digits") }
        let raw: Int64
        switch DecimalText.parse(digits, scale: decimals) {
        case .success(let number): raw = number
        case .failure(.tooManyDecimals(let most)): throw Invalid("has more than \(most) decimals")
        case .failure(.outOfRange): throw Invalid("is beyond the largest number, \(largest(decimals))")
        case .failure where digits.contains(where: { $0 == "e" || $0 == "E" }):
            throw Invalid("must be written without an exponent")
        case .failure: throw Invalid("must be a number")
        }
        switch sign {
        case .positive where raw <= 0: throw Invalid("must be above 0")
        case .notNegative where raw < 0: throw Invalid("must not be below 0")
        default: return raw
        }
    }

    /// The same number without its exponent: many clients write 0.00005 as 5e-05. nil beyond sixty places and digits, where
    /// none of our numbers lies.
    static func plain(_ number: String) -> String? {
        let most = 60
        guard number.utf8.count <= most else { return nil }
        let parts = number.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard parts.count == 2 else { return number }
        guard let exponent = Int(parts[1]), exponent.magnitude <= most else { return nil }
        let isNegative = parts[0].hasPrefix("-")
        let sides = parts[0].dropFirst(isNegative ? 1 : 0).split(separator: ".", maxSplits: 1)
        let digits = sides.joined()
        // Where the point comes to stand.
        let point = sides[0].count + exponent
        let zeros = { (count: Int) in String(repeating: "0", count: max(0, count)) }
        let whole = point <= 0 ? "0" : digits.prefix(point) + zeros(point - digits.count)
        let fraction = zeros(-point) + digits.dropFirst(max(0, point))
        return (isNegative ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }

    private static func largest(_ decimals: Int) -> String { DecimalText.format(Int128(Int64.max), scale: decimals) }
}
