import Controls
import Trading

// Running totals in a checkpoint, and the facts that rebuild them.

extension RunningBook {
    func encode(into writer: inout ByteWriter) {
        writer.put(count: accounts.count)
        for index in 0..<accounts.count { accounts[index].encode(into: &writer) }
        writer.put(count: strategies.count)
        for index in 0..<strategies.count {
            strategies[index].encode(into: &writer)
            runaways[index].encode(into: &writer)
        }
    }

    mutating func decode(from reader: inout ByteReader) throws(CodingFault) {
        let accountCount = try reader.count(of: RunningTotals.size)
        guard accountCount <= accounts.count else { throw reader.fault("totals of \(accountCount) accounts") }
        for index in 0..<accountCount { try accounts[index].decode(from: &reader) }
        let strategyCount = try reader.count(of: RunningTotals.size)
        guard strategyCount <= strategies.count else { throw reader.fault("totals of \(strategyCount) strategies") }
        for index in 0..<strategyCount {
            try strategies[index].decode(from: &reader)
            runaways[index] = try RunawayWatch(from: &reader, strategy: Int32(index))
        }
    }
}

extension RunningTotals {
    /// Bytes in a checkpoint.
    fileprivate static let size = 16 + 16 + 4 + 8 + 8 + 8

    fileprivate func encode(into writer: inout ByteWriter) {
        writer.put(recordedPeak)
        writer.put(closingPeak)
        writer.put(losses)
        writer.put(lossDay)
        writer.put(lastLoss)
        writer.put(lastStop)
    }

    fileprivate mutating func decode(from reader: inout ByteReader) throws(CodingFault) {
        recordedPeak = try reader.summable("highest equity")
        peak = recordedPeak
        closingPeak = try reader.summable("highest equity at a day's start")
        losses = try reader.number()
        lossDay = try reader.number()
        lastLoss = try reader.pastInstant("time of a loss")
        lastStop = try reader.pastInstant("time of a stop-loss")
        guard losses >= 0 else { throw reader.fault("\(losses) losses in a row") }
    }
}

extension RunawayWatch {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.put(executions)
        writer.put(executionsFrom)
        writer.put(denials)
        writer.put(denialsFrom)
        writer.put(latch != nil)
        if let latch { writer.put(latch) }
    }

    fileprivate init(from reader: inout ByteReader, strategy: Int32) throws(CodingFault) {
        self.init()
        executions = try reader.number()
        executionsFrom = try reader.pastInstant("time of an execution")
        denials = try reader.number()
        denialsFrom = try reader.pastInstant("time of a denial")
        guard executions >= 0, denials >= 0 else { throw reader.fault("\(executions) executions, \(denials) denials") }
        guard try reader.bool() else { return }
        let latch = try reader.runawayLatch()
        guard latch.strategy == strategy else { throw reader.fault("a latch of strategy \(latch.strategy)") }
        self.latch = latch
    }
}

extension ByteReader {
    /// A time of a market, or the time before all others.
    fileprivate mutating func pastInstant(_ name: String) throws(CodingFault) -> Timestamp {
        let time = try timestamp()
        guard time.nanoseconds == .min || time.isPlausible else {
            throw fault("\(name) \(time.nanoseconds) is no time of a market")
        }
        return time
    }
}

extension Engine {
    mutating func replayPeak(_ peak: EquityPeak) throws(RecoveryFault) {
        let count = peak.scope == .strategy ? running.strategies.count : running.accounts.count
        guard peak.scope == .account || peak.scope == .strategy, (0..<count).contains(Int(peak.index)),
            peak.equity.isSummable
        else { throw RecoveryFault("there is no such high: \(peak)") }
        var totals = running.totals(peak.scope, Int(peak.index))
        totals.recordedPeak = peak.equity
        totals.peak = max(totals.peak, peak.equity)
        running.set(totals, peak.scope, Int(peak.index))
    }

    mutating func replayRunaway(_ latch: RunawayLatch) throws(RecoveryFault) {
        guard (0..<running.runaways.count).contains(Int(latch.strategy)) else {
            throw RecoveryFault("strategy \(latch.strategy) is unknown")
        }
        running.runaways[Int(latch.strategy)].take(latch)
    }
}
