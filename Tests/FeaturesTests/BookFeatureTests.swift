import CStrategyABI
import Features
import Testing
import Trading

@Suite("Features of quotes, trades and books")
struct BookFeatureTests {
    private static func expect(_ features: borrowing FeatureSet, _ name: String, _ value: Double?) throws {
        let found = features.value(try #require(Feature.index(of: name)))
        #expect(found == value, "\(name)")
    }

    private static func quote(_ bid: Int64, _ bids: Int64, _ ask: Int64, _ asks: Int64) -> Quote {
        Quote(
            instrument: 0, time: Timestamp(nanoseconds: 1), bid: Price(raw: bid * 1_000_000_000),
            bidQuantity: Quantity(raw: bids * Quantity.one.raw), ask: Price(raw: ask * 1_000_000_000),
            askQuantity: Quantity(raw: asks * Quantity.one.raw))
    }

    private static func trade(_ price: Int64, _ quantity: Int64, _ side: Side) -> Trade {
        Trade(
            instrument: 0, time: Timestamp(nanoseconds: 1), price: Price(raw: price * 1_000_000_000),
            quantity: Quantity(raw: quantity * Quantity.one.raw), aggressor: side)
    }

    @Test("a quote gives mid, spread, microprice and imbalance")
    func quotes() throws {
        var features = FeatureSet()
        try Self.expect(features, "mid_price", nil)
        features.add(Self.quote(99, 3, 101, 1))
        try Self.expect(features, "mid_price", 100)
        try Self.expect(features, "spread", 2)
        try Self.expect(features, "spread_bps", 200)
        // More wants to buy: the fair price is nearer to the ask.
        try Self.expect(features, "microprice", 100.5)
        try Self.expect(features, "quote_imbalance", 0.5)
        try Self.expect(features, "order_flow_imbalance", nil)
        features.add(Self.quote(101, 5, 99, 5))
        try Self.expect(features, "spread", 2)
    }

    @Test("order flow is summed up until the bar after begins")
    func orderFlow() throws {
        var features = FeatureSet()
        features.add(Self.quote(99, 3, 101, 1))
        // The bid rose: its 4 came. The ask stayed: 1 became 3, so 2 of supply came.
        features.add(Self.quote(100, 4, 101, 3))
        try Self.expect(features, "order_flow_imbalance", 2)
        // The bid fell: its 4 went. The ask fell: 5 came.
        features.add(Self.quote(99, 9, 100, 5))
        try Self.expect(features, "order_flow_imbalance", -7)
        features.add(SeededBars(seed: 1).bars(1)[0])
        try Self.expect(features, "order_flow_imbalance", -7)
        features.add(Self.quote(99, 10, 100, 5))
        try Self.expect(features, "order_flow_imbalance", 1)
    }

    @Test("trades are weighed by their aggressors, and measured against the mid")
    func trades() throws {
        var features = FeatureSet()
        features.add(Self.quote(99, 3, 101, 1))
        features.add(Self.trade(101, 3, .buy))
        try Self.expect(features, "trade_imbalance", 1)
        features.add(Self.trade(99, 1, .sell))
        try Self.expect(features, "trade_imbalance", 0.5)
        try Self.expect(features, "effective_spread_bps", 200)
    }

    @Test("depth counts five and ten levels of each side")
    func depth() throws {
        func levels(_ first: Int64, _ step: Int64, _ count: Int, _ quantity: Int64) -> [BookLevel] {
            (0..<count).map {
                BookLevel(
                    price: Price(raw: (first + Int64($0) * step) * 1_000_000_000),
                    quantity: Quantity(raw: quantity * Quantity.one.raw))
            }
        }
        let book = OrderBook(
            bids: BookSide(levels(99, -1, 10, 3), .buy), asks: BookSide(levels(101, 1, 6, 1), .sell),
            at: Timestamp(nanoseconds: 1))
        var features = FeatureSet()
        features.add(book)
        try Self.expect(features, "bid_depth_5", 15)
        try Self.expect(features, "ask_depth_5", 5)
        try Self.expect(features, "book_imbalance_5", 0.5)
        try Self.expect(features, "book_imbalance_10", 24.0 / 36)
        try Self.expect(features, "mid_price", nil)
    }
}
