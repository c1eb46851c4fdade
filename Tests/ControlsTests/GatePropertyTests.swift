import Controls
import Testing
import Trading

/// What must hold for every order, whatever the limits and the book: 20,000 random orders, 200,000 in a release build.
@Suite("What accepting an order may do")
struct GatePropertyTests {
    #if DEBUG
        private static let ordersPerSeed = 2_000
    #else
        private static let ordersPerSeed = 20_000
    #endif

    /// Rules that hold for orders that only shrink a position as well; the holding time, where the program says so.
    private static let strictRules: Set<RuleID> = [
        .tradingState, .instrument, .reduceOnly, .tradingHours, .selfTrade, .minHolding,
    ]

    @Test(
        "what-if and judgement agree; no limit is broken or used more beyond it; reducing orders pass what exempts them",
        arguments: 1...10 as ClosedRange<UInt64>)
    func accepting(_ seed: UInt64) {
        var random = SeededRandom(seed: seed &* 0x9E37)
        var approved = 0
        var reduced = 0
        var shrunk = 0
        for _ in 0..<(Self.ordersPerSeed / 50) {
            var gate = RandomOrders.gate(&random)
            let limits = LimitScope.allCases.map { ($0, gate.limits(scope: $0, index: $0 == .system ? 0 : 1)) }
            var time = noon
            for _ in 0..<50 {
                time = time + Int64.random(in: 0...2_000_000_000, using: &random)
                let order = RandomOrders.order(at: time, &random)
                let asked = gate.assess(order)
                let foretold = gate.lines
                let verdict = gate.judge(order)
                #expect(asked == verdict.failedRules && foretold == gate.lines, "seed \(seed)")
                if order.reducesBoth {
                    reduced += 1
                    let broken = gate.findings.map(\.rule).filter { !Self.strictRules.contains($0) }
                    #expect(broken.isEmpty, "seed \(seed): a reducing order is denied by \(broken)")
                }
                if order.isSmaller { shrunk += 1 }
                guard verdict.isApproved else { continue }
                approved += 1
                for (scope, set) in limits { check(order, set, scope, seed) }
            }
        }
        #expect(approved > Self.ordersPerSeed / 50, "\(approved) approvals prove little")
        #expect(reduced > Self.ordersPerSeed / 50 && shrunk > Self.ordersPerSeed / 200)
    }

    private func check(_ order: OrderContext, _ limits: LimitSet, _ scope: LimitScope, _ seed: UInt64) {
        for measure in order.measures(limits, scope) {
            let isBroken = measure.after > measure.limit
            let isWorse = measure.after > measure.before
            #expect(
                !(isBroken && isWorse),
                "seed \(seed): \(measure.name) of \(scope.name): \(measure.before) → \(measure.after) of \(measure.limit)"
            )
        }
    }
}

/// What a limit measures, before and after an order was accepted.
private struct Measure {
    var name: String
    var before: Int128
    var after: Int128
    var limit: Int128
}

/// A book as the test counts it, in units of 1e-8, with the value of each part at its own price.
private struct PlainBook {
    var position: Int128
    var buys: Int128
    var sells: Int128
    /// Of what the order adds: quantity and price.
    var added: (side: Side, quantity: Int128, price: Int128)?

    func reach(_ side: Side) -> Int128 {
        let extra = added.map { $0.side == side ? $0.quantity : 0 } ?? 0
        return max(0, side == .buy ? position + buys + extra : -position + sells + extra)
    }

    /// What was there at the market, what the order adds at its own price; in 1e-17.
    func value(_ side: Side, market: Int128) -> Int128 {
        var old = self
        old.added = nil
        guard let added, added.side == side else { return reach(side) * market }
        return old.reach(side) * market + (reach(side) - old.reach(side)) * added.price
    }

    func gross(market: Int128) -> Int128 { max(value(.buy, market: market), value(.sell, market: market)) }
}

extension OrderContext {
    fileprivate var isSmaller: Bool {
        guard let replaced else { return false }
        return purpose == .modify && intent.quantity <= replaced.remaining && intent.price == replaced.price
            && intent.stopPrice == replaced.stopPrice
    }

    fileprivate var reducesBoth: Bool { shrinks(own) && shrinks(net) }

    private func shrinks(_ book: Book) -> Bool {
        let held = intent.side == .buy ? -book.position.raw : book.position.raw
        let working = intent.side == .buy ? book.buys.raw : book.sells.raw
        return intent.quantity.raw > 0 && held >= working + intent.quantity.raw
    }

    private var touch: Int128 {
        let price = intent.side == .buy ? market.ask : market.bid
        return Int128(price.raw > 0 ? price.raw : market.last.raw)
    }

    /// What it may trade at, in 1e-9.
    private var ownPrice: Int128 {
        if intent.kind.hasLimitPrice { return Int128(intent.price.raw) }
        let waits = intent.kind.hasStopPrice && purpose != .trigger && !isTriggered
        return waits ? Int128(intent.stopPrice.raw) : touch
    }

    /// Before: with the order that a modify replaces, where there is one.
    private func books(_ book: Book) -> (before: PlainBook, after: PlainBook) {
        var before = PlainBook(
            position: Int128(book.position.raw), buys: Int128(book.buys.raw), sells: Int128(book.sells.raw))
        var after = before
        after.added = (intent.side, Int128(intent.quantity.raw), ownPrice)
        if purpose == .modify, let replaced {
            let price = intent.kind.hasLimitPrice ? replaced.price.raw : replaced.stopPrice.raw
            before.added = (intent.side, Int128(replaced.remaining.raw), price > 0 ? Int128(price) : touch)
        }
        return (before, after)
    }

    /// The limits of one scope on what orders add up to, recounted; nothing where prices or rates are unknown.
    fileprivate func measures(_ limits: LimitSet, _ scope: LimitScope) -> [Measure] {
        let (before, after) = books(scope == .strategy ? own : net)
        var measures: [Measure] = []
        func add(_ name: String, _ limit: Int128?, _ value: (PlainBook) -> Int128) {
            guard let limit else { return }
            measures.append(Measure(name: name, before: value(before), after: value(after), limit: limit))
        }
        let side = intent.side
        add("position", limits.maxPositionQuantity.map { Int128($0.raw) }) { $0.reach(side) }
        guard funds.rate == .one, ownPrice > 0, touch > 0 else { return measures }
        let market = touch
        let scale = Int128(1_000_000_000)
        add("position's value", limits.maxPositionNotional.map { $0.raw * scale }) { $0.value(side, market: market) }
        let equity = max(funds.equity?.raw ?? 0, 0)
        add("share of equity", limits.maxPositionEquityFraction.map { equity * Int128($0.raw) }) {
            $0.value(side, market: market)
        }
        guard scope != .instrument else { return measures }
        let others = scope == .strategy ? ownOthers?.gross.raw : funds.otherExposure?.raw
        if let others {
            add("gross exposure", limits.maxGrossExposure.map { $0.raw * scale }) {
                others * scale + $0.gross(market: market)
            }
            let budget = scope == .strategy ? limits.budgetAllocation : limits.budgetCap
            add("budget", budget.map { $0.raw * scale }) { others * scale + $0.gross(market: market) }
        }
        // What reduces may come on top of the orders that work.
        if let openOrders, purpose == .submit, !shrinks(scope == .strategy ? own : net), let most = limits.maxOpenOrders
        {
            let count = Int128(scope == .strategy ? openOrders.strategy : openOrders.account)
            measures.append(Measure(name: "open orders", before: count, after: count + 1, limit: Int128(most)))
        }
        return measures
    }
}
