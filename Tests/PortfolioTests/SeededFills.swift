import Trading

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

func terms(_ settlement: Settlement = .cash, multiplier: Int64 = 1, currency: UInt8 = 0) -> InstrumentTerms {
    InstrumentTerms(
        tick: Price(raw: 1), lot: Quantity(raw: 1), minQuantity: Quantity(raw: 1),
        maxQuantity: Quantity(raw: Int64.max),
        multiplier: multiplier, settlement: settlement, currency: currency)
}

/// A fill with the value that the rules give it. Numbers are texts, so that a test reads like a statement.
func fill(
    _ side: Side, _ quantity: String, at price: String, commission: String = "0", multiplier: Int64 = 1,
    strategy: Int32 = 0, account: Int32 = 0, instrument: UInt32 = 0, seconds: Int64 = 0
) -> Fill {
    let price = Price(price)!
    let quantity = Quantity(quantity)!
    return Fill(
        id: 0, orderID: 0, strategy: strategy, account: account, instrument: instrument, side: side, liquidity: .taker,
        price: price, quantity: quantity, value: Money.value(price, quantity, multiplier: multiplier)!,
        commission: Money(commission)!, time: Timestamp(nanoseconds: seconds * 1_000_000_000))
}
