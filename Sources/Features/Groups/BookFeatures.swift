internal import CStrategyABI
internal import Trading

/// The newest quote and book, and what trades and quotes did since the bar began. A quote moves the first group, a book the
/// second, a trade the last.
struct BookFeatures {
    static let declared: [Feature] = [
        Feature("mid_price", .orderBook, .price, warmUp: 0, "m = (bid + ask) / 2", "quoted mid"),
        Feature("spread", .orderBook, .price, warmUp: 0, "ask − bid", "quoted spread"),
        Feature("spread_bps", .orderBook, .basisPoints, warmUp: 0, "10000 (ask − bid) / m", "relative quoted spread"),
        Feature(
            "microprice", .orderBook, .price, warmUp: 0, "(bid ask_quantity + ask bid_quantity) / both quantities",
            "Gatheral, Oomen 2010"),
        Feature(
            "quote_imbalance", .orderBook, .ratio, warmUp: 0,
            "(bid_quantity − ask_quantity) / (bid_quantity + ask_quantity)", "Cartea, Jaimungal, Penalva 2015"),
        Feature(
            "order_flow_imbalance", .orderBook, .quantity, warmUp: 0,
            "Σ since the bar began of e = q [bid ≥ bid[1]] − q[1] [bid ≤ bid[1]] − Q [ask ≤ ask[1]] + Q[1] [ask ≥ ask[1]], "
                + "q and Q the quantities at bid and ask",
            "Cont, Kukanov, Stoikov 2014"),
        Feature("bid_depth_5", .orderBook, .quantity, warmUp: 0, "Σ of the bids' best 5 levels", "book depth"),
        Feature("ask_depth_5", .orderBook, .quantity, warmUp: 0, "Σ of the asks' best 5 levels", "book depth"),
        Feature(
            "book_imbalance_5", .orderBook, .ratio, warmUp: 0,
            "(bid_depth_5 − ask_depth_5) / (bid_depth_5 + ask_depth_5)",
            "Cao, Hansch, Wang 2009"),
        Feature(
            "book_imbalance_10", .orderBook, .ratio, warmUp: 0, "the same over 10 levels", "Cao, Hansch, Wang 2009"),
        Feature(
            "trade_imbalance", .orderBook, .ratio, warmUp: 0,
            "(bought − sold) / (bought + sold) by aggressors since the bar began", "Chordia, Roll, Subrahmanyam 2002"),
        Feature(
            "effective_spread_bps", .orderBook, .basisPoints, warmUp: 0, "20000 |price − m| / m of the latest trade",
            "Huang, Stoll 1996"),
    ]

    private struct Best {
        var bid: Int64
        var bidQuantity: Int64
        var ask: Int64
        var askQuantity: Int64
        /// Twice the mid in 1e-9 of the price.
        var twiceMid: Double { Double(bid) + Double(ask) }
    }
    private var best: Best?
    private var flow: Int128?
    private var bidDepth5 = Double.nan
    private var askDepth5 = Double.nan
    private var imbalance5 = Double.nan
    private var imbalance10 = Double.nan
    private var bought: Int128 = 0
    private var sold: Int128 = 0
    private var effectiveSpread = Double.nan
    private var isFlowOver = false
    private var isTradingOver = false

    /// What a bar's quotes and trades summed up stays until the first of the next bar.
    mutating func beginBar() { (isFlowOver, isTradingOver) = (true, true) }

    /// false = it has not both sides, or they cross.
    mutating func take(_ quote: Quote) -> Bool {
        guard quote.bid_price > 0, quote.ask_price > quote.bid_price, quote.bid_quantity >= 0, quote.ask_quantity >= 0
        else { return false }
        let next = Best(
            bid: quote.bid_price, bidQuantity: quote.bid_quantity, ask: quote.ask_price,
            askQuantity: quote.ask_quantity)
        if let best {
            if isFlowOver { flow = 0 }
            isFlowOver = false
            flow = (flow ?? 0) + BookFeatures.flow(from: best, to: next)
        }
        best = next
        return true
    }

    private static func flow(from old: Best, to new: Best) -> Int128 {
        var sum: Int128 = 0
        if new.bid >= old.bid { sum += Int128(new.bidQuantity) }
        if new.bid <= old.bid { sum -= Int128(old.bidQuantity) }
        if new.ask <= old.ask { sum -= Int128(new.askQuantity) }
        if new.ask >= old.ask { sum += Int128(old.askQuantity) }
        return sum
    }

    /// false = it has no price or no quantity.
    mutating func take(_ trade: Trade) -> Bool {
        guard trade.price > 0, trade.quantity > 0 else { return false }
        if isTradingOver { (bought, sold) = (0, 0) }
        isTradingOver = false
        if trade.aggressor == Side.buy.rawValue { bought += Int128(trade.quantity) }
        if trade.aggressor == Side.sell.rawValue { sold += Int128(trade.quantity) }
        if let best {
            effectiveSpread = 20_000 * abs(2 * Double(trade.price) - best.twiceMid) / best.twiceMid
        }
        return true
    }

    mutating func take(_ book: borrowing OrderBook) {
        bidDepth5 = BookFeatures.depth(book.bids, 5)
        askDepth5 = BookFeatures.depth(book.asks, 5)
        imbalance5 = (bidDepth5 - askDepth5) / (bidDepth5 + askDepth5)
        let (bids, asks) = (BookFeatures.depth(book.bids, 10), BookFeatures.depth(book.asks, 10))
        imbalance10 = (bids - asks) / (bids + asks)
    }

    private static func depth(_ side: BookSide, _ levels: Int) -> Double {
        var total: Int128 = 0
        for level in 0..<min(levels, side.count) { total += Int128(side[level].quantity.raw) }
        return number(total) / BarWindow.volumeScale
    }

    func write(_ out: inout FeatureWriter) {
        if let best {
            let (bids, asks) = (Double(best.bidQuantity), Double(best.askQuantity))
            out.put("mid_price", best.twiceMid / (2 * BarWindow.scale))
            out.put("spread", Double(best.ask - best.bid) / BarWindow.scale)
            out.put("spread_bps", 20_000 * Double(best.ask - best.bid) / best.twiceMid)
            let weighted = Double(best.bid) + Double(best.ask - best.bid) * bids / (bids + asks)
            out.put("microprice", weighted / BarWindow.scale)
            out.put("quote_imbalance", (bids - asks) / (bids + asks))
        } else {
            out.skip(5)
        }
        out.put("order_flow_imbalance", flow.map { number($0) / BarWindow.volumeScale } ?? .nan)
        out.put("bid_depth_5", bidDepth5)
        out.put("ask_depth_5", askDepth5)
        out.put("book_imbalance_5", imbalance5)
        out.put("book_imbalance_10", imbalance10)
        let (up, down) = (number(bought), number(sold))
        out.put("trade_imbalance", (up - down) / (up + down))
        out.put("effective_spread_bps", effectiveSpread)
    }
}
