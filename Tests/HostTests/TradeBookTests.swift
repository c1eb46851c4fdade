import Journal
import Testing
import Trading

@testable import stratagem

@Suite("Trades of a book that nets")
struct TradeBookTests {
    /// One book in one instrument: fills in their order, by their prices.
    private struct Market {
        var book = TradeBook()
        var held = Quantity.zero
        var fills: UInt64 = 0

        mutating func trade(_ id: UInt64, _ side: Side, order: UInt64) {
            var record = TradeRecord(
                id: id, strategy: 1, account: 0, instrument: 0, side: side, requestJSON: "", user: "", channel: "",
                requestedAt: Timestamp(nanoseconds: 0), dueAt: Timestamp(nanoseconds: 0))
            record.state = .open
            record.orderID = order
            book.add(record)
        }

        mutating func fill(
            _ side: Side, _ quantity: String, at price: Int64, order: UInt64, owner: UInt64? = nil, ends: Bool = true
        ) {
            fills += 1
            let quantity = Quantity(quantity)!
            let price = Price(raw: price * Price.one.raw)
            let fill = Fill(
                id: fills, orderID: order, strategy: 1, account: 0, instrument: 0, side: side, liquidity: .taker,
                price: price, quantity: quantity, value: Money.value(price, quantity)!,
                commission: Money.value(Price(raw: 100_000_000), quantity)!, time: Timestamp(nanoseconds: Int64(fills)))
            book.take(fill, owner: owner, held: held, multiplier: 1)
            held = Quantity(raw: held.raw + side.sign * quantity.raw)
            guard ends else { return }
            let intent = OrderIntent(
                strategy: 1, instrument: 0, tag: 0, side: side, kind: .market, quantity: quantity)
            var done = Order(id: order, intent: intent, account: 0, at: fill.time)
            done.filled = quantity
            done.state = .filled
            book.endEntry(done, note: "")
        }

        /// What is held, what was made, what it cost.
        func state(_ id: UInt64) -> [String] {
            guard let trade = book[id] else { return [] }
            return ["\(trade.state)", "\(trade.held)", "\(trade.realized)", "\(trade.commission)"]
        }

        /// Trades never add up to more than the position, and never against it.
        var isCovered: Bool {
            let sums = Side.allCases.map { side in
                book.trades.filter { $0.side == side }.reduce(Quantity.zero) { $0 + $1.held }
            }
            return sums[0] <= max(held, .zero) && sums[1] <= max(Quantity(raw: -held.raw), .zero)
        }
    }

    @Test("a leg closes its own trade, whatever is older, and takes its part of the cost exactly")
    func ownLeg() {
        var market = Market()
        market.trade(1, .buy, order: 10)
        market.fill(.buy, "3", at: 100, order: 10)
        market.trade(2, .buy, order: 20)
        market.fill(.buy, "2", at: 110, order: 20)
        market.fill(.sell, "2", at: 115, order: 21, owner: 2)
        #expect(market.state(1) == ["open", "3", "0", "0.3"])
        #expect(market.state(2) == ["closed", "0", "10", "0.4"])
        #expect(market.isCovered)
    }

    @Test("what other orders close is the oldest trade's, and what no trade opened goes first")
    func others() {
        var market = Market()
        market.fill(.buy, "1", at: 90, order: 5)
        market.trade(1, .buy, order: 10)
        market.fill(.buy, "2", at: 100, order: 10)
        market.trade(2, .buy, order: 20)
        market.fill(.buy, "2", at: 110, order: 20)
        market.fill(.sell, "1", at: 120, order: 6)
        #expect(market.state(1) == ["open", "2", "0", "0.2"], "one unit belongs to no trade")
        market.fill(.sell, "3", at: 130, order: 7)
        #expect(market.state(1) == ["closed", "0", "60", "0.4"])
        #expect(market.state(2) == ["open", "1", "20", "0.3"])
        #expect(market.isCovered)
    }

    @Test("an entry against the position closes older trades before it opens")
    func opposite() {
        var market = Market()
        market.trade(1, .buy, order: 10)
        market.fill(.buy, "2", at: 100, order: 10)
        market.trade(2, .sell, order: 20)
        market.fill(.sell, "3", at: 90, order: 20)
        #expect(market.state(1) == ["closed", "0", "-20", "0.4"])
        #expect(market.state(2) == ["open", "1", "0", "0.1"])
        market.trade(3, .buy, order: 30)
        market.fill(.buy, "1", at: 80, order: 30)
        #expect(market.state(2) == ["closed", "0", "10", "0.2"])
        #expect(market.state(3) == ["closed", "0", "0", "0"], "all of it closed another one")
        #expect(market.book[3]?.filled == Quantity("1"))
        #expect(market.isCovered)
    }

