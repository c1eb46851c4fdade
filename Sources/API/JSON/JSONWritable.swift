public import Trading

/// What a `JSONWriter` can write as one value, and what that looks like.
public protocol JSONWritable {
    func write(_ json: inout JSONWriter)
    static var schema: Schema { get }
}

extension String: JSONWritable {
    public func write(_ json: inout JSONWriter) { json.text(self) }
    public static var schema: Schema { .text() }
}

extension Bool: JSONWritable {
    public func write(_ json: inout JSONWriter) { json.raw(self ? "true" : "false") }
    public static var schema: Schema { .boolean }
}

extension Int: JSONWritable {
    public func write(_ json: inout JSONWriter) { json.integer(self) }
    public static var schema: Schema { .integer() }
}

extension Int64: JSONWritable {
    public func write(_ json: inout JSONWriter) { json.integer(self) }
    public static var schema: Schema { .integer() }
}

extension UInt64: JSONWritable {
    public func write(_ json: inout JSONWriter) { json.integer(self) }
    public static var schema: Schema { .integer() }
}

/// A statistic. What cannot be computed (NaN, infinite) is 0.
extension Double: JSONWritable {
    public func write(_ json: inout JSONWriter) {
        // Swift prints the shortest digits that read back the same; "1e+300" and "5.0" are JSON numbers.
        json.raw(isFinite ? String(describing: self) : "0")
    }
    public static var schema: Schema { .number }
}

extension FixedPoint where Self: JSONWritable {
    public func write(_ json: inout JSONWriter) { json.decimal(Int128(raw), decimals: Self.decimals) }
    public static var schema: Schema { .number }
}
extension Price: JSONWritable {}
extension Quantity: JSONWritable {}
extension Rate: JSONWritable {}

extension Money: JSONWritable {
    public func write(_ json: inout JSONWriter) { json.decimal(raw, decimals: Money.decimals) }
    public static var schema: Schema { .number }
}

extension Timestamp: JSONWritable {
    public func write(_ json: inout JSONWriter) { json.text(description) }
    public static var schema: Schema { .time }
}

extension Array: JSONWritable where Element: JSONWritable {
    public func write(_ json: inout JSONWriter) { json.list(self) { $0.value($1) } }
    public static var schema: Schema { .list(Element.schema) }
}

extension JSONValue: JSONWritable {
    public static var schema: Schema { .any }

    public func write(_ json: inout JSONWriter) {
        switch self {
        case .null: json.raw("null")
        case .boolean(let value): value.write(&json)
        case .number(let digits): json.raw(digits)
        case .string(let text): json.text(text)
        case .array(let elements): elements.write(&json)
        case .object(let members):
            json.object { json in
                for member in members { json.field(member.name, member.value) }
            }
        }
    }
}
