public import CStrategyABI

/// The values of the features that a strategy names, of one instrument: those of its latest bar. Like the event views it is
/// valid during the callback.
///
///     static let features = ["rsi_14", "atr_14"]
///     …
///     guard let rsi = context.features[0], let range = context.features[1] else { return }
public struct Features {
    let values: UnsafePointer<Double>
    /// As many as the strategy names.
    public let count: Int

    /// The value of the name at `index` < count, in the feature's unit; nil before the first bar, while it warms up, and where
    /// its formula is not defined for these prices.
    public subscript(_ index: Int) -> Double? {
        precondition(index >= 0 && index < count, "feature \(index) of \(count)")
        let value = values[index]
        return value.isNaN ? nil : value
    }
}

extension Context {
    /// Those of the callback's instrument. They come right before their bar, so that `onBar` sees the bar's own.
    public var features: Features { book.pointee.features(of: current) }

    /// Those of another instrument that the strategy is bound to; none has a value for any other.
    public func features(of instrument: InstrumentIndex) -> Features {
        precondition(instrument < book.pointee.instrumentCount, "instrument \(instrument)")
        return book.pointee.features(of: instrument)
    }
}

extension Book {
    func features(of instrument: InstrumentIndex) -> Features {
        Features(values: UnsafePointer(features + Int(instrument) * featureCount), count: featureCount)
    }

    /// Takes a FEATURES event in; one with another number of values is not for this strategy.
    @usableFromInline
    func take(features event: UnsafePointer<strategy_event_v1_t>, moreCount: Int) {
        let head = UnsafeRawPointer(event).assumingMemoryBound(to: strategy_features_v1_t.self)
        guard event.pointee.instrument < instrumentCount, Int(head.pointee.count) == featureCount,
            featureCount <= 5 + 6 * moreCount
        else { return }
        let target = features + Int(event.pointee.instrument) * featureCount
        for index in 0..<featureCount { target[index] = strategy_features_value(event, UInt32(index)) }
    }
}
