import CStrategyABI
import MarketData
import Trading

/// One instrument's part of a recording as CSV that `import` reads back to the same events.
struct RecordingText {
    enum Rows: String, CaseIterable {
        case bars, trades, quotes
    }

    private let file: MarketFile
    private let rows: Rows
    /// Bars to build; nil = those that are there.
    private let timeframe: Timeframe?
    /// Trades of a kind of feed that does not say who was the aggressor, or has no numbers, have no such column.
    private var hasSides = true
    private var hasIDs = false
    private var hasDetail = false

    private static let pieceBytes = 1 << 20

    /// nil = it has several kinds of events, and which one is wanted is not said.
    init?(_ file: MarketFile, rows: Rows?, timeframe: Timeframe?) {
        guard let rows = timeframe != nil ? .bars : rows ?? Rows(rawValue: file.kind.rawValue) else { return nil }
        self.file = file
        self.rows = rows
        self.timeframe = timeframe
        guard rows != .quotes else { return }
        let stream = self.stream
        while let piece = stream.next() {
            for record in piece {
                if record.kind == .trade {
                    hasSides = hasSides && record.asTrade.aggressor != 0
                    hasIDs = hasIDs || record.asTrade.trade_id != 0
                }
                if record.kind == .bar, isWanted(record) { hasDetail = hasDetail || record.hasMore }
            }
        }
    }

    private var stream: MarketStream { MarketStream([file], bars: timeframe.map { [$0] } ?? []) }

    private func isWanted(_ record: EventRecord) -> Bool {
        timeframe == nil || record.asBar.interval == timeframe?.interval
    }

    var header: String {
        switch rows {
        case .bars: "timestamp,open,high,low,close,volume\(hasDetail ? ",vwap,trades" : "")"
        case .trades: "timestamp,price,quantity\(hasSides ? ",side" : "")\(hasIDs ? ",trade_id" : "")"
        case .quotes: "timestamp,bid,ask,bid_size,ask_size"
        }
    }

    /// Hands out the text piece by piece, and says how many rows it had.
    func write(_ piece: (String) throws(CommandError) -> Void) throws(CommandError) -> Int {
        var text = header + "\n"
        var count = 0
        let stream = self.stream
        while let records = stream.next() {
            for index in records.indices {
                let more = index + 1 < records.count && records[index].hasMore ? records[index + 1] : nil
                guard let line = line(records[index], more) else { continue }
                text += line
                count += 1
                guard text.utf8.count >= RecordingText.pieceBytes else { continue }
                try piece(text)
                text = ""
            }
        }
        try piece(text)
        return count
    }

    private func line(_ record: EventRecord, _ more: EventRecord?) -> String? {
        switch (rows, record.kind) {
        case (.bars, .bar):
            guard isWanted(record) else { return nil }
            let bar = record.asBar
            let prices = [bar.open, bar.high, bar.low, bar.close].map { Price(raw: $0).description }
            let opened = Timestamp(nanoseconds: bar.time - bar.interval)
            return "\(opened),\(prices.joined(separator: ",")),\(Quantity(raw: bar.volume))\(detail(more))\n"
        case (.trades, .trade):
            let trade = record.asTrade
            let side = hasSides ? (trade.aggressor == Side.buy.rawValue ? ",buy" : ",sell") : ""
            let id = hasIDs ? ",\(trade.trade_id)" : ""
            return "\(record.timestamp),\(Price(raw: trade.price)),\(Quantity(raw: trade.quantity))\(side)\(id)\n"
        case (.quotes, .quote):
            let quote = record.asQuote
            return "\(record.timestamp),\(Price(raw: quote.bid_price)),\(Price(raw: quote.ask_price)),"
                + "\(Quantity(raw: quote.bid_quantity)),\(Quantity(raw: quote.ask_quantity))\n"
        default: return nil
        }
    }

    private func detail(_ more: EventRecord?) -> String {
        guard hasDetail else { return "" }
        guard let more else { return ",0,0" }
        let detail = unsafeBitCast(more, to: BarMore.self)
        return ",\(Price(raw: detail.vwap)),\(detail.trade_count)"
    }
}
