import CStrategyABI
import Engine
import Features
import ScriptedStrategies
import Testing
import Trading

/// Strategies that want features are given them right before their bars, as a feature set beside the engine has them.
@Suite("Features for strategies")
struct FeatureTests {
    /// What a strategy was given with one bar.
    struct Given: Equatable {
        let time: Int64
        let instrument: UInt32
        let interval: Int64
        let values: [Double?]
    }

    private static let names = Feature.all.map(\.name)
    private static let some = [
        "rsi_14", "ema_20", "avgprice", "atr_14", "return_5", "log_return_1", "day_of_week", "obv", "sma_10",
    ]

    private static func bench(
        _ setup: EngineSetup, _ lists: [[String]], _ answer: @escaping ScriptedStrategy.Answer = { _, _ in [] }
    ) throws -> Bench {
        let strategies = lists.map { _ in ScriptedStrategy(answer) }
        let bench = Bench(setup, strategies)
        for (index, list) in lists.enumerated() {
            bench.engine.attach(strategies[index].call(features: try FeatureList(list)), strategy: index)
        }
        return bench
    }

    /// The chains that a strategy saw, each with the bar behind it.
    private static func given(_ strategy: ScriptedStrategy) -> [Given] {
        let seen = strategy.seen
        return seen.indices.filter { seen[$0].kind == .features }.map { start in
            var end = start
            while seen[end].hasMore { end += 1 }
            let count = Int(truncatingIfNeeded: seen[start].payload.0 & 0xFFFF_FFFF)
            let values = seen.withUnsafeBufferPointer { buffer in
                (0..<count).map { strategy_features_value(buffer.baseAddress! + start, UInt32($0)) }
            }
            let bar = seen[end + 1]
            #expect(bar.kind == .bar && bar.time == seen[start].time && bar.instrument == seen[start].instrument)
            #expect(seen[start].flags >> 8 == bar.flags >> 8)
            return Given(
                time: bar.time, instrument: bar.instrument, interval: bar.asBar.interval,
                values: values.map { $0.isNaN ? nil : $0 })
        }
    }

    /// What they should be: a set for each instrument and length, by nobody but the test.
    private static func expected(
        _ events: [EventRecord], _ names: [String], instrument: UInt32, interval: Int64, from start: Int = 0
    ) -> [Given] {
        var set = FeatureSet()
        let places = names.compactMap { Feature.index(of: $0) }
        var result: [Given] = []
        for (index, event) in events.enumerated() where event.instrument == instrument {
            switch event.kind {
            case .bar where event.asBar.interval == interval:
                set.add(event.asBar)
                guard index >= start else { continue }
                result.append(
                    Given(
                        time: event.time, instrument: instrument, interval: interval,
                        values: places.map { set.value($0) }))
            case .quote: set.add(event.asQuote)
            case .trade: set.add(event.asTrade)
            default: break
            }
        }
        return result
    }

    /// Bars of several instruments and lengths, as a random walk.
    private static func bars(_ count: Int64, instruments: UInt32 = 1, every: [Int64] = [1], seed: UInt64 = 3)
        -> [EventRecord]
    {
        var dice = Dice(seed: seed)
        var prices = [Int64](repeating: 1000, count: Int(instruments))
        return (1...count).flatMap { minute -> [EventRecord] in
            every.filter { minute % $0 == 0 }.flatMap { length in
                (0..<instruments).map { instrument -> EventRecord in
                    let open = prices[Int(instrument)]
                    let close = max(500, open + dice.number(-9...9))
                    prices[Int(instrument)] = close
                    return EventRecord(
                        Bar(
                            instrument: instrument, closeTime: .minute(minute), interval: length * 60_000_000_000,
                            open: Price(open), high: Price(max(open, close) + dice.number(0...4)),
                            low: Price(min(open, close) - dice.number(0...4)), close: Price(close),
                            volume: Quantity(dice.number(1...50))))
                }
            }
        }
    }

