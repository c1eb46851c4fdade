import FoundationEssentials
import ScriptedStrategies
import Testing
import Trading

/// Seeded runs of the whole core: gate, order manager, venue, ledger, strategies and operator together.
///
///     STRATAGEM_SIMULATION_SEEDS=2000 swift test -c release --filter SimulationTests
///     STRATAGEM_SIMULATION_SEED=17 swift test --filter SimulationTests
///
/// The first runs more seeds, the second replays one. What holds after each event stands in Shadow.swift.
@Suite("Simulation of the whole core")
struct SimulationTests {
    private static let eventCount = 2000

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
    }

    static let seeds: [UInt64] =
        number("STRATAGEM_SIMULATION_SEED").map { [$0] }
        ?? Array(1...max(1, number("STRATAGEM_SIMULATION_SEEDS") ?? 200))

    @Test("the invariants hold after each event, and a run in blocks gives the same bytes", arguments: seeds)
    func invariants(seed: UInt64) {
        let replay = "replay: STRATAGEM_SIMULATION_SEED=\(seed) swift test --filter SimulationTests"
        do {
            let checked = try Simulation(seed: seed, eventCount: SimulationTests.eventCount).runChecked()
            let blocks = Simulation(seed: seed, eventCount: SimulationTests.eventCount).runInBlocks()
            guard checked.canonicalBytes != blocks.canonicalBytes else { return }
            let place = firstDifference(checked.canonicalBytes, blocks.canonicalBytes)
            Issue.record("seed \(seed): single events and blocks differ from byte \(place) on\n  \(replay)")
        } catch {
            Issue.record("seed \(seed): \(error)\n  \(replay)")
        }
    }

    private func firstDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
        zip(a, b).enumerated().first { $1.0 != $1.1 }?.offset ?? min(a.count, b.count)
    }

    /// Those that are in force without a compliance program, and that the shadow knows.
    private static let rules = RuleID.allCases.filter { $0.rawValue < RuleID.approval.rawValue }

    /// A simulation in which little happens proves little.
    @Test("the seeds bring every change of an order, every rule's denial, every fault of an intent and every ending")
    func isRich() {
        var counts: [String: Int] = [:]
        for seed in 1...120 as ClosedRange<UInt64> {
            for fact in Simulation(seed: seed, eventCount: SimulationTests.eventCount).runInBlocks().facts {
                for name in fact.names { counts[name, default: 0] += 1 }
            }
        }
        let reasons: [OrderReason] = [
            .fill, .modified, .cancelRequested, .triggered, .notFillable, .dayEnd, .protectionPrice, .triggerDenied,
            .strategyStopped, .selfTrade, .reduceOnly, .venue, .expireTime, .postOnly, .bracket,
        ]
        var expected = reasons.map { "changed \($0)" } + Self.rules.map { "denied \($0.name)" }
        expected += OrderState.allCases.filter { ![.pending, .denied].contains($0) }.map { "state \($0.name)" }
        expected +=
            OrderKind.allCases.map { "accepted \($0.name)" } + TimeInForce.allCases.map { "accepted \($0.name)" }
        expected += ["accepted BUY", "accepted SELL", "accepted reduce-only", "maker", "taker", "round trip", "latch"]
        expected += ["denied submit", "denied change"]
        expected += ["protective accepted", "protective denied"]
        let protective: [OrderReason] = [.fill, .triggered, .modified, .reduceOnly, .selfTrade, .cancelRequested]
        expected += protective.map { "protective \($0)" } + ["made room"]
        let legs: [OrderReason] = [.fill, .triggered, .modified, .reduceOnly, .bracket, .cancelRequested]
        expected += legs.map { "leg \($0)" } + ["second leg", "bracket accepted", "target without a stop"]
        expected += ["day", "breach account", "breach strategy", "high account", "high strategy"]
        expected += ["runaway executions", "runaway denials", "runaway released"]
        expected += ["warned"]
        let rare: [IntentFault] = [.tooManyIntents, .intentLoop, .workerEnded, .manyRefused]
        let faults = IntentFault.allCases.filter { !rare.contains($0) }
        expected += faults.map { "refused \($0)" }
        for name in expected { #expect(counts[name, default: 0] > 2, "\(name): \(counts[name, default: 0]) times") }
        #expect(counts["accepted", default: 0] > 40 * 100)
        #expect(counts["maker", default: 0] > 40 * 15)
        #expect(counts["taker", default: 0] > 40 * 50)
    }
}

extension OrderIntent {
    fileprivate var bracketNames: [String] {
        if conditions.hasBracket { return ["bracket accepted"] }
        guard isLeg, kind == .limit else { return [] }
        return [conditions.isSecondLeg ? "second leg" : "target without a stop"]
    }
}

extension TradingEvent {
    /// What kinds of thing this fact is one of.
    fileprivate var names: [String] {
        switch self {
        case .orderAccepted(let order):
            let intent = order.intent
            return ["accepted", "accepted \(intent.kind.name)", "accepted \(intent.timeInForce.name)"]
                + (intent.isProtective ? ["protective accepted"] : []) + ["accepted \(intent.side.name)"]
                + (intent.reduceOnly ? ["accepted reduce-only"] : []) + intent.bracketNames
                + ["state \(order.state.name)"]
        case .orderDenied(let denial):
            let rules = RuleID.allCases.filter { denial.failedRules & $0.mask != 0 }
            return rules.map { "denied \($0.name)" } + (denial.intent.isProtective ? ["protective denied"] : []) + [
                denial.orderID == 0 ? "denied submit" : "denied change"
            ]
        case .orderChanged(let order, let reason):
            let isRoom = reason == .reduceOnly && !order.intent.reduceOnly
            return ["changed \(reason)", "state \(order.state.name)"] + (isRoom ? ["made room"] : [])
                + (order.intent.isProtective ? ["protective \(reason)"] : [])
                + (order.intent.isLeg ? ["leg \(reason)"] : [])
        case .orderWarned: return ["warned"]
        case .programBreached: return ["program breached"]
        case .accountReset: return ["account reset"]
        case .programReleased: return ["program released"]
        case .orderFilled(let fill): return [fill.liquidity == .maker ? "maker" : "taker"]
        case .roundTripClosed: return ["round trip"]
        case .tradingStateChanged: return ["latch"]
        case .intentRefused(_, _, let fault, _, _): return ["refused \(fault)"]
        case .priceMarked: return ["mark"]
        case .orderRested: return ["rested"]
        case .orderTrailed: return ["trailed"]
        case .financed(let payment): return [payment.kind.name]
        case .dayStarted: return ["day"]
        case .dailyLossExceeded(let breach): return ["breach \(breach.scope.name)"]
        case .equityPeaked(let peak): return ["high \(peak.scope.name)"]
        case .runawayLatched(let latch):
            return [latch.isLatched ? "runaway \(latch.cause.name)" : "runaway released"]
        }
    }
}
