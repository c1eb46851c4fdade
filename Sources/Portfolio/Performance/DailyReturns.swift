/// Simple returns from day end to day end, and what the ratios need to know about them.
public struct DailyReturns: Sendable, Equatable {
    public var values: [Double]
    /// Calendar days from the first to the last day, both included; days without an event count here, but have no value.
    public var coveredDays: Int64

    public init(values: [Double], coveredDays: Int64) {
        self.values = values
        self.coveredDays = coveredDays
    }

    /// Values in a year of 365.25 days at the observed density: 365.25 for a market that never closes, about 252 for an
    /// exchange. Data of a few days only reads as if every day of the year were like them.
    public var perYear: Double { Double(values.count) * 365.25 / Double(max(coveredDays, 1)) }

    public var mean: Double { values.reduce(0, +) / Double(values.count) }

    /// Of a sample: √(Σ (r − mean)² / (n − 1)); nil with fewer than 2 values.
    public var standardDeviation: Double? {
        guard values.count >= 2 else { return nil }
        let mean = mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return Performance.defined((squares / Double(values.count - 1)).squareRoot())
    }
}
