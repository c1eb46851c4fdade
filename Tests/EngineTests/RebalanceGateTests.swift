import CStrategyABI
import Controls
import Engine
import Execution
import Portfolio
import ScriptedStrategies
import Testing
import Trading

/// Random books are rebalanced through the real gate and the paper venue, as a host does it: what is judged too large is made
/// smaller, purchases go out when sales have ended.
@Suite("Rebalancing through the gate")
struct RebalanceGateTests {
    private static let portfoliosPerSeed = 100

    @Test(
        "4,000 random portfolios: no limit is passed, every weight ends within its band when the gate allows it, and turnover is never above the direct solution",
        arguments: 1...40 as ClosedRange<UInt64>)
    func property(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        var tally = RebalanceTally()
        for _ in 0..<Self.portfoliosPerSeed {
            var book = RandomBook(&dice)
            try book.check(&tally)
        }
        #expect(tally.traded > 50, "\(tally)")
        #expect(tally.endedWithin > 20 && tally.limited > 2, "\(tally)")
    }
}

/// How often what was checked came about.
struct RebalanceTally {
    var traded = 0
    var endedWithin = 0
    /// The gate made an order smaller or denied it.
    var limited = 0
}

/// An account with random positions and limits, and targets for most of them.
struct RandomBook {
    private let bench: Bench
    private let terms: [InstrumentTerms]
    private let leverage: Rate
    private let quotes: [(bid: Price, ask: Price)]
    private let targets: [Rate?]
    private let band: Rate
    private let taker: Rate
    private let isForced: Bool
    private let limits: LimitSet
    private var minute: Int64 = 1

    private static let opening = 100_000 as Money

    init(_ dice: inout Dice) {
        let count = Int(dice.number(2...6))
        var setup = EngineSetup.small(.quotes, instruments: count)
        for index in 0..<count {
            let lot = [1_000_000, 10_000_000, 100_000_000][Int(dice.number(0...2))] as Int64
            setup.instruments[index].terms.lot = Quantity(raw: lot)
            setup.instruments[index].terms.minQuantity = Quantity(raw: lot)
            setup.instruments[index].terms.maxQuantity = 1_000_000
            setup.instruments[index].terms.minNotional = dice.chance(1, in: 3) ? 10 : 0
        }
        taker = Rate(raw: dice.number(0...2_000_000))
        setup.venue.takerRate = taker
        setup.accounts[0].terms.openingBalance = Self.opening
        leverage = dice.chance(1, in: 3) ? Rate(raw: 2_000_000_000) : .one
        setup.accounts[0].terms.maxLeverage = leverage
        terms = setup.instruments.map(\.terms)
        bench = Bench(setup, [ScriptedStrategy()])
        quotes = (0..<count).map { _ in
            let bid = dice.number(100...50_000) * 10_000_000
            return (Price(raw: bid), Price(raw: bid + dice.number(1...3) * 10_000_000))
        }
        var left: Int64 = dice.number(300_000_000...950_000_000)
        targets = (0..<count).map { _ in
            guard !dice.chance(1, in: 6) else { return nil }
            let share = dice.number(0...left / 2)
            left -= share
            return Rate(raw: share)
        }
        band = Rate(raw: dice.number(5_000_000...60_000_000))
        isForced = dice.chance(1, in: 8)
        limits = dice.chance(1, in: 2) ? LimitSet() : Self.limits(&dice)
        tick()
        var funds: Int64 = 95_000
        for index in 0..<count {
            let amount = dice.number(0...funds / 2)
            funds -= amount
            let lot = setup.instruments[index].terms.lot.raw
            let lots = Int64(Int128(amount) * 100_000_000_000_000_000 / Int128(quotes[index].ask.raw) / Int128(lot))
            if lots > 0 { _ = bench.submit(order(.buy, Quantity(raw: lots * lot), index)) }
        }
        tick()
        bench.engine.setLimits(limits, scope: .account, index: 0)
    }

    private static func limits(_ dice: inout Dice) -> LimitSet {
        var limits = LimitSet()
        let amount = Money(raw: Int128(dice.number(2_000...40_000)) * 100_000_000)
        switch dice.number(0...4) {
        case 0: limits.maxOrderNotional = amount
        case 1: limits.maxPositionNotional = amount
        case 2: limits.maxConcentration = Rate(raw: dice.number(50_000_000...400_000_000))
        case 3: limits.maxGrossExposure = Money(raw: amount.raw * 2)
        default: limits.maxPositionEquityFraction = Rate(raw: dice.number(50_000_000...400_000_000))
        }
        return limits
    }

    private func order(_ side: Side, _ quantity: Quantity, _ instrument: Int) -> OrderIntent {
        OrderIntent(
            strategy: 0, instrument: UInt32(instrument), tag: 0, side: side, kind: .market, quantity: quantity,
            origin: .operator)
    }

