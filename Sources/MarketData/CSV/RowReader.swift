internal import CStrategyABI
internal import Trading

/// What is wrong with one row.
struct RowFault: Error {
    var code: MarketDataError.Code
    var reason: String
}

/// Turns lines into records. Digits are read where they stand: no String and no copy of a field on the good path.
struct RowReader: ~Copyable {
    let layout: ColumnLayout
    private let columns: FixedBuffer<Column>
    /// The row's numbers by column.
    private var values: FixedBuffer<Int64>
    var stamps: StampReader
    private let hasMore: Bool
    private let instrument: UInt32
    private let from: Int64
    private let to: Int64
    private(set) var previousStamp = Int64.min
    /// Bars that are farther apart have something missing between them.
    private let gapLimit: Int64
    /// The last good row stands behind such a gap, which began at `gapStart`.
    private(set) var isBehindGap = false
    private(set) var gapStart = Int64.min
    private let refusesRepeatedTrades: Bool
    private var previousID: Int64 = 0
    /// The instrument that the first row names.
    var symbol: [UInt8]?
    var finestDecimals = 0

    init(layout: ColumnLayout, options: CSVOptions) {
        self.layout = layout
        var columns = FixedBuffer<Column>(count: layout.columns.count, repeating: .ignored)
        for (index, column) in layout.columns.enumerated() { columns[index] = column }
        self.columns = columns
        values = FixedBuffer(count: Column.allCases.count, repeating: 0)
        stamps = StampReader(unit: layout.timeUnit, zone: options.zone)
        hasMore = layout.hasMore
        instrument = options.instrument
        gapLimit = layout.kind == .bars ? options.interval ?? .max : .max
        refusesRepeatedTrades = options.refusesRepeatedTrades
        // A bar's open is known only when the interval is: the reader filters bars at the end.
        from = layout.kind == .bars ? .min : options.from?.nanoseconds ?? .min
        to = layout.kind == .bars ? .max : options.to?.nanoseconds ?? .max
    }

    /// Reads the line up to `end`, where the buffer holds an end of line, and appends its records. `time` of a bar is
    /// still its stamp.
    mutating func read(
        _ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, into output: inout OutputBuffer
    ) throws(RowFault) {
        var p = start
        for index in 0..<columns.count {
            try readField(index, &p, end: end)
            if p < end {
                p += 1
                if index == columns.count - 1 { throw fieldCount(start, end) }
            } else if index < columns.count - 1 {
                throw fieldCount(start, end)
            }
        }
        let stamp = self[.time]
        try checkOrder(stamp)
        switch layout.kind {
        case .bars, .events: try appendBar(to: &output)
        case .trades:
            if refusesRepeatedTrades { try checkID() }
            if stamp >= from, stamp < to { appendTrade(to: &output) }
        case .quotes: try appendQuote(to: &output)
        }
        // Before the first row the difference wraps around to less than nothing, or the stamp is before 1970.
        isBehindGap = stamp &- previousStamp > gapLimit && previousStamp != .min
        if isBehindGap { gapStart = previousStamp }
        previousStamp = stamp
    }

    subscript(_ column: Column) -> Int64 {
        get { values[column.rawValue] }
        set { values[column.rawValue] = newValue }
    }

    // MARK: Fields

    @inline(__always)
    private mutating func readField(
        _ index: Int, _ p: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>
    ) throws(RowFault) {
        let column = columns[index]
        switch column {
        case .time:
            let fast =
                stamps.fastCalendar(&p, end: end, delimiter: layout.delimiter, earliest: earliestStamp)
                ?? stamps.fastEpoch(&p, end: end, delimiter: layout.delimiter)
            if let fast {
                self[.time] = fast
                return
            }
        case .open, .high, .low, .close, .price, .bid, .ask:
            if readDecimal(column, &p, end: end, scale: Price.decimals, isPrice: true) { return }
        case .volume, .quantity, .bidSize, .askSize:
            if readDecimal(column, &p, end: end, scale: Quantity.decimals, isPrice: false) { return }
        case .tradeID, .tradeCount:
            if readDecimal(column, &p, end: end, scale: 0, isPrice: false) { return }
        default: break
        }
        let field = takeField(&p, end: end)
        try readThoroughly(column, field, index: index)
    }

    /// Plain digits with at most one point and no more than 18 places; false = read it the thorough way.
    @inline(__always)
    private mutating func readDecimal(
        _ column: Column, _ p: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, scale: Int, isPrice: Bool
    ) -> Bool {
        var q = p
        var value: Int64 = 0
        while q.pointee &- UInt8(ascii: "0") < 10 {
            value = value &* 10 &+ Int64(q.pointee &- UInt8(ascii: "0"))
            q += 1
        }
        var digits = q - p
        var decimals = 0
        if q.pointee == UInt8(ascii: ".") {
            q += 1
            let point = q
            while q.pointee &- UInt8(ascii: "0") < 10 {
                value = value &* 10 &+ Int64(q.pointee &- UInt8(ascii: "0"))
                q += 1
            }
            decimals = q - point
            digits += decimals
        }
        guard digits > 0, digits <= 18, decimals <= scale, q == end || q.pointee == layout.delimiter else {
            return false
        }
        let (raw, overflow) = value.multipliedReportingOverflow(by: StampReader.powerOfTen(scale - decimals))
        guard !overflow, raw > 0 || (raw == 0 && !isPrice && column != .quantity) else { return false }
        if isPrice, decimals > finestDecimals {
            var last = q - 1
            while decimals > 0, last.pointee == UInt8(ascii: "0") {
                last -= 1
                decimals -= 1
            }
            finestDecimals = max(finestDecimals, decimals)
        }
        self[column] = raw
        p = q
        return true
    }

