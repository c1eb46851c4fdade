public import Trading

public struct TradeView: Sendable, Equatable {
    public var fill: Fill
    /// "trd-4" and "ord-17".
    public var id: String
    public var orderID: String
    public var strategy: String
    public var instrument: String
    public init(fill: Fill, id: String, orderID: String, strategy: String, instrument: String) {
        self.fill = fill
        self.id = id
        self.orderID = orderID
        self.strategy = strategy
        self.instrument = instrument
    }
}
