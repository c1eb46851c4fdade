import StrategyKit
import StrategyTesting
import Testing

/// Does what the close says, in cents.
private struct Puppet: Strategy {
    static let info = StrategyInfo(id: "Puppet", name: "Puppet")
    var tag: OrderTag?
    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        switch Int(bar.close.double) {
        case 1: tag = context.buy(2, .limit(0.5))
        case 2: if let tag { context.modify(tag, limitPrice: 0.75) }
        case 3: if let tag { context.cancel(tag) }
        case 4: context.cancelAll()
        case 5: context.sell(1, .stopLimit(stop: 0.9, limit: 0.8), timeInForce: .day, reduceOnly: true)
        case 6: context.buy(0)
        case 7: context.sell(1, .limit(0))
        case 8: context.submit(.buy, 1, in: 9)
        case 9: context.moveTo(-3)
        case 10: context.closePosition()
        case 12:
            context.sell(
                1, .trailingStop(behind: .fraction(0.1)), timeInForce: .goodTillDate,
                expires: context.now + .seconds(60))
        case 13: context.buy(1, .limit(0.5), postOnly: true)
        case 14: context.buy(2, stopLoss: 0.5, takeProfit: 20)
        case 15: context.buy(1, timeInForce: .goodTillDate)
        case 16: context.sell(1, .trailingStop(behind: .fraction(1)))
        case 11: context.log("\(context.workingOrderCount) work, position \(context.position.quantity)")
        default: break
        }
    }
}

@Suite("Orders of a strategy")
struct OrderTests {
    private let scenario: Scenario
    init() throws { scenario = try Scenario(Puppet.self) }

    private func step(_ number: Int) {
        let second = Int64(scenario.intents.count + 1) * 1_000_000_000
        scenario.play(
            .bar(open: 1, close: Price(Double(number)), at: Timestamp(nanoseconds: second), interval: .seconds(1)))
    }

    @Test("submits a limit order, modifies only what is given, and cancels it")
    func limitOrder() throws {
        scenario.holdsFills = true
        step(1)
        try scenario.expectLastOrder(.buy, 2, limitPrice: 0.5, reduceOnly: false)
        step(2)
        let tag = try #require(scenario.orders.first?.tag)
        #expect(scenario.intents.last == .modify(tag: tag, quantity: 2, limitPrice: 0.75, stopPrice: 0))
        step(11)
        #expect(scenario.logLines.last == "1 work, position 0")
        step(3)
        step(11)
        #expect(scenario.logLines.last == "0 work, position 0")
        #expect(scenario.workingOrders.isEmpty)
    }

    @Test("cancelAll asks only when something works")
    func cancelAll() throws {
        scenario.holdsFills = true
        step(4)
        #expect(scenario.intents.isEmpty)
        step(1)
        step(4)
        #expect(scenario.workingOrders.isEmpty)
        step(11)
        #expect(scenario.logLines == ["0 work, position 0"])
    }

    @Test("a stop-limit order carries both prices, time in force and reduce-only")
    func stopLimit() throws {
        scenario.holdsFills = true
        step(5)
        let order = try #require(scenario.orders.last)
        #expect(order.kind == 4 && order.stopPrice == 0.9 && order.limitPrice == 0.8)
        #expect(order.timeInForce == .day && order.reduceOnly)
    }

    @Test("a trailing stop, its time and post-only are written as the host reads them")
    func conditions() throws {
        scenario.holdsFills = true
        step(12)
        step(13)
        let trailing = try #require(scenario.orders.first)
        #expect(trailing.kind == 5 && trailing.trail == .fraction(0.1) && trailing.stopPrice == .zero)
        #expect(trailing.timeInForce == .goodTillDate && trailing.expires != nil && !trailing.postOnly)
        #expect(scenario.orders.last?.postOnly == true)
    }

    @Test("a bracket's legs come with the fill, are known by their tags, and one ends the other")
    func bracket() throws {
        step(14)
        let entry = try #require(scenario.orders.first)
        #expect(entry.stopLoss == 0.5 && entry.takeProfit == 20)
        step(11)
        #expect(scenario.workingOrders.map(\.tag) == [entry.tag.stopLoss, entry.tag.takeProfit])
        step(11)
        #expect(scenario.logLines.last == "2 work, position 2")
        scenario.play(.bar(open: 21, close: 21, at: Timestamp(nanoseconds: 90_000_000_000), interval: .seconds(1)))
        #expect(scenario.position() == 0 && scenario.workingOrders.isEmpty)
    }

    @Test("a trailing stop follows the market in a scenario, too")
    func trailing() throws {
        step(1)
        step(12)
        func bar(_ close: Price, _ second: Int64) {
            scenario.play(
                .bar(
                    open: close, close: close, at: Timestamp(nanoseconds: second * 1_000_000_000), interval: .seconds(1)
                ))
        }
        bar(20, 30)
        bar(19, 31)
        bar(17, 32)
        #expect(scenario.lastFillPrice == 17)
    }

    @Test(
        "an order that cannot be one is not sent; the log says why",
        arguments: [
            (6, "order not sent: quantity 0 must be above 0"),
            (7, "order not sent: limit price 0 must be above 0"),
            (8, "order not sent: the strategy is not bound to instrument 9"),
            (15, "order not sent: a good-till-date order, and no other, needs a time at which it expires"),
            (16, "order not sent: a trailing stop's distance must be above 0, and a fraction below 1"),
        ])
    func impossible(number: Int, text: String) throws {
        step(number)
        #expect(scenario.orders.isEmpty)
        #expect(scenario.logLines == [text])
    }

    @Test("moveTo sends what is missing, once, and closePosition leaves nothing")
    func target() throws {
        step(9)
        try scenario.expectLastOrder(.sell, 3, reduceOnly: false)
        step(9)
        try scenario.expectOrders(1)
        try scenario.expectPosition(-3)
        step(10)
        try scenario.expectLastOrder(.buy, 3, reduceOnly: true)
        step(11)
        try scenario.expectPosition(0)
        #expect(scenario.logLines == ["0 work, position 0"])
    }

    @Test("a denied order works no longer")
    func denied() throws {
        scenario.deniesOrders = true
        step(9)
        step(11)
        #expect(scenario.logLines == ["0 work, position 0"])
        step(9)
        try scenario.expectOrders(2)
        #expect(scenario.orders.map(\.tag.raw) == [1, 2])
    }
}
