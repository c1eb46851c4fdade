public import CStrategyABI
import Features
public import Trading

/// The features that strategies want: one set for each instrument and bar length, whoever wants it. A set that was begun
/// stays, so that its values go on over a reload; a strategy that wants none costs the event path a flag.
struct FeatureBook: ~Copyable {
    private struct Line: BitwiseCopyable {
        var interval: Int64
        var set: UnsafeMutablePointer<FeatureSet>
        /// Of the same instrument; -1 = the last.
        var next: Int32
    }
    private var lines: [Line] = []
    /// By instrument.
    private var first: FixedBuffer<Int32>
    private var counts: FixedBuffer<UInt8>
    /// By instrument: somebody wants bars of every length, so that a new length begins a set.
    private var takesAll: FixedBuffer<Bool>
    /// By instrument: somebody wants what quotes, trades and books move.
    private var readsBook: FixedBuffer<Bool>
    /// A chain and the bar behind it.
    let block: UnsafeMutablePointer<EventRecord>
    private static let blockMax = FeatureList.chainMax + 1 + Int(STRATEGY_MORE_MAX)
    /// Lengths of one instrument that begin by themselves, with their first bar; bars of more come without values.
    private static let lengthsMax = 16

    init(instruments: Int) {
        first = FixedBuffer(count: instruments, repeating: -1)
        counts = FixedBuffer(count: instruments, repeating: 0)
        takesAll = FixedBuffer(count: instruments, repeating: false)
        readsBook = FixedBuffer(count: instruments, repeating: false)
        block = .allocate(capacity: FeatureBook.blockMax)
        block.initialize(repeating: EventRecord(), count: FeatureBook.blockMax)
    }

    deinit {
        for line in lines {
            line.set.deinitialize(count: 1)
            line.set.deallocate()
        }
        block.deallocate()
    }

    /// From the next bar on there are values for bars of this length, 0 = of every length. Allocates.
    mutating func want(_ list: FeatureList, instrument: Int, interval: Int64) {
        if list.readsBook { readsBook[instrument] = true }
        if interval == 0 {
            takesAll[instrument] = true
        } else if set(instrument, interval) == nil {
            begin(instrument, interval)
        }
    }

    private mutating func begin(_ instrument: Int, _ interval: Int64) {
        let set = UnsafeMutablePointer<FeatureSet>.allocate(capacity: 1)
        set.initialize(to: FeatureSet())
        lines.append(Line(interval: interval, set: set, next: first[instrument]))
        first[instrument] = Int32(lines.count - 1)
        counts[instrument] += 1
    }

    private func set(_ instrument: Int, _ interval: Int64) -> UnsafeMutablePointer<FeatureSet>? {
        var index = first[instrument]
        while index >= 0 {
            let line = lines[Int(index)]
            if line.interval == interval { return line.set }
            index = line.next
        }
        return nil
    }

    /// Values follow a closed bar. Only the first bar of a length that nobody named allocates.
    mutating func take(_ bar: Bar) {
        let instrument = Int(bar.instrument)
        if let set = set(instrument, bar.interval) {
            set.pointee.add(bar)
        } else if takesAll[instrument], counts[instrument] < FeatureBook.lengthsMax {
            begin(instrument, bar.interval)
            set(instrument, bar.interval)?.pointee.add(bar)
        }
    }

    /// And a quote, a trade, or the book after a change of it.
    func take(_ record: EventRecord, _ book: borrowing OrderBook) {
        guard readsBook[Int(record.instrument)] else { return }
        var index = first[Int(record.instrument)]
        while index >= 0 {
            let line = lines[Int(index)]
            switch record.kind {
            case .quote: line.set.pointee.add(record.asQuote)
            case .trade: line.set.pointee.add(record.asTrade)
            default: line.set.pointee.add(book)
            }
            index = line.next
        }
    }

    /// Puts a bar, `count` records with its MORE records, into the block behind the values of `list`. Returns how many records
    /// that are; 0 = there are no values of such bars.
    func fill(_ list: FeatureList, _ bar: UnsafePointer<EventRecord>, count: Int) -> Int {
        guard let set = set(Int(bar.pointee.instrument), bar.pointee.asBar.interval) else { return 0 }
        let chain = list.write(bar.pointee.asBar, into: block) { set.pointee.value($0) }
        let count = min(count, 1 + Int(STRATEGY_MORE_MAX))
        (block + chain).update(from: bar, count: count)
        return chain + count
    }
}

extension Engine {
    /// What the strategy's code names is kept from now on, for the instruments and bars that it may see.
    mutating func wantFeatures(strategy: Int) {
        guard let call = slots[strategy].call else { return }
        want(call.features, strategy: strategy)
    }

    mutating func want(_ list: FeatureList, strategy: Int) {
        guard !list.isEmpty else { return }
        watchesFeatures = true
        for instrument in 0..<instruments.count where isBound(strategy, UInt32(instrument)) {
            features.want(list, instrument: instrument, interval: slots[strategy].interest.barInterval)
        }
    }

    /// The features after an event that the market has taken.
    @inline(never)
    mutating func renewFeatures(_ record: EventRecord) {
        switch record.kind {
        case .bar: features.take(record.asBar)
        case .depth:
            if books[Int(record.instrument)].time != nil { features.take(record, books[Int(record.instrument)]) }
        case .quote, .trade: features.take(record, books[Int(record.instrument)])
        default: break
        }
    }

    /// Gives a strategy a bar with the features that it wants before it. When it answers to these, the bar is another call, and
    /// its verdicts come in between.
    @inline(never)
    mutating func giveFeatures(_ slot: Int, _ bar: UnsafePointer<EventRecord>, count: Int) {
        guard let list = slots[slot].call?.features else { return }
        let total = list.isEmpty ? 0 : features.fill(list, bar, count: count)
        guard total > 0 else {
            give(slot, bar, count: count)
            return
        }
        var index = 0
        while index < total, slots[slot].isEnabled {
            index += give(slot, features.block + index, count: total - index)
            if index < total, hasAnswers { deliverAnswers() }
        }
    }
}

extension StrategyCall {
    /// Records at the start of a call that are features for other code, which has named others: until new code is given its
    /// own, it goes without.
    public func featuresOfOthers(_ events: UnsafePointer<EventRecord>, _ count: Int) -> Int {
        guard count > 0, events[0].kind == .features, events[0].payload.0 >> 32 != UInt64(features.hash) else {
            return 0
        }
        var end = 1
        while end < count, events[end - 1].hasMore { end += 1 }
        return end
    }
}