    /// The same prices once more: what works trades.
    private mutating func tick() {
        for (index, quote) in quotes.enumerated() {
            bench.feed(.quote(minute, quote.bid, quote.ask, instrument: UInt32(index)))
        }
        minute += 1
    }

    private func mark(_ index: Int) -> Price { bench.engine.mark(index) }
    private func value(_ index: Int) -> Money {
        Money.value(mark(index), bench.position(instrument: index)) ?? .zero
    }
    private var equity: Money { bench.engine.equity(account: 0) ?? .zero }

    private func holdings() -> [RebalanceHolding] {
        targets.indices.map { index in
            let half = (quotes[index].ask.approximate - quotes[index].bid.approximate) / 2
            let cost = taker.raw + Int64((half / mark(index).approximate * 1e9).rounded(.up)) + 1
            return RebalanceHolding(
                quantity: bench.position(instrument: index), price: mark(index),
                terms: terms[index], target: targets[index], costRate: Rate(raw: cost))
        }
    }

    mutating func check(_ tally: inout RebalanceTally) throws {
        let holdings = holdings()
        let plan = try RebalancePlan(
            equity: equity, holdings, band: band, leverage: leverage, isForced: isForced)
        let direct = try RebalancePlan(equity: equity, holdings, band: band, leverage: leverage, isForced: true)
        if plan.trades.isEmpty {
            #expect(isForced || plan.isWithinBands || !plan.obstacles.isEmpty)
            return
        }
        tally.traded += 1
        checkTurnover(plan, direct, holdings)
        let before = targets.indices.map(value)
        let equityBefore = equity
        var isLimited = false
        for isShrinking in [true, false] {
            for trade in plan.trades where trade.isShrinking == isShrinking {
                var intent = order(trade.side, trade.quantity, trade.index)
                let judgement = bench.engine.judgement(of: intent)
                if !judgement.isApproved {
                    isLimited = true
                    guard let passing = judgement.passingQuantity else { continue }
                    intent.quantity = passing
                }
                let isApproved = bench.submit(intent)
                #expect(isApproved, "what the judgement lets pass passes")
                if let most = limits.maxOrderNotional, !trade.isShrinking {
                    let quote = quotes[trade.index]
                    #expect(Money.value(quote.ask, intent.quantity) ?? .zero <= most)
                }
            }
            tick()
            #expect(bench.engine.workingOrderCount == 0)
        }
        checkLimits(before, equityBefore)
        tally.limited += isLimited ? 1 : 0
        guard !isLimited, plan.obstacles.isEmpty, !isForced else { return }
        tally.endedWithin += 1
        for (index, target) in targets.enumerated() {
            guard let target else { continue }
            let weight = value(index).approximate / equity.approximate
            #expect(
                abs(weight - target.approximate) <= band.approximate + 1e-9,
                "instrument \(index): \(weight), target \(target), band \(band), equity \(equity), \(plan)")
        }
    }

    /// Neither of the sum, nor of any instrument; and bands are wider than costs here, so that neither the direct solution of
    /// somebody who does not think of costs is exceeded: the nearest whole lots to target × equity.
    private func checkTurnover(_ plan: RebalancePlan, _ direct: RebalancePlan, _ holdings: [RebalanceHolding]) {
        #expect(plan.turnover <= direct.turnover)
        for trade in plan.trades {
            let other = direct.trades.first { $0.index == trade.index }
            #expect(trade.quantity <= other?.quantity ?? .zero && trade.side == other?.side)
        }
        guard !isForced else { return }
        var naive = 0.0
        for (index, holding) in holdings.enumerated() {
            guard let target = holding.target else { continue }
            let lot = mark(index).approximate * holding.terms.lot.approximate
            let distance = abs(value(index).approximate - target.approximate * equity.approximate)
            naive += (distance / lot).rounded() * lot
        }
        #expect(plan.turnover.approximate <= naive + 1e-6, "\(plan.turnover), \(naive)")
    }

    /// A limit that held holds; one that did not is not used more.
    private func checkLimits(_ before: [Money], _ equity: Money) {
        let after = targets.indices.map(value)
        func check(_ most: Money?, _ before: Money, _ after: Money) {
            guard let most else { return }
            #expect(after <= max(most, before), "\(after) of \(most), before \(before)")
        }
        for index in targets.indices {
            check(limits.maxPositionNotional, before[index].magnitude, after[index].magnitude)
            check(limits.maxConcentration.map(equity.times), before[index].magnitude, after[index].magnitude)
            check(limits.maxPositionEquityFraction.map(equity.times), before[index].magnitude, after[index].magnitude)
        }
        let gross = (before.reduce(Money.zero) { $0 + $1.magnitude }, after.reduce(Money.zero) { $0 + $1.magnitude })
        check(limits.maxGrossExposure, gross.0, gross.1)
        check(equity.times(leverage), gross.0, gross.1)
    }
}
