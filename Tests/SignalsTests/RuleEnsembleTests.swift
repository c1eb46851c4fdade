import Signals
import Testing

@Suite("Rules")
struct RuleEnsembleTests {
    /// Of the rules' features, the others unknown.
    private func values(_ known: [String: Double]) -> [Double] { SignalModel.rules.features.map { known[$0] ?? .nan } }
    private func probability(_ known: [String: Double]) -> Double { SignalModel.rules.probability(values(known)) }

    @Test("without any known feature it is a toss-up that holds")
    func tossUp() {
        #expect(probability([:]) == 0.5)
        let opinion = Opinion(probability: 0.5)
        #expect(opinion == Opinion(direction: .hold, confidence: 0.5, strength: 0))
    }

    @Test("a trend counts by the distance of the averages in true ranges, from an ADX of 20 on")
    func trend() {
        let averages = ["ema_20": 101.0, "ema_50": 100, "atr_14": 2]
        #expect(probability(averages.merging(["adx_14": 20]) { $1 }) == 0.75)
        #expect(probability(averages.merging(["adx_14": 19.9]) { $1 }) == 0.5)
        #expect(probability(averages.merging(["adx_14": 30, "ema_50": 110]) { $1 }) == 0)
    }

    @Test("far from the mean it reverts, but not in a trend")
    func reversion() {
        #expect(probability(["adx_14": 10, "zscore_20": -1.5, "ema_20": 1, "ema_50": 1, "atr_14": 1]) == 0.6)
        #expect(probability(["adx_14": 25, "zscore_20": -1.5, "ema_20": 1, "ema_50": 1, "atr_14": 1]) == 0.5)
        #expect(probability(["adx_14": 10, "zscore_20": -0.9, "ema_20": 1, "ema_50": 1, "atr_14": 1]) == 0.5)
    }

    @Test("weights share out: trend 3, momentum 2, flow 2, oscillator 1 and breakout 1")
    func weights() {
        // (3 · 1 + 2 · −1 + 1 · 1 + 1 · 1 + 2 · 0.5) / 11
        let known = [
            "adx_14": 40, "ema_20": 110, "ema_50": 100, "atr_14": 2, "macd_hist_12_26_9": -5, "zscore_20": 2,
            "rsi_14": 25, "bbands_percent_b_20_2": 1.1, "volume_ratio_20": 2, "quote_imbalance": 0.5,
            "book_imbalance_5": 0.25, "trade_imbalance": 0.75,
        ]
        #expect(abs(probability(known) - (1 + 4.0 / 11) / 2) < 1e-12)
        let reasons = SignalModel.rules.reasons(values(known))
        #expect(reasons.map(\.name) == ["trend", "momentum", "oscillator", "breakout", "flow"])
        #expect(abs(reasons.map(\.share).reduce(0, +) - 4.0 / 11) < 1e-12)
    }

    @Test("an average range of zero says nothing")
    func noRange() {
        #expect(probability(["adx_14": 40, "ema_20": 2, "ema_50": 1, "atr_14": 0]) == 0.5)
    }

    @Test("confidence is that of the likelier side, below 0.55 it holds")
    func opinions() {
        #expect(Opinion(probability: 0.75) == Opinion(direction: .buy, confidence: 0.75, strength: 0.5))
        #expect(Opinion(probability: 0.25) == Opinion(direction: .sell, confidence: 0.75, strength: -0.5))
        #expect(Opinion(probability: 0.54).direction == .hold)
        #expect(!Opinion(probability: 0.47).isUp)
        #expect(Opinion(probability: .nan).direction == .hold)
    }
}
