/// A number that is wider or finer than the types of `Trading`: raw × 10^-decimals, written digit by digit.
struct ExactDecimal: JSONWritable {
    var raw: Int128
    var decimals: Int

    static var schema: Schema { .number }
    func write(_ json: inout JSONWriter) { json.decimal(raw, decimals: decimals) }
}