    @Test("an entry in parts opens as it fills, and one that never fills is cancelled with the reason")
    func parts() {
        var market = Market()
        market.trade(1, .sell, order: 10)
        market.fill(.sell, "1", at: 100, order: 10, ends: false)
        market.fill(.buy, "1", at: 90, order: 11, owner: 1)
        #expect(market.state(1) == ["open", "0", "10", "0.2"], "its entry still works")
        market.fill(.sell, "1", at: 95, order: 10)
        #expect(market.state(1) == ["open", "1", "10", "0.3"])
        market.trade(2, .buy, order: 20)
        let intent = OrderIntent(strategy: 1, instrument: 0, tag: 0, side: .buy, kind: .limit, quantity: .one)
        var order = Order(id: 20, intent: intent, account: 0, at: Timestamp(nanoseconds: 9))
        order.state = .expired
        market.book.endEntry(order, note: "it has expired")
        #expect(market.book[2]?.state == .cancelled && market.book[2]?.note == "it has expired")
        #expect(market.book.takeChanges().map(\.id) == [1, 2])
        #expect(market.book.takeChanges().isEmpty && market.book.trades.map(\.id) == [1])
        #expect(market.book.ended.map(\.id) == [2])
    }

    @Test("over random fills the trades' results add up to the position's, and they stay covered")
    func random() {
        var draws = SeededDraws(seed: 11)
        for _ in 0..<200 {
            var market = Market()
            var cash = Money.zero
            for number in 1...30 as ClosedRange<UInt64> {
                let side: Side = draws.next() > 0 ? .buy : .sell
                let quantity = "\(1 + abs(draws.next()) % 5)"
                let price = 100 + draws.next() % 20
                market.trade(number, side, order: number)
                market.fill(side, quantity, at: price, order: number)
                cash -= Money(
                    raw: Int128(side.sign)
                        * Money.value(Price(raw: price * Price.one.raw), Quantity(quantity)!)!.raw)
                #expect(market.isCovered)
                let all = market.book.trades
                let sum = all.reduce(Quantity.zero) { $0 + Quantity(raw: $1.side.sign * $1.held.raw) }
                #expect(sum == market.held, "every fill is of a trade")
            }
            let all = market.book.trades
            let made = all.reduce(Money.zero) { $0 + $1.realized }
            let cost = all.reduce(Money.zero) { $0 + ($1.side == .buy ? $1.cost : -$1.cost) }
            #expect(made - cost == cash)
        }
    }
}

@Suite("Variance of trades")
struct TradeVarianceTests {
    private let terms = InstrumentTerms(
        tick: Price("0.0001")!, lot: Quantity("1000")!, minQuantity: Quantity("1000")!,
        maxQuantity: Quantity("10000000")!)

    @Test("draws are SplitMix64's, so anybody can draw them again")
    func reference() {
        // The generator's published first outputs for the seed 1234567.
        let outputs: [UInt64] = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        var draws = SeededDraws(seed: 1_234_567)
        for output in outputs { #expect(draws.next() == Int64(output % 2_000_000_001) - 1_000_000_000) }
    }

    @Test("size and levels stay within their amplitudes, on whole lots and ticks, and are the same for the same seed")
    func bounds() {
        let asked = TradeTerms.Levels(Quantity("100000")!, Price("1.05")!, Price("1.12")!)
        var sizes: Set<Int64> = []
        for seed in 1...2_000 as ClosedRange<UInt64> {
            let drawn = asked.drawn(size: Rate("0.05")!, levels: Rate("0.001")!, seed: seed, terms)
            #expect(drawn == asked.drawn(size: Rate("0.05")!, levels: Rate("0.001")!, seed: seed, terms))
            #expect(abs(drawn.quantity - asked.quantity) * 20 <= asked.quantity && drawn.quantity % terms.lot.raw == 0)
            for (drawn, asked) in [(drawn.stopLoss, asked.stopLoss), (drawn.takeProfit, asked.takeProfit)] {
                #expect(abs(drawn - asked) <= asked / 1000 + terms.tick.raw / 2 && drawn % terms.tick.raw == 0)
            }
            sizes.insert(drawn.quantity)
        }
        #expect(sizes.count == 11, "95,000 to 105,000 in lots of 1,000")
    }

    @Test("an amplitude of 0 is exact, and what is not there is not drawn")
    func exact() {
        let asked = TradeTerms.Levels(Quantity("100000")!, .zero, Price("1.12")!)
        let sized = asked.drawn(size: Rate("0.5")!, levels: .zero, seed: 3, terms)
        #expect(sized.stopLoss == 0 && sized.takeProfit == asked.takeProfit && sized.quantity != asked.quantity)
        let moved = asked.drawn(size: .zero, levels: Rate("0.1")!, seed: 3, terms)
        #expect(moved.quantity == asked.quantity && moved.stopLoss == 0 && moved.takeProfit != asked.takeProfit)
    }
}
