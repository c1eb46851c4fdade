/// What a column of a file means.
enum Column: Int, CaseIterable {
    case ignored = 0
    case time, open, high, low, close, volume, vwap, tradeCount
    case price, quantity, side, buyerIsMaker, tradeID
    case bid, ask, bidSize, askSize
    case symbol

    /// Header names as `Column.normalized` leaves them; the first one is the column's own name.
    var names: [String] {
        switch self {
        case .time:
            [
                "timestamp", "time", "date", "datetime", "date_time", "ts", "open_time", "opentime", "unix", "epoch",
                "gmt_time", "local_time", "unnamed:_0", "",
            ]
        case .open: ["open", "o", "open_price", "price_open", "first"]
        case .high: ["high", "h", "high_price", "price_high", "max"]
        case .low: ["low", "l", "low_price", "price_low", "min"]
        case .close: ["close", "c", "close_price", "price_close", "last"]
        case .volume: ["volume", "vol", "v", "base_volume", "volume_base", "tick_volume", "tickvol"]
        case .vwap: ["vwap", "vw", "wap", "average", "avg_price", "weighted_average"]
        case .tradeCount:
            ["trades", "trade_count", "tradecount", "count", "n", "num_trades", "number_of_trades", "transactions"]
        case .price: ["price", "px", "p", "trade_price"]
        case .quantity: ["quantity", "qty", "q", "size", "amount", "trade_quantity"]
        case .side: ["side", "taker_side", "aggressor", "aggressor_side", "direction"]
        case .buyerIsMaker: ["is_buyer_maker", "isbuyermaker", "buyer_maker", "m"]
        case .tradeID: ["trade_id", "tradeid", "id", "tid", "agg_trade_id"]
        case .bid: ["bid", "bid_price", "bidprice", "best_bid", "best_bid_price"]
        case .ask: ["ask", "ask_price", "askprice", "best_ask", "best_ask_price", "offer"]
        case .bidSize:
            [
                "bid_size", "bidsize", "bid_qty", "bid_quantity", "bid_volume", "bid_amount", "best_bid_qty",
                "best_bid_size",
            ]
        case .askSize:
            [
                "ask_size", "asksize", "ask_qty", "ask_quantity", "ask_volume", "ask_amount", "best_ask_qty",
                "best_ask_size",
            ]
        case .symbol: ["symbol", "instrument", "ticker", "pair"]
        case .ignored:
            [
                "adj_close", "adj_close_price", "quote_volume", "volume_quote", "quote_asset_volume", "quote_qty",
                "close_time", "turnover", "taker_buy_volume", "taker_buy_base_volume", "taker_buy_quote_volume",
                "taker_buy_base_asset_volume", "taker_buy_quote_asset_volume", "open_interest", "openinterest",
                "spread", "is_best_match", "ignore",
            ]
        }
    }

    private static let byName: [String: Column] = {
        var table: [String: Column] = [:]
        for column in Column.allCases { for name in column.names { table[name] = column } }
        return table
    }()

    /// The meaning of a header name, and the unit that its ending gives to a time.
    static func find(_ header: String) -> (column: Column, unit: EpochUnit?)? {
        let name = normalized(header)
        if let column = byName[name] { return (column, nil) }
        for (ending, unit) in EpochUnit.endings where name.hasSuffix(ending) {
            if byName[String(name.dropLast(ending.utf8.count))] == .time { return (.time, unit) }
        }
        return nil
    }

    /// Lower case, without quotes, brackets and outer blanks; blanks, dots and hyphens inside become "_".
    static func normalized(_ header: String) -> String {
        var name: [UInt8] = []
        for byte in header.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"): continue
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): name.append(byte | 0x20)
            case UInt8(ascii: " "), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "\t"):
                name.append(UInt8(ascii: "_"))
            default: name.append(byte)
            }
        }
        let blank = UInt8(ascii: "_")
        let start = name.firstIndex { $0 != blank } ?? name.endIndex
        let end = name.lastIndex { $0 != blank } ?? start
        return start == name.endIndex ? "" : String(decoding: name[start...end], as: UTF8.self)
    }

    /// "timestamp, open, …": what a person may write, for error texts.
    static let understood: String =
        "bars: timestamp, open, high, low, close, volume, vwap, trades; "
        + "trades: timestamp, price, quantity, side, trade_id; quotes: timestamp, bid, ask, bid_size, ask_size "
        + "(common other names too; timestamp_s, _ms, _us or _ns for epoch numbers)"
}

/// The unit of a time that is one number.
enum EpochUnit {
    case seconds, milliseconds, microseconds, nanoseconds, byMagnitude, calendar

    static let endings: [(String, EpochUnit)] = [
        ("_utc", .byMagnitude), ("_ns", .nanoseconds), ("_us", .microseconds), ("_ms", .milliseconds),
        ("_sec", .seconds), ("_s", .seconds),
    ]
}
