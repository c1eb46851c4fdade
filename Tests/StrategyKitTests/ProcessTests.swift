import CStrategyABI
import StrategyKit
import Testing

/// Counts what it hears; buys on a close of 7, logs on 8, sets a timer on 9.
private struct Listener: Strategy {
    static let info = StrategyInfo(id: "Listener", name: "Listener")
    static let events: EventSet = [.bars, .trades, .quotes, .depth, .status]
    var heard: [String] = []

    mutating func onStart(_ context: inout Context) { heard.append("start") }
    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        heard.append("bar\(bar.close.raw)" + (bar.vwap.map { " vwap \($0.raw)" } ?? ""))
        switch bar.close.raw {
        case 7: context.buy(1)
        case 8: context.log("bar \(bar.close.raw) at \(context.now.nanoseconds)")
        case 9: context.setTimer(5, after: .seconds(1))
        case 10: for _ in 0..<100 { context.buy(1) }
        case 11: context.log(.info, String(repeating: "ä", count: 500))
        case 12: context.log(.info, "heard: " + heard.joined(separator: ","))
        default: break
        }
    }
    mutating func onTrade(_ trade: Trade, _ context: inout Context) { heard.append("trade") }
    mutating func onQuote(_ quote: Quote, _ context: inout Context) { heard.append("quote") }
    mutating func onDepth(_ depth: Depth, _ context: inout Context) {
        heard.append("depth")
        for level in depth.bids { heard.append("bid \(level.quantity) at \(level.price)") }
        for level in depth.asks { heard.append("ask \(level.quantity) at \(level.price)") }
        if let change = depth.changedLevel {
            heard.append("\(change.side) \(change.number) is \(change.level.quantity) at \(change.level.price)")
        }
    }
    mutating func onFunding(_ funding: Funding, _ context: inout Context) {
        guard funding.rate != 0 else { return }
        heard.append("funding \(funding.amount) at \(funding.rate) until \(funding.nextTime?.nanoseconds ?? 0)")
    }
    mutating func onTimer(_ id: UInt32, _ context: inout Context) { heard.append("timer\(id)") }
    mutating func onStatus(_ status: StatusChange, _ context: inout Context) { heard.append("\(status)") }
}

/// One value for all instruments.
private struct Pair: Strategy {
    static let info = StrategyInfo(id: "Pair", name: "Pair")
    static let scope = StrategyScope.allInstruments
    var closes: [Int64] = []
    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        closes.append(bar.close.raw)
        if closes.count == 2 { context.submit(.sell, 1, in: 1 - bar.instrument) }
    }
}

private func text(_ records: [strategy_intent_v1_t]) -> String {
    var bytes: [UInt8] = []
    for (index, record) in records.enumerated() {
        withUnsafeBytes(of: record) { bytes += $0.dropFirst(index == 0 ? 24 : 16) }
    }
    let length = records.first.map { unsafeBitCast($0, to: strategy_log_v1_t.self).length } ?? 0
    return String(decoding: bytes.prefix(Int(length)), as: UTF8.self)
}

@Suite("The event loop")
struct ProcessTests {
    private func heard(_ instance: RawInstance) throws -> String {
        text(instance.process([bar(12)]).records)
    }

    @Test("consumes a whole block while nothing is written, and none of an empty one")
    func wholeBlock() throws {
        let instance = try RawInstance(Listener.self)
        #expect(instance.process([bar(1), bar(2), bar(3)]).consumed == 3)
        #expect(instance.process([]).consumed == 0)
        #expect(try heard(instance) == "heard: start,bar1,bar2,bar3,bar12")
    }

    @Test("stops right after the event in which it wrote, its MORE records included")
    func stopsAfterIntent() throws {
        let instance = try RawInstance(Listener.self)
        var more = strategy_bar_more_v1_t()
        more.type = UInt16(STRATEGY_EVENT_MORE)
        more.vwap = 77
        let events = [
            bar(1), bar(7, flags: 1), unsafeBitCast(more, to: strategy_event_v1_t.self), event(STRATEGY_EVENT_MORE),
            bar(3),
        ]
        let (consumed, records) = instance.process(events)
        #expect(consumed == 4)
        #expect(records.count == 1 && Int(records[0].type) == STRATEGY_INTENT_SUBMIT && records[0].tag == 1)
        #expect(instance.process([bar(3)]).consumed == 1)
        #expect(try heard(instance) == "heard: start,bar1,bar7 vwap 77,bar3,bar12")
    }

