public import Trading

// What outlives the process. Round trips are facts and come back exactly; what follows the marks comes back as a checkpoint
// and the marks written down since have it.

extension TradeTotals {
    public func encode(into writer: inout ByteWriter) {
        writer.put(UInt64(count))
        writer.put(UInt64(wins))
        writer.put(grossProfit)
        writer.put(grossLoss)
        writer.put(seconds)
    }

    public init(from reader: inout ByteReader) throws(CodingFault) {
        self.init()
        count = Int(try reader.counter("round trips"))
        wins = Int(try reader.counter("winning round trips"))
        guard wins <= count else { throw reader.fault("\(wins) of \(count) round trips won") }
        grossProfit = try reader.double()
        grossLoss = try reader.double()
        seconds = try reader.double()
    }
}

extension PerformanceTracker {
    public mutating func decodeTrades(from reader: inout ByteReader) throws(CodingFault) {
        trades = try TradeTotals(from: &reader)
    }

    /// Equity, drawdown, exposure and daily returns.
    public func encodeMarks(into writer: inout ByteWriter) {
        writer.put(openingEquity)
        writer.put(drawdown.peak)
        writer.put(drawdown.floor)
        writer.put(drawdown.fraction)
        writer.put(lastTime)
        writer.put(lastEquity)
        writer.put(isOpen)
        writer.put(openNanoseconds)
        writer.put(dayEnd)
        writer.put(firstTime != nil)
        writer.put(firstTime ?? 0)
        writer.put(firstDay)
        writer.put(lastDay)
        writer.put(dayOpeningEquity)
        writer.put(count: finishedReturns.count)
        for value in finishedReturns { writer.put(value) }
    }

    public mutating func decodeMarks(from reader: inout ByteReader) throws(CodingFault) {
        openingEquity = try reader.double()
        drawdown.peak = try reader.double()
        drawdown.floor = try reader.double()
        drawdown.fraction = try reader.double()
        lastTime = try reader.number()
        lastEquity = try reader.double()
        isOpen = try reader.bool()
        openNanoseconds = try reader.number()
        dayEnd = try reader.number()
        let hasStarted = try reader.bool()
        let first = try reader.number(Int64.self)
        firstTime = hasStarted ? first : nil
        firstDay = try reader.number()
        lastDay = try reader.number()
        guard firstDay > -(1 << 40), lastDay < 1 << 40, firstDay <= lastDay else {
            throw reader.fault("days \(firstDay) to \(lastDay)")
        }
        dayOpeningEquity = try reader.double()
        let count = try reader.count(of: 8)
        finishedReturns.removeAll(keepingCapacity: true)
        for _ in 0..<count { finishedReturns.append(try reader.double()) }
    }
}