    @Test("every bar comes with the values that a set of its own has, in one run and event by event")
    func values() throws {
        let events = FeatureTests.bars(300, instruments: 2)
        for list in [FeatureTests.some, FeatureTests.names] {
            let block = try FeatureTests.bench(.small(instruments: 2), [list])
            block.feed(events)
            let single = try FeatureTests.bench(.small(instruments: 2), [list])
            single.feedOneByOne(events)
            let seen = FeatureTests.given(block.strategies[0])
            #expect(seen == FeatureTests.given(single.strategies[0]))
            for instrument in UInt32(0)...1 {
                let wanted = FeatureTests.expected(events, list, instrument: instrument, interval: 60_000_000_000)
                #expect(wanted.count == 300 && seen.filter { $0.instrument == instrument } == wanted)
            }
            #expect(seen.last?.values.contains { $0 != nil } == true && seen[0].values.contains { $0 == nil })
        }
    }

    @Test("a chain and its bar come in one call, MORE records of the bar with them")
    func oneCall() throws {
        var bar = EventRecord.flat(1, 100)
        bar.flags |= UInt16(STRATEGY_FLAG_MORE)
        var more = BarMore()
        more.type = EventType.more.rawValue
        more.trade_count = 7
        let bench = try FeatureTests.bench(.small(), [FeatureTests.some])
        bench.feed([bar, EventRecord(more), .flat(2, 100)])
        // Started; a chain of two records, the bar and its MORE; a chain and a bar.
        #expect(FeatureTests.some.count > 5 && bench.strategies[0].callSizes == [1, 4, 3])
        #expect(bench.strategies[0].seen[4].payload.1 == 7)
    }

    @Test("each strategy gets its own list for its own bars, and one without a list gets bars alone")
    func lists() throws {
        let events = FeatureTests.bars(200, every: [1, 5])
        var setup = EngineSetup.small(strategies: 4)
        setup.strategies[0].timeframe = .oneMinute
        setup.strategies[1].timeframe = .fiveMinutes
        let lists = [["rsi_14", "ema_20"], FeatureTests.some, [], ["atr_14"]]
        let bench = try FeatureTests.bench(setup, lists)
        bench.feed(events)
        let seen = bench.strategies.map(FeatureTests.given)
        let (minute, five): (Int64, Int64) = (60_000_000_000, 300_000_000_000)
        #expect(seen[0] == FeatureTests.expected(events, lists[0], instrument: 0, interval: minute))
        #expect(seen[1] == FeatureTests.expected(events, lists[1], instrument: 0, interval: five))
        #expect(seen[2].isEmpty && bench.strategies[2].seen.filter { $0.kind == .bar }.count == 240)
        // Without a length of its own it has the values of each.
        for interval in [minute, five] {
            let own = seen[3].filter { $0.interval == interval }
            #expect(own == FeatureTests.expected(events, lists[3], instrument: 0, interval: interval))
        }
    }

    @Test("quotes and trades move the features of the book")
    func book() throws {
        var dice = Dice(seed: 5)
        let events = FeatureTests.bars(60).flatMap { bar -> [EventRecord] in
            let bid = 1000 + dice.number(0...5)
            let minute = (bar.time - Timestamp.minute(0).nanoseconds) / 60_000_000_000
            return [
                .quote(minute, Price(bid), Price(bid + dice.number(1...3)), size: Quantity(dice.number(1...9))),
                .trade(minute, Price(bid), Quantity(dice.number(1...9))), bar,
            ]
        }
        let list = ["spread", "mid_price", "trade_imbalance", "effective_spread_bps", "rsi_14"]
        var setup = EngineSetup.small([.bars, .quotes, .trades])
        setup.strategies[0].timeframe = .oneMinute
        let bench = try FeatureTests.bench(setup, [list])
        bench.feed(events)
        let seen = FeatureTests.given(bench.strategies[0])
        #expect(seen == FeatureTests.expected(events, list, instrument: 0, interval: 60_000_000_000))
        #expect(seen[59].values[0] != nil && seen[59].values[3] != nil)
    }

    @Test("a strategy that answers its features gets the verdict before the bar")
    func intents() throws {
        let bench = try FeatureTests.bench(.small(), [["avgprice"]]) { event, _ in
            event.kind == .features ? [.submit(.buy, 1, tag: UInt64(event.time))] : []
        }
        bench.feed(.flat(1, 100), .flat(2, 100))
        let stories = bench.strategies[0].seen.filter { $0.kind != .more }.map(\.kind.rawValue)
        let (features, bar) = (EventType.features.rawValue, EventType.bar.rawValue)
        let order = UInt16(STRATEGY_EVENT_ORDER)
        #expect(stories.prefix(4) == [UInt16(STRATEGY_EVENT_SESSION), features, order, bar])
        #expect(bench.engine.counters(strategy: 0).orders == 2)
    }

