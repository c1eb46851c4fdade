import Portfolio

/// How much of the best Sharpe ratio of a sweep luck explains.
struct Luck {
    let best: SharpeEstimate
    let perYear: Double
    /// Runs with a Sharpe ratio.
    let trials: Int
    /// As many independent ones: runs of neighbouring values are alike.
    let effectiveTrials: Double
    /// Of the trials' ratios of a day.
    let variance: Double

    /// nil where the best run has no Sharpe ratio.
    init?(best: SweepRow, of rows: [SweepRow]) {
        guard let estimate = best.estimate, let perYear = best.returnsPerYear else { return nil }
        self.best = estimate
        self.perYear = perYear
        let measured = rows.filter { $0.estimate != nil }
        let ratios = measured.compactMap { $0.estimate?.ratio }
        trials = ratios.count
        let correlation = Performance.averageCorrelation(measured.map(\.pieces)) ?? 0
        effectiveTrials = Performance.effectiveTrials(count: trials, averageCorrelation: correlation)
        let mean = ratios.reduce(0, +) / Double(ratios.count)
        variance =
            ratios.count > 1
            ? ratios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(ratios.count - 1) : 0
    }

    /// Of a year.
    var expectedMaximum: Double {
        Performance.expectedMaximumSharpeRatio(trials: effectiveTrials, variance: variance) * perYear.squareRoot()
    }
    var sharpeRatio: Double { best.ratio * perYear.squareRoot() }
    var deflated: Double? {
        Performance.deflatedSharpeRatio(best, trials: effectiveTrials, variance: variance)
    }
    var probabilistic: Double? { Performance.probabilisticSharpeRatio(best) }

    var sentences: [String] {
        let alike = NumberText.fixed(effectiveTrials, 1)
        guard let deflated else { return [] }
        return [
            "With \(trials) trials, which are as good as \(alike) independent ones, a Sharpe ratio of "
                + "\(NumberText.ratio(expectedMaximum)) is expected by luck alone.",
            "The best run has \(NumberText.ratio(sharpeRatio)): with a probability of \(NumberText.percent(deflated)) "
                + "there is more to it than luck (deflated Sharpe ratio).",
        ]
    }

    var json: JSON {
        .object([
            ("deflated_sharpe_ratio", .double(deflated)), ("probabilistic_sharpe_ratio", .double(probabilistic)),
            ("sharpe_ratio", .double(sharpeRatio)), ("expected_by_luck", .double(expectedMaximum)),
            ("trials", .integer(trials)), ("effective_trials", .double(effectiveTrials)),
            ("variance", .double(variance)), ("returns", .integer(best.count)), ("skewness", .double(best.skewness)),
            ("kurtosis", .double(best.kurtosis)),
        ])
    }
}
