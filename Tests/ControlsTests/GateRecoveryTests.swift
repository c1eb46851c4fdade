import Controls
import Testing
import Trading

@Suite("A gate that comes back")
struct GateRecoveryTests {
    private static func bytes(_ gate: borrowing Gate) -> [UInt8] {
        var writer = ByteWriter()
        gate.encode(into: &writer)
        return writer.bytes
    }

    private static func fault(_ bytes: [UInt8], into gate: inout Gate) -> String? {
        var reader = ByteReader(bytes)
        do {
            try gate.decode(from: &reader)
            try reader.end()
            return nil
        } catch { return error.description }
    }

    /// Every limit has a value of its own, so that none can stand in for another.
    private static let full = limits {
        $0.maxOrderQuantity = quantity("1")
        $0.maxOrderNotional = Money("2")!
        $0.maxPositionQuantity = quantity("3")
        $0.maxPositionNotional = Money("4")!
        $0.maxPositionEquityFraction = rate("0.5")
        $0.priceCollar = rate("0.06")
        $0.maxOrdersPerSecond = 7
        $0.maxOrdersPerMinute = 8
        $0.marketDataMaxAgeNanoseconds = 9
        $0.maxGrossExposure = Money("10")!
        $0.maxNetExposure = Money("11")!
        $0.maxConcentration = rate("0.12")
        $0.maxLeverage = rate("13")
        $0.maxDailyLoss = Money("14")!
        $0.dailyLossBase = .higher
    }

    @Test("limits and latches of every scope are as they were, and what was added since keeps its own")
    func comesBack() {
        var old = Gate(limits: [.system: Self.full, .strategy: limits { $0.maxOrdersPerMinute = 3 }])
        for (place, scope) in LimitScope.allCases.enumerated() {
            let states: [TradingState] = [.halted, .reducing, .active, .halted]
            old.setTradingState(states[place], scope: scope, index: scope == .system ? 0 : 1)
        }
        var new = Gate(accountCount: 3, strategyCount: 4, instrumentCount: 5)
        new.setLimits(Self.full, scope: .strategy, index: 3)
        new.setLimits(Self.full, scope: .account, index: 1)
        #expect(Self.fault(Self.bytes(old), into: &new) == nil)
        for scope in LimitScope.allCases {
            for index in 0..<(scope == .system ? 1 : 2) {
                #expect(new.limits(scope: scope, index: index) == old.limits(scope: scope, index: index))
                #expect(new.tradingState(scope: scope, index: index) == old.tradingState(scope: scope, index: index))
            }
        }
        #expect(new.limits(scope: .system) == Self.full)
        #expect(new.limits(scope: .strategy, index: 3) == Self.full)
        #expect(new.latchCount == 3)
        // What the engine has to look at for these limits follows from them.
        #expect(new.wants == [.netOthers, .ownOthers, .accountDay, .ownDay])
    }

    @Test("an order rate that was used up is used up after a stop, by checkpoint and by facts")
    func orderRate() {
        let two = [LimitScope.strategy: limits { $0.maxOrdersPerMinute = 2 }]
        var old = Gate(limits: two)
        var replayed = Gate(limits: two)
        for _ in 0..<2 {
            #expect(old.judge(goodOrder()).isApproved)
            let order = goodOrder()
            let isKnown = replayed.countReplayed(order.intent, .submit, account: order.account, at: order.time)
            #expect(isKnown)
        }
        var restored = Gate(limits: [:])
        #expect(Self.fault(Self.bytes(old), into: &restored) == nil)
        #expect(Self.bytes(replayed) == Self.bytes(old))
        #expect(!old.judge(goodOrder()).isApproved)
        #expect(!restored.judge(goodOrder()).isApproved)
        #expect(!replayed.judge(goodOrder()).isApproved)
        #expect(restored.lines == old.lines && replayed.lines == old.lines)
        let isKnown = replayed.countReplayed(goodOrder().intent, .submit, account: 2, at: noon)
        #expect(!isKnown)
    }

    @Test("more scopes than there are now, negative limits, unknown limits and cut bytes are faults")
    func wrongBytes() {
        var gate = Gate(limits: [.system: Self.full])
        let good = Self.bytes(gate)
        var small = Gate(accountCount: 2, strategyCount: 1, instrumentCount: 2)
        #expect(Self.fault(good, into: &small)?.contains("more than there are now") == true)
        for length in good.indices { #expect(Self.fault(Array(good.prefix(length)), into: &gate) != nil) }
        // The system's limits start behind the form and three counts: a set of bits, then the first limit.
        var bad = good
        bad[20] = 0x80
        #expect(Self.fault(bad, into: &gate)?.contains("unknown limits") == true)
        bad = good
        bad[21 + 15] = 0x80
        #expect(Self.fault(bad, into: &gate)?.contains("limit 0 is -") == true)
        bad = good
        bad[21 + 14] = 1
        #expect(Self.fault(bad, into: &gate)?.contains("beyond its range") == true)
    }
}