    /// The field at `p` without quotes and outer blanks; `p` moves to the delimiter behind it.
    private func takeField(_ p: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) -> UnsafeRawBufferPointer {
        var q = p
        var isQuoted = false
        while q < end, isQuoted || q.pointee != layout.delimiter {
            if q.pointee == UInt8(ascii: "\"") { isQuoted.toggle() }
            q += 1
        }
        var first = p
        var last = q
        p = q
        while first < last, RowReader.isBlank(first.pointee) { first += 1 }
        while first < last, RowReader.isBlank(last[-1]) { last -= 1 }
        if last - first >= 2, first.pointee == UInt8(ascii: "\""), last[-1] == UInt8(ascii: "\"") {
            first += 1
            last -= 1
        }
        return UnsafeRawBufferPointer(start: first, count: last - first)
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    // MARK: Rows

    var earliestStamp: Int64 { layout.kind == .bars ? previousStamp &+ 1 : previousStamp }

    @inline(__always)
    private func checkOrder(_ stamp: Int64) throws(RowFault) {
        if stamp > previousStamp { return }
        if stamp == previousStamp, layout.kind != .bars { return }
        let now = Timestamp(nanoseconds: stamp)
        if stamp == previousStamp { throw RowFault(code: .duplicateBar, reason: "a second bar of \(now)") }
        throw RowFault(
            code: .outOfOrder,
            reason: "time \(now) is before that of the last good row, \(Timestamp(nanoseconds: previousStamp)): "
                + "sort the file by time")
    }

    private mutating func checkID() throws(RowFault) {
        let id = self[.tradeID]
        guard id != 0 else { return }
        guard id != previousID else { throw RowFault(code: .duplicateTrade, reason: "trade \(id) once more") }
        previousID = id
    }

    @inline(__always)
    private func appendBar(to output: inout OutputBuffer) throws(RowFault) {
        let (open, high, low, close) = (self[.open], self[.high], self[.low], self[.close])
        guard low <= min(open, close), high >= max(open, close) else {
            throw RowFault(
                code: .inconsistentBar,
                reason: high < low
                    ? "high \(Price(raw: high)) is below low \(Price(raw: low))"
                    : "open \(Price(raw: open)) or close \(Price(raw: close)) lies outside of low "
                        + "\(Price(raw: low)) … high \(Price(raw: high))")
        }
        var bar = Bar()
        bar.type = EventType.bar.rawValue
        bar.instrument = instrument
        bar.time = self[.time]
        bar.open = open
        bar.high = high
        bar.low = low
        bar.close = close
        bar.volume = self[.volume]
        bar.flags = hasMore ? 1 : 0
        output.append(EventRecord(bytesOf: bar))
        if hasMore {
            var more = BarMore()
            more.type = EventType.more.rawValue
            more.instrument = instrument
            more.time = bar.time
            more.vwap = self[.vwap]
            more.trade_count = UInt64(self[.tradeCount])
            output.append(EventRecord(bytesOf: more))
        }
    }

    @inline(__always)
    private func appendTrade(to output: inout OutputBuffer) {
        var trade = Trade()
        trade.type = EventType.trade.rawValue
        trade.instrument = instrument
        trade.time = self[.time]
        trade.price = self[.price]
        trade.quantity = self[.quantity]
        trade.trade_id = UInt64(self[.tradeID])
        trade.aggressor = UInt8(self[.side])
        output.append(EventRecord(bytesOf: trade))
    }

    @inline(__always)
    private func appendQuote(to output: inout OutputBuffer) throws(RowFault) {
        let (bid, ask) = (self[.bid], self[.ask])
        guard bid <= ask else {
            throw RowFault(
                code: .crossedQuote, reason: "bid \(Price(raw: bid)) is above ask \(Price(raw: ask))")
        }
        guard self[.time] >= from, self[.time] < to else { return }
        var quote = Quote()
        quote.type = EventType.quote.rawValue
        quote.instrument = instrument
        quote.time = self[.time]
        quote.bid_price = bid
        quote.bid_quantity = self[.bidSize]
        quote.ask_price = ask
        quote.ask_quantity = self[.askSize]
        output.append(EventRecord(bytesOf: quote))
    }

    // MARK: Faults

    private func fieldCount(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> RowFault {
        var p = start
        var count = 1
        while true {
            _ = takeField(&p, end: end)
            if p >= end { break }
            count += 1
            p += 1
        }
        return RowFault(
            code: .fieldCount, reason: "\(count) field\(count == 1 ? "" : "s") where \(columns.count) are expected")
    }
}
