import Controls
import Engine
import ScriptedStrategies
import Trading

/// What must hold while stops are in force, told from facts and positions alone.
struct LatchWatch {
    var stops: [EmergencyStop] = []
    private let setup: EngineSetup
    /// Strategy × instrument, the sums of the fills.
    private var held: [Int64]

    init(_ setup: EngineSetup) {
        self.setup = setup
        held = Array(repeating: 0, count: setup.strategies.count * setup.instruments.count)
    }

    func covers(_ stop: EmergencyStop, _ intent: OrderIntent) -> Bool {
        covers(stop, Int(intent.strategy), Int(intent.instrument))
    }

    func covers(_ stop: EmergencyStop, _ strategy: Int, _ instrument: Int) -> Bool {
        switch stop.scope {
        case .system: true
        case .account: setup.strategies[strategy].account == stop.index
        case .strategy: strategy == stop.index
        case .instrument: instrument == stop.index
        }
    }

    mutating func takePositions(of engine: borrowing Engine) {
        forEachBook {
            held[$0 * setup.instruments.count + $1] = engine.position(strategy: $0, instrument: $1).quantity.raw
        }
    }

    private func forEachBook(_ body: (Int, Int) throws -> Void) rethrows {
        for strategy in setup.strategies.indices {
            for instrument in setup.instruments.indices { try body(strategy, instrument) }
        }
    }

    // MARK: Facts

    mutating func see(_ event: TradingEvent, _ outcome: inout LatchOutcome) throws(LatchFailure) {
        switch event {
        case .orderAccepted(let order):
            try judge(order, "accepted")
            if order.intent.origin == .strategy, outcome.isReleased { outcome.tradedAgain += 1 }
        case .orderChanged(let order, .modified) where order.intent.origin == .strategy: try judge(order, "modified")
        case .orderChanged(let order, .cancelRequested)
        where order.intent.origin == .strategy && stops.contains { covers($0, order.intent) }:
            outcome.cancelled += 1
        case .orderFilled(let fill):
            held[Int(fill.strategy) * setup.instruments.count + Int(fill.instrument)] +=
                fill.side.sign * fill.quantity.raw
        case .orderDenied(let denial) where denial.failedRules & RuleID.tradingState.mask != 0:
            outcome.denied += 1
        default: break
        }
    }

    /// No order may leave that a stop covers, but to shrink what is held.
    private func judge(_ order: Order, _ what: String) throws(LatchFailure) {
        let intent = order.intent
        let position = held[Int(intent.strategy) * setup.instruments.count + Int(intent.instrument)]
        for stop in stops where covers(stop, intent) {
            let shrinks = intent.side.sign * position < 0 && order.remaining.raw <= position.magnitude
            guard shrinks else { throw LatchFailure("\(what) at a position of \(position) under \(stop): \(order)") }
            guard stop.mode != .reduce else { continue }
            guard intent.reduceOnly, intent.origin != .strategy else {
                throw LatchFailure("\(what) under \(stop): \(order)")
            }
            guard stop.mode == .stop || ![.protective, .bracket].contains(intent.origin) else {
                throw LatchFailure("a protective order under \(stop): \(order)")
            }
        }
    }

    // MARK: States

    /// The throw has returned: what it ends has ended.
    func lookRightAfter(_ stop: EmergencyStop, _ engine: borrowing Engine) throws(LatchFailure) {
        guard stop.mode == .cancel || stop.mode == .flatten else { return }
        for instrument in setup.instruments.indices {
            for order in engine.workingOrders(instrument: instrument)
            where covers(stop, order.intent) && order.intent.origin != .liquidation {
                throw LatchFailure("still working after \(stop): \(order)")
            }
        }
    }

