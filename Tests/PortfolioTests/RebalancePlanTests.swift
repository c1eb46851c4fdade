import Testing
import Trading

@testable import Portfolio

@Suite("Plans of a rebalancing")
struct RebalancePlanTests {
    private func holding(
        _ quantity: String, at price: String, lot: String = "0.001", target: String?, cost: String = "0",
        least: String = "0", most: String = "1000000"
    ) -> RebalanceHolding {
        var terms = InstrumentTerms(
            tick: Price(raw: 1), lot: Quantity(lot)!, minQuantity: Quantity(lot)!, maxQuantity: Quantity(most)!)
        terms.minNotional = Money(least)!
        return RebalanceHolding(
            quantity: Quantity(quantity)!, price: Price(price)!, terms: terms, target: target.map { Rate($0)! },
            costRate: Rate(cost)!)
    }

    private func plan(
        _ equity: String, _ holdings: [RebalanceHolding], band: String = "0.02", isForced: Bool = false
    ) throws -> RebalancePlan {
        try RebalancePlan(equity: Money(equity)!, holdings, band: Rate(band)!, isForced: isForced)
    }

    private func texts(_ plan: RebalancePlan) -> [String] {
        plan.trades.map { "\($0.side == .buy ? "buy" : "sell") \($0.quantity) of \($0.index)" }
    }

    @Test("within the bands nothing is traded; a forced one brings every weight to its target")
    func within() throws {
        let holdings = [holding("3.1", at: "100", target: "0.3"), holding("2.9", at: "100", target: "0.3")]
        let idle = try plan("1000", holdings)
        #expect(idle.trades.isEmpty && idle.isWithinBands && idle.weights.map(\.description) == ["0.31", "0.29"])
        #expect(texts(try plan("1000", holdings, isForced: true)) == ["sell 0.1 of 0", "buy 0.1 of 1"])
    }

    @Test("what has drifted is brought to the nearest edge of its band, sales first, and the rest is left alone")
    func nearestEdge() throws {
        let holdings = [
            holding("2", at: "100", target: "0.3"), holding("3.1", at: "100", target: "0.3"),
            holding("4", at: "100", target: "0.3"), holding("7", at: "100", target: nil),
        ]
        let plan = try plan("2000", holdings)
        // Edges: 560 … 640 of 2000.
        #expect(texts(plan) == ["buy 3.6 of 0", "buy 2.5 of 1", "buy 1.6 of 2"])
        let over = [holding("5", at: "100", target: "0.3"), holding("1", at: "100", target: "0.3")]
        #expect(texts(try self.plan("1000", over)) == ["sell 1.8 of 0", "buy 1.8 of 1"])
    }

    @Test("whole lots end inside of the edge")
    func lots() throws {
        let sell = try plan("1000", [holding("5", at: "100", lot: "0.7", target: "0.3", cost: "0")])
        #expect(texts(sell) == ["sell 2.1 of 0"], "two lots leave 360; three leave 290, of 280 … 320")
        let coarse = try plan("1000", [holding("5", at: "100", lot: "1.5", target: "0.42", cost: "0")])
        #expect(texts(coarse) == ["sell 1.5 of 0"], "350 is nearer to 420 than 500, and below the band")
        #expect(coarse.obstacles == [0: .coarseLot])
        let forced = try plan("1000", [holding("5", at: "100", lot: "1.5", target: "0.42")], isForced: true)
        #expect(texts(forced) == ["sell 1.5 of 0"] && forced.obstacles.isEmpty)
    }

    @Test("an order below the minimum grows up to the target, and is left out where that is not enough")
    func minimum() throws {
        let grows = try plan("1000", [holding("2.75", at: "100", target: "0.3", least: "20")])
        #expect(texts(grows) == ["buy 0.2 of 0"])
        let tooSmall = try plan("1000", [holding("2.75", at: "100", target: "0.3", least: "30")])
        #expect(tooSmall.trades.isEmpty && tooSmall.obstacles == [0: .belowMinimum] && !tooSmall.isWithinBands)
        let large = try plan("1000", [holding("0", at: "100", target: "0.3", most: "1")])
        #expect(texts(large) == ["buy 1 of 0"] && large.obstacles == [0: .aboveMaximum])
    }

    @Test("what purchases need is raised from the largest surplus, though that is within its band")
    func raised() throws {
        let holdings = [
            holding("3.5", at: "100", target: "0.333333333"), holding("3.52", at: "100", target: "0.333333333"),
            holding("2.98", at: "100", target: "0.333333333"),
        ]
        let plan = try plan("1000", holdings)
        // The third has to come to 313.333333: 1.54 lots more than there is cash for.
        #expect(texts(plan) == ["sell 0.154 of 1", "buy 0.154 of 2"])
    }

    @Test("a short position is bought back first; without equity there is no plan")
    func shorts() throws {
        let holdings = [holding("1", at: "100", target: "0.3"), holding("-2", at: "100", target: "0")]
        #expect(texts(try plan("1000", holdings)) == ["buy 1.8 of 1", "buy 1.8 of 0"])
        #expect(throws: RebalancePlan.Problem.noEquity) { try plan("0", holdings) }
        let beyond = RebalanceHolding(
            quantity: Quantity(raw: .max), price: Price(raw: .max), rate: Rate(raw: .max),
            terms: holdings[0].terms, target: .zero)
        #expect(throws: RebalancePlan.Problem.uncountable(index: 0)) { try plan("1000", [beyond]) }
    }

