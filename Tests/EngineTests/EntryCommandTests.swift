import Controls
import Engine
import Execution
import ScriptedStrategies
import Testing
import Trading

/// What an operator does with an entry and its legs.
@Suite("Commands about one entry")
struct EntryCommandTests {
    private static func order(
        _ side: Side = .buy, _ quantity: Quantity = 4, stopLoss: Price = .zero, takeProfit: Price = .zero
    ) -> OrderIntent {
        OrderIntent(
            strategy: 0, instrument: 0, tag: 0, side: side, kind: .market, quantity: quantity, origin: .operator,
            conditions: OrderConditions(stopLoss: stopLoss, takeProfit: takeProfit))
    }

    private static func close(_ quantity: Quantity) -> OrderIntent {
        OrderIntent(
            strategy: 0, instrument: 0, tag: 0, side: .sell, kind: .market, quantity: quantity, reduceOnly: true,
            origin: .operator)
    }

    /// A long entry of four at 101, filled, with its order as its command saw it.
    private static func entered(stopLoss: Price = .zero, takeProfit: Price = .zero) -> (Bench, Order) {
        let bench = Bench(.small(.quotes), script: [])
        bench.feed(.quote(0, 100, 101))
        _ = bench.submit(order(stopLoss: stopLoss, takeProfit: takeProfit))
        let entry = bench.engine.workingOrder(id: 1)!
        bench.feed(.quote(1, 100, 101))
        return (bench, entry)
    }

    private static func working(_ bench: Bench) -> [String] {
        bench.engine.workingOrders(instrument: 0).map {
            "\($0.intent.kind.name) \($0.remaining) at \($0.intent.kind == .limit ? $0.intent.price : $0.intent.stopPrice)"
        }
    }

    private static func expectReplay(_ bench: Bench, _ setup: EngineSetup = .small(.quotes)) throws {
        bench.engine.recordMarks()
        var replayed = Engine(setup)
        for fact in bench.facts { try replayed.replay(fact, findings: bench.engine.factLog.findings) }
        _ = try replayed.finishRecovery()
        #expect(replayed.durableState() == bench.engine.durableState())
    }

    @Test("an entry without legs gets a target, then a stop, which counts once with it and ends with it")
    func adds() throws {
        let (bench, entry) = Self.entered()
        guard case .approved = bench.engine.addLeg(to: entry, isStop: false, at: 120, quantity: 4),
            case .approved = bench.engine.addLeg(to: entry, isStop: true, at: 90, quantity: 4)
        else {
            Issue.record("\(bench.story)")
            return
        }
        #expect(Self.working(bench) == ["STOP_LOSS 4 at 90", "LIMIT 4 at 120"])
        #expect(bench.engine.workingTotals(strategy: 0, instrument: 0).sells == 4)
        try Self.expectReplay(bench)
        bench.feed(.quote(2, 89, 90), .quote(3, 89, 90))
        #expect(bench.position() == 0 && bench.engine.workingOrderCount == 0)
        try Self.expectReplay(bench)
    }

    @Test("a leg has no more than what is left to be closed, and none where nothing is")
    func room() {
        let (bench, entry) = Self.entered()
        var resting = Self.close(3)
        (resting.kind, resting.price) = (.limit, 130)
        #expect(bench.submit(resting))
        _ = bench.engine.addLeg(to: entry, isStop: true, at: 90, quantity: 4)
        #expect(Self.working(bench) == ["LIMIT 3 at 130", "STOP_LOSS 1 at 90"])
        let (full, first) = Self.entered(stopLoss: 90)
        var other = first
        other.id = 99
        guard case .denied = full.engine.addLeg(to: other, isStop: true, at: 80, quantity: 4) else {
            Issue.record("\(full.story)")
            return
        }
        #expect(Self.working(full) == ["STOP_LOSS 4 at 90"])
    }