    @Test("steps over types that it does not know, lone MORE records and instruments that are not its own")
    func skips() throws {
        let instance = try RawInstance(Listener.self, instruments: ["AAA", "BBB"], bound: [0])
        let events = [
            event(0), event(999), event(STRATEGY_EVENT_MORE), event(STRATEGY_EVENT_FUNDING), bar(1, instrument: 1),
            bar(2, instrument: 70_000), bar(4), event(STRATEGY_EVENT_POSITION, instrument: 70_000),
        ]
        #expect(instance.process(events).consumed == events.count)
        #expect(try heard(instance) == "heard: start,bar4,bar12")
    }

    @Test("hands each kind of event to its callback")
    func kinds() throws {
        let instance = try RawInstance(Listener.self)
        var status = strategy_status_v1_t()
        status.type = UInt16(STRATEGY_EVENT_TRADING_STATE)
        status.code = 2
        var funding = strategy_funding_v1_t()
        funding.type = UInt16(STRATEGY_EVENT_FUNDING)
        funding.rate = 100_000
        funding.amount = -7
        funding.next_time = 99
        let kinds = [STRATEGY_EVENT_TRADE, STRATEGY_EVENT_QUOTE, STRATEGY_EVENT_DEPTH].map { event($0) }
        _ = instance.process(
            kinds + [
                unsafeBitCast(status, to: strategy_event_v1_t.self),
                unsafeBitCast(funding, to: strategy_event_v1_t.self),
            ])
        #expect(
            try heard(instance)
                == "heard: start,trade,quote,depth,trading(StrategyKit.StatusChange.TradingState.halted),funding -7 at 100000 until 99,bar12"
        )
    }

    @Test("a timer comes back to the value that set it, under its own number")
    func timers() throws {
        let instance = try RawInstance(Listener.self, instruments: ["AAA", "BBB"])
        let records = instance.process([bar(9, instrument: 1)]).records
        let wanted = unsafeBitCast(try #require(records.first), to: strategy_set_timer_v1_t.self)
        #expect(wanted.due == 1_000_000_001)
        var timer = strategy_timer_v1_t()
        timer.type = UInt16(STRATEGY_EVENT_TIMER)
        timer.timer_id = wanted.tag
        var foreign = timer
        foreign.timer_id = 5
        _ = instance.process([
            unsafeBitCast(timer, to: strategy_event_v1_t.self), unsafeBitCast(foreign, to: strategy_event_v1_t.self),
        ])
        #expect(try heard(instance) == "heard: start,bar12")
        let second = text(instance.process([bar(12, instrument: 1)]).records)
        #expect(second == "heard: start,bar9,timer5,bar12")
    }

    @Test("writes no intent beyond the buffer, and reports how many did not fit")
    func fullBuffer() throws {
        let instance = try RawInstance(Listener.self)
        #expect(instance.process([bar(10)], capacity: 64).records.count == 64)
        let report = text(instance.process([bar(1)]).records)
        #expect(report == "36 intents did not fit into the host's buffer of 64 records and were dropped")
    }

    @Test("writes a long line over MORE records and cuts it between characters")
    func longLine() throws {
        let instance = try RawInstance(Listener.self)
        let records = instance.process([bar(11)]).records
        #expect(records.count == 17)
        #expect(records.dropFirst().allSatisfy { Int($0.type) == STRATEGY_INTENT_MORE })
        #expect(records.dropLast().allSatisfy { $0.flags == 1 } && records.last?.flags == 0)
        #expect(text(records) == String(repeating: "ä", count: 404))
        // Half a buffer: the line does not fit, so nothing of it is written.
        #expect(instance.process([bar(11)], capacity: 16).records.isEmpty)
    }

    @Test("writes no line below the level that the host wants")
    func logLevel() throws {
        let instance = try RawInstance(Listener.self)
        let setLevel = try #require(try instance.table(STRATEGY_EXT_LOG, strategy_log_ext_v1_t.self).set_level)
        #expect(instance.process([bar(8, time: 5)]).records.count == 1)
        setLevel(instance.pointer, UInt32(STRATEGY_LOG_WARNING))
        #expect(instance.process([bar(8)]).records.isEmpty)
        setLevel(instance.pointer, 0)
        #expect(text(instance.process([bar(8, time: 6)]).records) == "bar 8 at 6")
    }

    @Test("gives each instrument a value of its own, or one value to all")
    func scopes() throws {
        let each = try RawInstance(Listener.self, instruments: ["AAA", "BBB"])
        _ = each.process([bar(1), bar(2, instrument: 1)])
        #expect(try heard(each) == "heard: start,bar1,bar12")
        let all = try RawInstance(Pair.self, instruments: ["AAA", "BBB"])
        let records = all.process([bar(1), bar(2, instrument: 1)]).records
        let order = unsafeBitCast(try #require(records.first), to: strategy_submit_v1_t.self)
        #expect(order.instrument == 0 && Int(order.side) == STRATEGY_SIDE_SELL)
    }
}
