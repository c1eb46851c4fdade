/// Rules that vote −1 … 1, each with its weight. The score is Σ weight × vote / Σ weight over the rules whose features are
/// known, the probability of a rise (1 + score) / 2; without any known feature it is 0.5. Votes:
///
/// - trend (3): from ADX(14) ≥ 20 on, (ema_20 − ema_50) / atr_14 within −1 … 1; below, 0.
/// - momentum (2): macd_hist / (atr_14 / 2) within −1 … 1.
/// - reversion (2): below ADX(14) 20, where |zscore_20| ≥ 1: −zscore_20 / 3 within −1 … 1; else 0.
/// - oscillator (1): rsi_14 ≤ 30 gives 1, ≥ 70 gives −1, else 0.
/// - breakout (1): percent b of the bands (20, 2) above 1 with volume_ratio_20 ≥ 1.5 gives 1, below 0 with it −1, else 0.
/// - flow (2): the mean of those of quote_imbalance, book_imbalance_5 and trade_imbalance that are known.
///
/// Trend and reversion exclude each other by the same ADX. Indicators as their features state them; thresholds are the usual
/// ones (Wilder 1978 for ADX and RSI, Bollinger 2001 for the bands), weights are this project's.
struct RuleEnsemble: Sendable {
    static let features = [
        "adx_14", "ema_20", "ema_50", "atr_14", "macd_hist_12_26_9", "zscore_20", "rsi_14", "bbands_percent_b_20_2",
        "volume_ratio_20", "quote_imbalance", "book_imbalance_5", "trade_imbalance",
    ]

    enum Rule: String, CaseIterable {
        case trend, momentum, reversion, oscillator, breakout, flow

        var weight: Double {
            switch self {
            case .trend: 3
            case .momentum, .reversion, .flow: 2
            case .oscillator, .breakout: 1
            }
        }
    }

    var count: Int { Rule.allCases.count }

    func probability(_ values: UnsafeBufferPointer<Double>) -> Double { (1 + score(values)) / 2 }

    private func score(_ values: UnsafeBufferPointer<Double>) -> Double {
        let inputs = RuleInputs(values)
        var (sum, weights) = (0.0, 0.0)
        func count(_ rule: Rule) {
            let vote = inputs.vote(rule)
            guard !vote.isNaN else { return }
            sum += rule.weight * vote
            weights += rule.weight
        }
        count(.trend)
        count(.momentum)
        count(.reversion)
        count(.oscillator)
        count(.breakout)
        count(.flow)
        return weights == 0 ? 0 : sum / weights
    }

    /// Rules that vote for a side.
    func reasons(_ values: [Double]) -> [Reason] {
        values.withUnsafeBufferPointer { values in
            let inputs = RuleInputs(values)
            let known = Rule.allCases.filter { !inputs.vote($0).isNaN }
            let weights = known.reduce(0) { $0 + $1.weight }
            return known.filter { inputs.vote($0) != 0 }.map { rule in
                Reason(
                    name: rule.rawValue, share: rule.weight * inputs.vote(rule) / weights, text: inputs.text(rule))
            }
        }
    }
}

/// The values by their names; not a number where one is not known.
private struct RuleInputs {
    let adx, fast, slow, range, histogram, zScore, rsi, percentB, volumeRatio: Double
    let quotes, book, trades: Double

    init(_ values: UnsafeBufferPointer<Double>) {
        (adx, fast, slow, range) = (values[0], values[1], values[2], values[3])
        (histogram, zScore, rsi, percentB, volumeRatio) = (values[4], values[5], values[6], values[7], values[8])
        (quotes, book, trades) = (values[9], values[10], values[11])
    }

    /// Not a number: its features are not known.
    func vote(_ rule: RuleEnsemble.Rule) -> Double {
        switch rule {
        case .trend:
            guard !adx.isNaN else { return .nan }
            return adx < 20 ? 0 : within((fast - slow) / range)
        case .momentum: return within(2 * histogram / range)
        case .reversion:
            guard !adx.isNaN, !zScore.isNaN else { return .nan }
            return adx >= 20 || abs(zScore) < 1 ? 0 : within(-zScore / 3)
        case .oscillator:
            guard !rsi.isNaN else { return .nan }
            return rsi <= 30 ? 1 : rsi >= 70 ? -1 : 0
        case .breakout:
            guard !percentB.isNaN, !volumeRatio.isNaN else { return .nan }
            return volumeRatio < 1.5 ? 0 : percentB > 1 ? 1 : percentB < 0 ? -1 : 0
        case .flow: return flow
        }
    }

    private var flow: Double {
        var (sum, count) = (0.0, 0.0)
        func add(_ value: Double) {
            guard !value.isNaN else { return }
            sum += value
            count += 1
        }
        add(quotes)
        add(book)
        add(trades)
        return count == 0 ? .nan : within(sum / count)
    }

    /// A range of zero says nothing.
    private func within(_ value: Double) -> Double {
        value.isFinite ? min(max(value, -1), 1) : .nan
    }

    func text(_ rule: RuleEnsemble.Rule) -> String {
        switch rule {
        case .trend: "the short average is \(fast > slow ? "above" : "below") the long one in a trend"
        case .momentum: "momentum points \(histogram > 0 ? "up" : "down")"
        case .reversion: "the price is far \(zScore < 0 ? "below" : "above") its mean without a trend"
        case .oscillator: rsi <= 30 ? "oversold" : "overbought"
        case .breakout: "volume carries the price out of its bands \(percentB > 1 ? "upwards" : "downwards")"
        case .flow: "the book and its trades lean to the \(flow > 0 ? "buyers" : "sellers")"
        }
    }
}

extension SignalModel {
    /// Always there.
    public static let rules = SignalModel(
        name: "rules", features: RuleEnsemble.features, timeframe: nil, .rules(RuleEnsemble()))
}
