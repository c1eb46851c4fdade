public import CStrategyABI
public import Trading

/// The features of several instruments in several timeframes, from events of the shortest timeframe. Bars of the longer ones
/// are joined here; all is claimed at the start.
public struct FeatureBoard: ~Copyable {
    private let sets: UnsafeMutablePointer<FeatureSet>
    private let joints: UnsafeMutablePointer<JoinedBar>
    public let instrumentCount: Int
    public let timeframes: [Timeframe]

    /// `timeframes` from the shortest to the longest, each a multiple of the first.
    public init(instruments: Int, timeframes: [Timeframe]) {
        precondition(instruments > 0 && !timeframes.isEmpty, "no instruments or no timeframes")
        for timeframe in timeframes {
            precondition(
                timeframe.interval > 0 && timeframe.interval % timeframes[0].interval == 0,
                "\(timeframe.name) is no multiple of \(timeframes[0].name)")
        }
        instrumentCount = instruments
        self.timeframes = timeframes
        let count = instruments * timeframes.count
        sets = .allocate(capacity: count)
        joints = .allocate(capacity: count)
        for index in 0..<count {
            (sets + index).initialize(to: FeatureSet())
            (joints + index).initialize(to: JoinedBar(timeframes[index % timeframes.count].interval))
        }
    }

    deinit {
        sets.deinitialize(count: instrumentCount * timeframes.count)
        sets.deallocate()
        joints.deallocate()
    }

    /// Takes a bar of the shortest timeframe; another is passed over.
    public mutating func add(_ bar: Bar) {
        guard bar.interval == timeframes[0].interval, bar.instrument < UInt32(instrumentCount) else { return }
        let first = Int(bar.instrument) * timeframes.count
        sets[first].add(bar)
        for index in first + 1..<first + timeframes.count {
            if let ended = joints[index].end(before: bar) { sets[index].add(ended) }
            if let full = joints[index].add(bar) { sets[index].add(full) }
        }
    }

    /// The feature at `index` of `Feature.all`; nil = it warms up, or is not defined.
    public func value(_ index: Int, instrument: Int, timeframe: Int) -> Double? {
        precondition(instrument >= 0 && instrument < instrumentCount, "instrument \(instrument) of \(instrumentCount)")
        precondition(timeframe >= 0 && timeframe < timeframes.count, "timeframe \(timeframe) of \(timeframes.count)")
        return sets[instrument * timeframes.count + timeframe].value(index)
    }
}

/// A bar of a longer timeframe that grows out of shorter ones. Its interval begins at a multiple of its length since 1970.
struct JoinedBar: BitwiseCopyable {
    private let interval: Int64
    private var bar = Bar()
    private var isOpen = false

    init(_ interval: Int64) { self.interval = interval }

    /// The bar so far when `next` lies behind its end: the market was still, or the feed had a gap.
    mutating func end(before next: Bar) -> Bar? {
        guard isOpen, next.time - next.interval >= bar.time else { return nil }
        isOpen = false
        return bar
    }

    /// The whole bar when `part` is its last.
    mutating func add(_ part: Bar) -> Bar? {
        if isOpen {
            bar.high = max(bar.high, part.high)
            bar.low = min(bar.low, part.low)
            bar.close = part.close
            bar.volume = bar.volume.addingReportingOverflow(part.volume).overflow ? .max : bar.volume + part.volume
        } else {
            let began = part.time - part.interval
            let place = began % interval
            bar = part
            bar.interval = interval
            bar.time = began - (place < 0 ? place + interval : place) + interval
            isOpen = true
        }
        guard part.time >= bar.time else { return nil }
        isOpen = false
        return bar
    }
}
