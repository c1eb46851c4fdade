internal import CStrategyABI
public import Trading

extension MarketFile {
    /// The file's events with bars of these lengths built out of them, in time order. Lengths that the file itself has,
    /// or shorter ones of a file of bars, add nothing.
    public func events(withBars timeframes: [Timeframe]) -> MarketEvents {
        guard builds(timeframes) else { return events }
        let stream = MarketStream([self], bars: timeframes)
        var output = OutputBuffer(capacity: rows + rows / 4)
        while let piece = stream.next() { output.append(contentsOf: piece) }
        return MarketEvents(output)
    }

    /// Some of these bars are not in it and can be built.
    public func builds(_ timeframes: [Timeframe]) -> Bool { !useful(timeframes).isEmpty }

    func useful(_ timeframes: [Timeframe]) -> [Timeframe] {
        kind == .bars ? timeframes.filter { $0.interval > interval } : timeframes
    }
}