    /// Every combination of whole lots up to the direct solution, in Double: the least turnover that ends within all bands and
    /// borrows nothing.
    private func leastTurnover(_ equity: Double, _ holdings: [RebalanceHolding], _ band: Double) -> Double? {
        let lots = holdings.map { $0.price.approximate * $0.terms.lot.approximate }
        let values = holdings.map { $0.price.approximate * $0.quantity.approximate }
        let targets = holdings.map { $0.target?.approximate ?? 0 }
        let most = holdings.indices.map { Int((abs(values[$0] - targets[$0] * equity) / lots[$0]).rounded()) }
        var best: Double?
        var counts = holdings.map { _ in 0 }
        while true {
            var (turnover, cost, after) = (0.0, 0.0, values)
            for (index, count) in counts.enumerated() {
                let traded = Double(count) * lots[index]
                after[index] += values[index] > targets[index] * equity ? -traded : traded
                turnover += traded
                cost += traded * holdings[index].costRate.approximate
            }
            let left = equity - cost
            let isWithin = holdings.indices.allSatisfy { abs(after[$0] / left - targets[$0]) <= band + 1e-12 }
            if isWithin, after.reduce(0, +) <= left + 1e-9 { best = min(best ?? turnover, turnover) }
            guard let place = counts.indices.first(where: { counts[$0] < most[$0] }) else { return best }
            counts[place] += 1
            for index in 0..<place { counts[index] = 0 }
        }
    }

    @Test("on small books no combination of lots trades less, but for a lot where costs are bounded and cash is raised")
    func bruteForce() throws {
        var random = SeededGenerator(seed: 11)
        var (compared, raised) = (0, 0)
        for _ in 0..<1500 {
            let count = Int.random(in: 1...3, using: &random)
            let equity = 1000.0
            var left = Int.random(in: 300...1000, using: &random)
            let costs = Bool.random(using: &random) ? 0 : Int64.random(in: 0...2_000_000, using: &random)
            var funds = 1000
            let holdings = (0..<count).map { _ -> RebalanceHolding in
                let price = Int.random(in: 5...40, using: &random)
                let target = Int.random(in: 0...left, using: &random)
                left -= target
                let held = Int.random(in: 0...max(funds / price, 0), using: &random)
                funds -= held * price
                var one = holding(String(held), at: String(price), lot: "1", target: "0")
                one.target = Rate(raw: Int64(target) * 1_000_000)
                one.costRate = Rate(raw: costs)
                return one
            }
            let band = Int64.random(in: 5...80, using: &random)
            let plan = try RebalancePlan(
                equity: 100_000_000_000, holdings: holdings, bandThousandths: band)
            guard let least = leastTurnover(equity, holdings, Double(band) / 1000), plan.obstacles.isEmpty else {
                continue
            }
            compared += 1
            let turnover = plan.turnover.approximate
            let isPlain = costs == 0 && !plan.hasRaised(holdings, band)
            raised += isPlain ? 0 : 1
            let lot = holdings.map(\.price.approximate).max() ?? 0
            // Of costs the bound is taken, so that an edge is up to band × bound nearer: a lot each.
            #expect(
                turnover >= least - 1e-6 && turnover <= least + (isPlain ? 1e-6 : lot * Double(count)), "\(holdings)")
        }
        #expect(compared > 700 && raised > 50 && compared - raised > 200, "\(compared), \(raised)")
    }

    @Test("equal and inverse-volatility weights never add up to more than is invested")
    func weights() throws {
        #expect(
            RebalanceWeights.equal(3, invested: Rate("0.95")!).map(\.description) == [
                "0.316666666", "0.316666666", "0.316666666",
            ])
        #expect(RebalanceWeights.equal(0, invested: .one).isEmpty)
        let inverse = try #require(RebalanceWeights.inverseVolatility([0.1, 0.2, 0.4], invested: .one))
        #expect(inverse.map(\.description) == ["0.571428571", "0.285714285", "0.142857142"])
        for wrong in [[0.1, 0], [0.1, .nan], [.infinity], [-1]] as [[Double]] {
            #expect(RebalanceWeights.inverseVolatility(wrong, invested: .one) == nil)
        }
    }
}

extension RebalancePlan {
    fileprivate init(equity: Int128, holdings: [RebalanceHolding], bandThousandths: Int64) throws {
        try self.init(equity: Money(raw: equity), holdings, band: Rate(raw: bandThousandths * 1_000_000))
    }

    /// Something within its band was sold.
    fileprivate func hasRaised(_ holdings: [RebalanceHolding], _ band: Int64) -> Bool {
        trades.contains { trade in
            let target = holdings[trade.index].target ?? .zero
            let edge = Double(target.raw) / 1e9 + Double(band) / 1000
            guard trade.side == .sell else { return false }
            let after = weights[trade.index].approximate - trade.value.approximate / 1000
            return after < edge - holdings[trade.index].price.approximate / 1000 - 1e-9
        }
    }
}
