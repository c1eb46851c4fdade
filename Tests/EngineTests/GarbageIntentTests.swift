import CStrategyABI
import Controls
import Engine
import ScriptedStrategies
import Testing
import Trading

/// What a broken plugin may write. The host refuses and counts it, takes the good intents beside it, and goes on.
@Suite("Garbage intents")
struct GarbageIntentTests {
    /// A good order, the garbage, another good order – beside a second strategy that trades on.
    static func bench(_ garbage: [IntentRecord], _ setup: EngineSetup? = nil) -> Bench {
        var all = setup ?? EngineSetup.small(instruments: 2, strategies: 2)
        if setup == nil { all.strategies[0].instruments = [0] }
        let broken = ScriptedStrategy(script: [
            [.submit(.buy, 1, .limit, tag: 100, at: 50)] + garbage + [.submit(.buy, 1, .limit, tag: 101, at: 50)]
        ])
        let good = ScriptedStrategy { event, _ in
            event.story == "bar" ? [.submit(.buy, 1, tag: UInt64(event.time / 60_000_000_000))] : []
        }
        let bench = Bench(all, [broken, good])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100))
        return bench
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let records: [IntentRecord]
        let fault: IntentFault
        var count = 1
        /// The sender of an order hears that it was denied.
        var tellsDenial = true

        init(
            _ name: String, _ fault: IntentFault, count: Int = 1, tellsDenial: Bool = true, _ records: IntentRecord...
        ) {
            testDescription = name
            self.records = records
            self.fault = fault
            self.count = count
            self.tellsDenial = tellsDenial
        }
    }

    private static let order = IntentRecord.submit(.buy, 1, .limit, tag: 5, at: 50)
    private static let announcing = UInt16(STRATEGY_FLAG_MORE)

    static let cases: [Case] = [
        Case("unknown instrument", .unknownInstrument, order.changed { $0.instrument = 2 }),
        Case("instrument far out of range", .unknownInstrument, order.changed { $0.instrument = .max }),
        Case("instrument that is not bound", .instrumentNotBound, order.changed { $0.instrument = 1 }),
        Case("negative quantity", .negativeQuantity, order.changed { $0.quantity = -1 }),
        Case("quantity at the end of the range", .negativeQuantity, order.changed { $0.quantity = .min }),
        Case("negative price", .negativeQuantity, order.changed { $0.price = -1 }),
        Case("negative stop price", .negativeQuantity, order.changed { $0.stop_price = .min }),
        Case("tag zero", .zeroTag, order.changed { $0.tag = 0 }),
        Case("no side", .badSide, order.changed { $0.side = 0 }),
        Case("a third side", .badSide, order.changed { $0.side = 3 }),
        Case("no kind", .badKind, order.changed { $0.kind = 0 }),
        Case("an unknown kind", .badKind, order.changed { $0.kind = 6 }),
        Case("no time in force", .badTimeInForce, order.changed { $0.time_in_force = 0 }),
        Case(
            "an unknown time in force", .badTimeInForce, order.changed { $0.time_in_force = 6 }),
        Case(
            "a trailing fraction of what does not trail", .badOption,
            order.changed { $0.options = UInt8(STRATEGY_OPTION_TRAIL_FRACTION) }),
        Case(
            "a negative expiry time", .negativeQuantity,
            order.changed {
                $0.time_in_force = UInt8(STRATEGY_TIF_GTD)
                $0.expire_time = -1
            }),
        Case("an unknown option bit", .badOption, order.changed { $0.options = 0x80 }),
        Case("an expiry time", .badOption, order.changed { $0.expire_time = 1 }),
        Case("modify of an unknown instrument", .unknownInstrument, .modify(tag: 100, quantity: 1, instrument: 7)),
        Case("modify of tag zero", .zeroTag, .modify(tag: 0, quantity: 1)),
        Case("modify to a negative quantity", .negativeQuantity, .modify(tag: 100, quantity: -1)),
        Case("cancel in an unknown instrument", .unknownInstrument, tellsDenial: false, .cancel(tag: 1, instrument: 9)),
        Case(
            "signal for an unknown instrument", .unknownInstrument, tellsDenial: false,
            .signal(strength: 0, instrument: 9)),
        Case("type zero", .unknownType, tellsDenial: false, .bare(0)),
        Case("an unknown type", .unknownType, tellsDenial: false, .bare(65_535)),
        Case("a reply to no command", .unknownType, tellsDenial: false, .bare(STRATEGY_INTENT_REPLY, tag: 3)),
        Case("MORE without a head", .moreWithoutHead, tellsDenial: false, .more()),
        Case(
            "two MORE without a head", .moreWithoutHead, count: 2, tellsDenial: false, .more(announcesMore: true),
            .more()),
        Case("a MORE that is announced and missing", .tooManyMore, order.changed { $0.flags = announcing }),
        Case(
            "a second MORE that is missing", .tooManyMore, order.changed { $0.flags = announcing },
            .more(announcesMore: true)),
        Case("a log level that is none", .badText, tellsDenial: false, .log([65], level: 9)[0]),
        Case(
            "a text longer than its records", .badText, tellsDenial: false,
            .bare(STRATEGY_INTENT_LOG).withLog(length: 41)),
        Case("an endless text", .badText, tellsDenial: false, .bare(STRATEGY_INTENT_LOG).withLog(length: .max)),
        Case("a text that is not UTF-8", .badText, tellsDenial: false, .log([0x41, 0xC3, 0x28])[0]),
    ]

    @Test("is refused, counted and told; the orders beside it and the other strategy go on", arguments: cases)
    func refused(garbage: Case) {
        let bench = GarbageIntentTests.bench(garbage.records)
        let refusals = bench.story.filter { $0.hasPrefix("refused") }
        #expect(refusals == Array(repeating: "refused 1 \(garbage.fault)", count: garbage.count))
        #expect(bench.engine.counters(strategy: 0).refusedIntents == UInt64(garbage.count))
        #expect(bench.engine.counters(strategy: 0).orders == 2)
        #expect(bench.engine.fault(strategy: 0) == nil)
        let denials = bench.strategies[0].seen.filter { $0.story.hasPrefix("denial") }
        #expect(denials.count == (garbage.tellsDenial ? 1 : 0))
        #expect(bench.engine.workingOrders(instrument: 0).filter { $0.intent.strategy == 0 }.count == 2)
        #expect(bench.position(1) == 2)
    }

    @Test("a tag that works already is denied by the gate; the tag of a finished order may be used again")
    func duplicateTag() {
        let bench = Bench(script: [
            [
                .submit(.buy, 1, .limit, tag: 1, at: 50), .submit(.buy, 1, .limit, tag: 1, at: 51),
                .submit(.buy, 1, tag: 2),
            ],
            [], [.submit(.buy, 1, tag: 2)],
        ])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100), .flat(4, 100))
        #expect(bench.engine.factLog.findings.map(\.reason) == [.duplicateTag])
        #expect(bench.position() == 2)
    }

    @Test("sixteen MORE records are read, seventeen are refused")
    func moreLimit() {
        let text = String(repeating: "x", count: 40 + 48 * 16)
        let bench = Bench(script: [IntentRecord.log(text), IntentRecord.log(text + "y")])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.engine.lines.map(\.text) == [text])
        #expect(bench.story == ["refused 1 tooManyMore"])
    }

    @Test("a thousand in a row take it out of service; an order between them begins the count anew")
    func inARow() {
        let garbage = [IntentRecord](repeating: .bare(99), count: 50)
        let lost = ScriptedStrategy { event, _ in event.story == "bar" ? garbage : [] }
        let careless = ScriptedStrategy { event, _ in
            event.story == "bar" ? garbage + [.submit(.buy, 1, tag: UInt64(event.time / 60_000_000_000))] : []
        }
        let bench = Bench(.small(strategies: 2), [lost, careless])
        bench.feed((1...19).map { .flat($0, 100) })
        #expect(bench.engine.fault(strategy: 0) == nil)
        bench.feed((20...40).map { .flat($0, 100) })
        #expect(bench.engine.fault(strategy: 0) == .manyRefused && bench.engine.fault(strategy: 1) == nil)
        #expect(bench.engine.counters(strategy: 0).refusedIntents == 1000)
        #expect(bench.position(1) == 39)
    }

    @Test("of a thousand intents at once the first 64 count; each order of the rest is denied")
    func thousand() {
        let bench = Bench(script: [(1...1000).map { .submit(.buy, 1, .limit, tag: $0, at: 50) }])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.engine.workingOrderCount == 64)
        #expect(bench.story.last == "refused 936 tooManyIntents")
        let counters = bench.engine.counters(strategy: 0)
        #expect(counters.orders == 64)
        #expect(counters.refusedIntents == 936)
        #expect(counters.denials == 936)
        #expect(
            bench.strategies[0].seen.filter { $0.story.hasPrefix("denial") }.map(\.asDenial.tag) == Array(65...1000))
        #expect(bench.isEnabled(0))
    }

    @Test(
        "quantities and prices near the end of their range are denied, whatever the kind", arguments: OrderKind.allCases
    )
    func extremes(kind: OrderKind) {
        let extremes: [Int64] = [.max, .max - 1, .max / 2, .max / 3, 1 << 61, 1]
        var setup = EngineSetup.small(strategies: 2)
        setup.instruments[0].terms.maxQuantity = Quantity(raw: .max)
        setup.accounts[0].limits.priceCollar = Rate(raw: 100_000_000)
        setup.accounts[0].limits.maxPositionNotional = 1_000_000
        for side in Side.allCases {
            for quantity in extremes {
                let wanted = extremes.enumerated().map { index, price in
                    IntentRecord.submit(
                        side, Quantity(raw: quantity), kind, tag: UInt64(index + 1), at: Price(raw: price),
                        stop: Price(raw: price))
                }
                let bench = GarbageIntentTests.bench(wanted, setup)
                #expect(bench.engine.counters(strategy: 0).denials == UInt64(extremes.count))
                #expect(bench.position(1) == 2)
            }
        }
    }

    @Test("a position never grows beyond what can be counted, however cheap the instrument")
    func overflow() {
        var setup = EngineSetup.small()
        setup.instruments[0].terms.maxQuantity = Quantity(raw: .max)
        setup.instruments[0].terms.tick = Price(raw: 1)
        setup.instruments[0].terms.lot = Quantity(raw: 1)
        let bench = Bench(setup, script: (1...10).map { [IntentRecord.submit(.buy, Quantity(raw: 1 << 60), tag: $0)] })
        bench.feed((1...12).map { EventRecord.flat($0, Price(raw: 1)) })
        #expect(bench.position().raw == 1 << 61)
        #expect(bench.engine.counters(strategy: 0).denials == 8)
    }
}

extension IntentRecord {
    /// A LOG head that promises `length` bytes.
    fileprivate func withLog(length: UInt32) -> IntentRecord {
        var record = self
        record.payload.0 = UInt64(STRATEGY_LOG_INFO) | UInt64(length) << 32
        return record
    }
}