    /// At any time: latches are set, nothing works that may not, and a flattening stop names exactly what is not flat.
    func look(at engine: borrowing Engine) throws(LatchFailure) {
        for stop in stops {
            let state = engine.tradingState(scope: stop.scope, index: stop.index)
            guard state == .halted || (stop.mode == .reduce && state == .reducing) else {
                throw LatchFailure("\(stop.scope.name) \(stop.index) is \(state) under \(stop)")
            }
            guard stop.mode == .cancel || stop.mode == .flatten else { continue }
            for instrument in setup.instruments.indices {
                for order in engine.workingOrders(instrument: instrument)
                where covers(stop, order.intent) && [.strategy, .protective, .bracket].contains(order.intent.origin) {
                    throw LatchFailure("working under \(stop): \(order)")
                }
            }
            guard stop.mode == .flatten else { continue }
            var open: [[Int]] = []
            for strategy in setup.strategies.indices {
                for instrument in setup.instruments.indices
                where covers(stop, strategy, instrument)
                    && engine.position(strategy: strategy, instrument: instrument).quantity != .zero
                {
                    open.append([strategy, instrument])
                }
            }
            let named = engine.residuals(of: stop.id).map { [$0.strategy, $0.instrument] }
            guard named.sorted(by: { $0.lexicographicallyPrecedes($1) }) == open else {
                throw LatchFailure("\(stop) names \(named), and open are \(open)")
            }
        }
    }

    /// An order that opens something is refused by this very rule.
    func checkDenied(_ stop: EmergencyStop, _ engine: inout Engine, _ dice: inout Dice) throws(LatchFailure) {
        for strategy in setup.strategies.indices {
            for instrument in setup.instruments.indices where covers(stop, strategy, instrument) {
                let position = engine.position(strategy: strategy, instrument: instrument).quantity.raw
                let intent = OrderIntent(
                    strategy: Int32(strategy), instrument: UInt32(instrument), tag: 0,
                    side: position == 0 ? dice.pick(Side.allCases) : position > 0 ? .buy : .sell, kind: .market,
                    quantity: setup.instruments[instrument].terms.lot, origin: .operator)
                guard engine.assess(intent).contains(where: { $0.rule == .tradingState }) else {
                    throw LatchFailure("\(intent) would pass under \(stop)")
                }
            }
        }
    }
}

/// What a run brought, so that a campaign can tell that it was one.
struct LatchOutcome {
    var crashes = 0
    /// By a strategy or an operator, under a stop.
    var cancelled = 0
    /// By the latch.
    var denied = 0
    var tradedAgain = 0
    var isReleased = false
    /// When stops were thrown: a worker's intents waited, orders were on their way, or worked.
    var queued = 0
    var inFlight = 0
    var atVenue = 0
    /// Stops that breakers threw.
    var tripped = 0
    /// Scope and mode of the stops.
    var kinds: Set<[Int]> = []
    /// Of flattening stops that had something to close.
    var flat = 0
    var notFlat = 0

    mutating func note(
        _ stop: EmergencyStop, _ engine: borrowing Engine, queued isQueued: Bool, latencyNanoseconds: Int64
    ) {
        kinds.insert([Int(stop.scope.rawValue), Int(stop.mode.rawValue)])
        if isQueued { queued += 1 }
        for instrument in 0..<engine.instrumentCount {
            for order in engine.workingOrders(instrument: instrument) {
                if order.submittedAt + latencyNanoseconds > engine.now { inFlight += 1 } else { atVenue += 1 }
            }
        }
    }

    mutating func note(closed stop: EmergencyStop, left: [StopResidual]) {
        if left.isEmpty { flat += 1 } else { notFlat += 1 }
    }

    static func + (a: LatchOutcome, b: LatchOutcome) -> LatchOutcome {
        var sum = a
        sum.crashes += b.crashes
        sum.cancelled += b.cancelled
        sum.denied += b.denied
        sum.tradedAgain += b.tradedAgain
        sum.queued += b.queued
        sum.tripped += b.tripped
        sum.inFlight += b.inFlight
        sum.atVenue += b.atVenue
        sum.kinds.formUnion(b.kinds)
        sum.flat += b.flat
        sum.notFlat += b.notFlat
        return sum
    }
}