    @Test("a partial close takes from the entry's own legs, whichever are younger")
    func ownLegs() throws {
        let (bench, first) = Self.entered(stopLoss: 90, takeProfit: 120)
        _ = bench.submit(Self.order(.buy, 2, stopLoss: 80, takeProfit: 130))
        bench.feed(.quote(2, 100, 101))
        guard case .approved = bench.engine.closeEntry(Self.close(3), entry: first.id) else {
            Issue.record("\(bench.story)")
            return
        }
        let legs = ["STOP_LOSS 1 at 90", "LIMIT 1 at 120", "STOP_LOSS 2 at 80", "LIMIT 2 at 130"]
        #expect(Set(Self.working(bench)).isSuperset(of: legs) && bench.engine.workingOrderCount == 5)
        bench.feed(.quote(3, 100, 101))
        #expect(bench.position() == 3 && Set(Self.working(bench)) == Set(legs))
        try Self.expectReplay(bench)
        _ = bench.engine.closeEntry(Self.close(1), entry: first.id)
        #expect(Set(Self.working(bench)).isDisjoint(with: legs.prefix(2)), "all of it is closed")
        bench.feed(.quote(4, 100, 101))
        #expect(bench.position() == 2 && Set(Self.working(bench)) == Set(legs.suffix(2)))
    }

    @Test("what is refused leaves the legs as they were")
    func refused() {
        let (bench, entry) = Self.entered(stopLoss: 90, takeProfit: 120)
        bench.engine.setTradingState(.halted, scope: .system)
        var wrong = Self.close(1)
        wrong.quantity = Quantity(raw: 1)
        guard case .denied = bench.engine.closeEntry(wrong, entry: entry.id) else {
            Issue.record("\(bench.story)")
            return
        }
        #expect(Self.working(bench) == ["STOP_LOSS 4 at 90", "LIMIT 4 at 120"])
    }

    @Test(
        "over random commands no more works than there is to close, an entry has one stop and one target, and facts replay"
    )
    func random() throws {
        for seed in 1...60 as ClosedRange<UInt64> {
            var dice = Dice(seed: seed)
            let bench = Bench(.small(.quotes), script: [])
            bench.feed(.quote(0, 100, 101))
            var entries: [Order] = []
            for minute in 1...60 as ClosedRange<Int64> {
                let level = 100 + dice.number(-12...12)
                switch dice.number(0...5) {
                case 0, 1:
                    let quantity = Quantity(dice.number(1...5))
                    let stop = dice.chance(1, in: 2) ? Price(80) : .zero
                    let target = dice.chance(1, in: 2) ? Price(120) : .zero
                    let id = UInt64(bench.facts.count { if case .orderAccepted = $0 { true } else { false } }) + 1
                    if bench.submit(Self.order(.buy, quantity, stopLoss: stop, takeProfit: target)),
                        let entry = bench.engine.workingOrder(id: id)
                    {
                        entries.append(entry)
                    }
                case 2...3 where !entries.isEmpty:
                    let entry = entries[Int(dice.number(0...Int64(entries.count - 1)))]
                    let isStop = dice.chance(1, in: 2)
                    guard bench.engine.workingOrder(id: entry.id) == nil,
                        bench.engine.leg(of: entry.id, instrument: 0, isStop: isStop) == nil
                    else { break }
                    _ = bench.engine.addLeg(
                        to: entry, isStop: isStop, at: isStop ? Price(85) : Price(115),
                        quantity: entry.intent.quantity)
                case 4 where !entries.isEmpty:
                    _ = bench.engine.closeEntry(
                        Self.close(Quantity(dice.number(1...4))),
                        entry: entries[Int(dice.number(0...Int64(entries.count - 1)))].id)
                default: break
                }
                check(bench, seed)
                bench.feed(.quote(minute, Price(level), Price(level + 1)))
                check(bench, seed)
            }
            try Self.expectReplay(bench)
        }
    }

    private func check(_ bench: Bench, _ seed: UInt64) {
        let totals = bench.engine.workingTotals(strategy: 0, instrument: 0)
        #expect(totals.reduceOnlySells <= max(bench.position(), .zero), "seed \(seed)")
        let legs = bench.engine.workingOrders(instrument: 0).filter(\.intent.isLeg)
        let names = legs.map { "\($0.intent.conditions.entry) \($0.intent.kind.hasStopPrice)" }
        #expect(Set(names).count == names.count, "seed \(seed)")
        for target in legs where target.intent.conditions.isSecondLeg {
            let stop = bench.engine.leg(of: target.intent.conditions.entry, instrument: 0, isStop: true)
            #expect((stop?.remaining ?? .zero) >= target.remaining, "seed \(seed)")
        }
    }
}
