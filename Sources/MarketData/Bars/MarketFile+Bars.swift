internal import CStrategyABI
public import Trading

extension MarketFile {
    /// The file's events with bars of these lengths built out of them, in time order. Lengths that the file itself has,
    /// or shorter ones of a file of bars, add nothing.
    public func events(withBars timeframes: [Timeframe]) -> MarketEvents {
        let useful = kind == .bars ? timeframes.filter { $0.interval > interval } : timeframes
        guard !useful.isEmpty, let first = events.records.first else { return events }
        var kinds = [FeedKinds](repeating: [], count: Int(first.instrument) + 1)
        kinds[Int(first.instrument)] = self.kinds
        var builder = BarBuilder(kinds: kinds, timeframes: useful)
        var output = OutputBuffer(capacity: events.count + events.count / 4)
        for record in events.records { builder.pass(record, into: &output) }
        return MarketEvents(output)
    }
}