    @Test("new code that takes over goes on with the values of the set, whether its list is the same or another")
    func reload() throws {
        let events = FeatureTests.bars(200)
        for list in [["rsi_14", "ema_20"], ["atr_14", "sma_10"]] {
            let bench = try FeatureTests.bench(.small(), [["rsi_14", "ema_20"]])
            bench.feed(Array(events[..<80]))
            let next = ScriptedStrategy()
            let shadow = ShadowCall(next.call(features: try FeatureList(list)))
            bench.engine.setTape(EventTape(capacity: 1024), strategy: 0)
            bench.feed(Array(events[80..<100]))
            let taken = bench.engine.setTape(nil, strategy: 0)
            shadow.catchUp(try #require(taken))
            bench.engine.setShadow(shadow, strategy: 0)
            bench.feed(Array(events[100..<120]))
            bench.engine.swap(strategy: 0, to: shadow)
            bench.feed(Array(events[120...]))
            // Until it takes over it is given what the running one is given: of another list, nothing.
            let start = list[0] == "rsi_14" ? 80 : 120
            let wanted = FeatureTests.expected(events, list, instrument: 0, interval: 60_000_000_000, from: start)
            #expect(FeatureTests.given(next) == wanted && wanted.last?.values.contains(nil) == false)
            #expect(next.seen.filter { $0.kind == .bar }.count == 120)
        }
    }

    @Test("a strategy that comes, or gets bars of another length, has values from the next bar on")
    func growth() throws {
        let events = FeatureTests.bars(120, every: [1, 5])
        let bench = try FeatureTests.bench(.small(), [[]])
        bench.feed(Array(events[..<60]))
        var terms = EngineSetup.small().strategies[0]
        terms.id = "new"
        terms.timeframe = .oneMinute
        let index = bench.add(terms)
        let slot = try #require(index)
        let strategy = ScriptedStrategy()
        let call = strategy.call(features: try FeatureList(["avgprice", "return_5"]))
        bench.engine.attach(call, strategy: slot)
        _ = bench.enable(slot)
        bench.feed(Array(events[60..<100]))
        terms.timeframe = .fiveMinutes
        bench.engine.rebind(strategy: slot, terms, call: call)
        bench.feed(Array(events[100...]))
        let names = ["avgprice", "return_5"]
        let minutes = FeatureTests.expected(
            Array(events[60..<100]), names, instrument: 0, interval: 60_000_000_000)
        let fives = FeatureTests.expected(Array(events[100...]), names, instrument: 0, interval: 300_000_000_000)
        #expect(minutes.count > 20 && fives.count > 5)
        #expect(FeatureTests.given(strategy) == minutes + fives)
    }

    @Test("facts are the same whether another strategy wants features or none does")
    func factsStay() throws {
        let events = FeatureTests.bars(200)
        let script: ScriptedStrategy.Answer = { event, _ in
            event.kind == .bar && event.time / 60_000_000_000 % 7 == 0
                ? [.submit(.buy, 1, tag: UInt64(event.time))] : []
        }
        let plain = try FeatureTests.bench(.small(strategies: 2), [[], []], script)
        plain.feed(events)
        let other = try FeatureTests.bench(.small(strategies: 2), [[], ["rsi_14"]], script)
        other.feed(events)
        #expect(plain.facts.count > 50 && plain.canonicalBytes == other.canonicalBytes)
    }

    @Test("a list of unknown or repeated names says each, and the nearest known one")
    func wrongNames() {
        do throws(FeatureListFault) {
            _ = try FeatureList(["rsi_14", "rsi_13", "rsi_14", "nothing_like_it_at_all"])
            Issue.record("it was taken")
        } catch {
            #expect(error.problems.count == 3)
            #expect(error.problems[0].hasPrefix("'rsi_13' is no feature; did you mean rsi_"))
            #expect(error.problems[1] == "the feature rsi_14 is named twice")
            #expect(error.problems[2] == "'nothing_like_it_at_all' is no feature; stratagem features lists them")
        }
    }
}
