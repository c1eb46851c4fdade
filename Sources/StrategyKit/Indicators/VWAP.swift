/// Volume-weighted average price since the start or the last `reset()`: Σ price × quantity / Σ quantity.
public struct VWAP: Codable {
    private var notional: Int128 = 0
    private var volume: Int128 = 0

    public init() {}

    /// A quantity that is not above zero adds nothing.
    public mutating func add(_ price: Price, _ quantity: Quantity) {
        guard quantity > .zero else { return }
        let product = Int128(price.raw) * Int128(quantity.raw)
        if notional.addingReportingOverflow(product).overflow {
            // Half of both keeps the ratio, and leaves room for any one product.
            notional /= 2
            volume /= 2
        }
        notional += product
        volume &+= Int128(quantity.raw)
    }

    public mutating func add(_ trade: Trade) { add(trade.price, trade.quantity) }
    /// The bar's own vwap where the feed tells it, else its typical price (high + low + close) / 3.
    public mutating func add(_ bar: Bar) {
        let sum = Int128(bar.high.raw) + Int128(bar.low.raw) + Int128(bar.close.raw)
        add(bar.vwap ?? Price(raw: Int64(sum / 3)), bar.volume)
    }

    public mutating func reset() { self = VWAP() }

    /// Rounded towards zero to 1e-9; nil without volume.
    public var value: Price? {
        volume > 0 ? Price(raw: Int64(clamping: notional / volume)) : nil
    }
}
