internal import CStrategyABI
internal import Trading

/// From the stamps of bars to their closes.
enum StampInterval {
    static let max: Int64 = 366 * 86_400_000_000_000

    /// The most frequent difference of two stamps in a row, of several the shortest; nil with fewer than two bars.
    static func mostFrequent(in records: UnsafeBufferPointer<EventRecord>) -> Int64? {
        var differences = StampDifferences()
        differences.add(records)
        return differences.mostFrequent
    }

    /// Moves each bar from its stamp to its close and drops the bars that open outside of `from ..< to`.
    static func place(_ output: inout OutputBuffer, interval: Int64, options: CSVOptions) {
        let records = output.mutableRecords
        let timeframe = UInt16(Timeframe(interval: interval).rawValue) << UInt16(STRATEGY_TIMEFRAME_SHIFT)
        let from = options.from?.nanoseconds ?? .min
        let to = options.to?.nanoseconds ?? .max
        let toClose = options.barStamp == .open ? interval : 0
        var kept = 0
        for index in records.indices {
            var record = records[index]
            record.time += toClose
            guard record.time - interval >= from, record.time - interval < to else { continue }
            if record.kind == .bar {
                record.flags |= timeframe
                record.payload.5 = UInt64(bitPattern: interval)
            }
            records[kept] = record
            kept += 1
        }
        output.keepFirst(kept)
    }
}

/// How often stamps of bars are how far apart.
struct StampDifferences {
    private var counts: [Int64: Int] = [:]
    private var previous: Int64?
    private var run = (difference: Int64(0), length: 0)

    mutating func add(_ records: UnsafeBufferPointer<EventRecord>) {
        for record in records where record.kind == .bar {
            if let previous {
                let difference = record.time - previous
                // Differences come in long runs: the table is touched where one ends.
                if difference != run.difference {
                    if run.length > 0 { counts[run.difference, default: 0] += run.length }
                    run = (difference, 0)
                }
                run.length += 1
            }
            previous = record.time
        }
    }

    var mostFrequent: Int64? {
        var all = counts
        if run.length > 0 { all[run.difference, default: 0] += run.length }
        return all.max { a, b in a.value != b.value ? a.value < b.value : a.key > b.key }?.key
    }
}
