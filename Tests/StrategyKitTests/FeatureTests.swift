import CStrategyABI
import StrategyKit
import StrategyTesting
import Testing

/// A signal model: two features in, a signal with its strength out.
private struct Contrarian: Strategy {
    static let info = StrategyInfo(id: "Contrarian", name: "Contrarian")
    static let events: EventSet = [.trades]
    static let features = ["rsi_14", "return_5"]
    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        guard let rsi = context.features[0], let change = context.features[1] else { return }
        if rsi < 30, change < 0 { context.signal(strength: (30 - rsi) / 30) }
        if rsi > 70, change > 0 { context.signal(strength: (70 - rsi) / 30) }
    }

    mutating func onTrade(_ trade: Trade, _ context: inout Context) {
        context.metric("rsi", context.features[0] ?? -1)
    }
}

/// As many as go into several MORE records.
private struct Wide: Strategy {
    static let info = StrategyInfo(id: "Wide", name: "Wide")
    static let features = (0..<18).map { "feature_\($0)" }
    static let scope = StrategyScope.allInstruments

    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        for index in 0..<context.features.count { context.metric("value", context.features[index] ?? -1) }
        context.metric("other", context.features(of: 1 - bar.instrument)[17] ?? -1)
    }
}

@Suite("Features in a strategy")
struct FeatureTests {
    /// A FEATURES event by hand.
    private static func chain(_ values: [Double], instrument: UInt32 = 0, time: Int64 = 1) -> [strategy_event_v1_t] {
        let more = (max(0, values.count - 5) + 5) / 6
        var records = (0...more).map { index in
            event(
                index == 0 ? STRATEGY_EVENT_FEATURES : STRATEGY_EVENT_MORE, instrument: instrument, time: time,
                flags: index < more ? UInt16(STRATEGY_FLAG_MORE) : 0)
        }
        records[0].payload.0 = UInt64(values.count)
        for (index, value) in values.enumerated() {
            let record = index < 5 ? 0 : 1 + (index - 5) / 6
            withUnsafeMutableBytes(of: &records[record].payload) {
                let word = index < 5 ? index + 1 : (index - 5) % 6
                $0.storeBytes(of: value, toByteOffset: 8 * word, as: Double.self)
            }
        }
        return records
    }

    private static func metrics(_ records: [strategy_intent_v1_t]) -> [Double] {
        records.filter { Int($0.type) == STRATEGY_INTENT_METRIC }
            .map { unsafeBitCast($0, to: strategy_metric_v1_t.self).value }
    }

    @Test("the table names the features, and the events have the bits of bars and features")
    func table() throws {
        let instance = try RawInstance(Contrarian.self)
        let table = try instance.table(STRATEGY_EXT_FEATURES, strategy_features_ext_v1_t.self)
        #expect(table.count == 2 && Int(table.struct_size) == MemoryLayout<strategy_features_ext_v1_t>.size)
        let names = (0..<2).map { String(cString: table.names[$0]!) }
        #expect(names == ["rsi_14", "return_5"])
        let wanted = [STRATEGY_EVENT_TRADE, STRATEGY_EVENT_BAR, STRATEGY_EVENT_FEATURES].map { UInt64(1) << UInt64($0) }
        #expect(instance.descriptor.pointee.events == wanted.reduce(0, |))
    }

    @Test("a strategy that names none has no table")
    func noTable() throws {
        struct Plain: Strategy { static let info = StrategyInfo(id: "Plain", name: "Plain") }
        let instance = try RawInstance(Plain.self)
        #expect(instance.descriptor.pointee.extension(instance.descriptor, STRATEGY_EXT_FEATURES) == nil)
        #expect(instance.descriptor.pointee.events & 1 << UInt64(STRATEGY_EVENT_FEATURES) == 0)
    }

    @Test("onBar sees the values that came before the bar; what is not a number is nil")
    func values() throws {
        let instance = try RawInstance(Contrarian.self)
        #expect(instance.process(FeatureTests.chain([.nan, -0.01]) + [bar(100)]).records.isEmpty)
        #expect(instance.process(FeatureTests.chain([15, .nan]) + [bar(100)]).records.isEmpty)
        #expect(instance.process([bar(100)]).records.isEmpty)
        let answer = instance.process(FeatureTests.chain([15, -0.01]) + [bar(100)])
        #expect(answer.consumed == 2 && answer.records.count == 1)
        #expect(unsafeBitCast(answer.records[0], to: strategy_emit_signal_v1_t.self).strength == 0.5)
    }

    @Test("values stay until the next bar's, each instrument with its own")
    func instruments() throws {
        let instance = try RawInstance(Contrarian.self, instruments: ["AAA", "BBB"])
        func trade(_ instrument: UInt32) -> [Double] {
            FeatureTests.metrics(instance.process([event(STRATEGY_EVENT_TRADE, instrument: instrument)]).records)
        }
        #expect(trade(0) == [-1] && trade(1) == [-1])
        _ = instance.process(FeatureTests.chain([40, 0], instrument: 1) + [bar(100, instrument: 1)])
        #expect(trade(0) == [-1] && trade(1) == [40])
        _ = instance.process(FeatureTests.chain([60, 0]) + [bar(100)])
        #expect(trade(0) == [60] && trade(1) == [40])
    }

    @Test("a scenario plays values before the bar that they are of")
    func scenario() throws {
        let scenario = try Scenario(Contrarian.self)
        let start = Timestamp(nanoseconds: 1)
        scenario.play([.features([15, -0.01], at: start), .bar(open: 100, close: 99, at: start)])
        scenario.play([.features([15, nil], at: start), .bar(open: 100, close: 99, at: start)])
        #expect(scenario.faults.isEmpty && scenario.intents.count == 1)
        guard case .signal(let strength, _)? = scenario.intents.first else {
            Issue.record("\(scenario.intents)")
            return
        }
        #expect(strength == 0.5)
        let wide = try Scenario(Wide.self, instruments: [.example, .example])
        wide.play([.features((0..<18).map(Double.init), at: start), .bar(open: 100, close: 99, at: start)])
        #expect(wide.faults.isEmpty && wide.intents.count == 19)
    }

    @Test("many values come in MORE records")
    func wide() throws {
        let instance = try RawInstance(Wide.self, instruments: ["AAA", "BBB"])
        let values = (0..<18).map { Double($0) + 0.5 }
        let answer = instance.process(FeatureTests.chain(values) + [bar(100)])
        #expect(answer.consumed == 5 && FeatureTests.metrics(answer.records) == values + [-1])
        let other = instance.process(FeatureTests.chain(values.reversed(), instrument: 1) + [bar(100, instrument: 1)])
        #expect(FeatureTests.metrics(other.records) == values.reversed() + [17.5])
    }

    @Test("a chain with another number of values, without its records, or of no instrument changes nothing")
    func strange() throws {
        let instance = try RawInstance(Wide.self, instruments: ["AAA", "BBB"])
        let values = (0..<18).map { Double($0) }
        _ = instance.process(FeatureTests.chain(values) + [bar(100)])
        var short = FeatureTests.chain(Array(repeating: 99, count: 18))
        short.removeLast()
        short[2].flags = 0
        for chain in [FeatureTests.chain([99]), short, FeatureTests.chain(values.reversed(), instrument: 7)] {
            let answer = instance.process(chain + [bar(100)])
            #expect(answer.consumed == chain.count + 1)
            #expect(FeatureTests.metrics(answer.records).prefix(18) == values[...])
        }
    }
}
