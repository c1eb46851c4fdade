import Portfolio
import Trading

/// A currency that converts to an account's own at the price of an instrument.
public struct QuotedRate: Sendable, BitwiseCopyable, Equatable {
    public var account: Int32
    public var currency: Int32
    public var instrument: Int32
    /// The account's currency is the instrument's base: the rate is 1 / price.
    public var isInverse: Bool

    public init(account: Int32, currency: Int32, instrument: Int32, isInverse: Bool) {
        self.account = account
        self.currency = currency
        self.instrument = instrument
        self.isInverse = isInverse
    }
}

extension Engine {
    /// What hangs on a mark besides a strategy's equity: conversion rates, the day's loss and the statistics of all together.
    @inline(never)
    mutating func followMark(_ instrument: Int) {
        followRates(instrument)
        if whole != nil { trackWhole() }
        if days.isWatched || compliance.hasLossLimits { ledger.settle() }
        if days.isWatched {
            checkDailyLoss()
            raisePeaks()
        }
        if compliance.hasLossLimits { checkProgramLosses() }
        if breakers.watchesMarks { checkBreakers(mark: instrument) }
    }

    private mutating func trackWhole() {
        var equity = 0.0
        for account in ledger.accounts { equity += account.openingBalance.approximate }
        for strategy in slots.indices {
            let opening = ledger.accounts[Int(slots[strategy].account)].openingBalance.approximate
            equity += ledger.equityEstimate(strategy: strategy) - opening
        }
        whole?.mark(time: now.nanoseconds, equity: equity, isOpen: ledger.isAnyOpen)
    }

    mutating func followRates(_ instrument: Int) {
        for index in 0..<quotedRates.count where quotedRates[index].instrument == Int32(instrument) {
            setRate(quotedRates[index])
        }
    }

    /// Takes all quoted rates from the marks, where there are any: for an engine whose marks were restored.
    mutating func refreshQuotedRates() {
        for index in 0..<quotedRates.count where ledger.mark(Int(quotedRates[index].instrument)) != .zero {
            setRate(quotedRates[index])
        }
    }

    private mutating func setRate(_ quoted: QuotedRate) {
        let rate = Rate(price: ledger.mark(Int(quoted.instrument)), isInverse: quoted.isInverse)
        ledger.setRate(rate, of: Int(quoted.currency), account: Int(quoted.account))
    }

    /// The fill ends a round trip.
    // Inline: who changes the engine and asks it in between would copy all of it.
    @inline(__always)
    func closes(_ fill: Fill) -> Bool {
        let held = ledger.position(strategy: Int(fill.strategy), instrument: Int(fill.instrument)).quantity
        return held.raw * fill.side.sign < 0 && fill.quantity >= held.magnitude
    }

    /// A round trip counts at the rate of its moment: where a mark makes that rate, it is written down first.
    mutating func recordRate(of terms: InstrumentTerms, account: Int) {
        guard let market = rateMarket(of: terms.currency, account: account) else { return }
        let mark = ledger.mark(market)
        guard mark != recordedMarks[market] else { return }
        recordedMarks[market] = mark
        facts.append(.priceMarked(instrument: UInt32(market), price: mark, time: now))
    }

    /// The market that an account's rate of a currency comes from; nil = the rate is a fixed one.
    func rateMarket(of currency: UInt8, account: Int) -> Int? {
        for index in 0..<quotedRates.count {
            let quoted = quotedRates[index]
            if quoted.account == Int32(account), quoted.currency == Int32(currency) { return Int(quoted.instrument) }
        }
        return nil
    }
}
