import CStrategyABI
import Controls
import Engine
import Execution
import Portfolio
import ScriptedStrategies
import Trading

/// The whole core out of one seed: a random universe, market, strategies and operator, followed by a shadow.
final class Simulation {
    private let universe: RandomUniverse
    private let setup: EngineSetup
    private let events: [[EventRecord]]
    private var engine: Engine
    private let strategies: [UnrulyStrategy]
    private var commander: RandomOperator

    init(seed: UInt64, eventCount: Int) {
        universe = RandomUniverse(seed: seed)
        setup = universe.setup
        var market = RandomMarket(universe, seed: seed)
        events = (0..<eventCount).map { _ in market.next() }
        engine = Engine(setup)
        let universe = universe
        strategies = setup.strategies.indices.map { UnrulyStrategy($0, universe, seed: seed) }
        commander = RandomOperator(universe, seed: seed)
        for (index, strategy) in strategies.enumerated() {
            engine.attach(strategy.script.call(), strategy: index)
        }
    }

    /// What a run comes to.
    struct Outcome {
        var canonicalBytes: [UInt8]
        var facts: [TradingEvent]
    }

    /// Gives the events in long stretches between the operator's commands, as a backtest does.
    func runInBlocks() -> Outcome {
        var shadow: Shadow?
        for index in strategies.indices { engine.enable(strategy: index) }
        var stretch: [EventRecord] = []
        for event in events {
            stretch += event
            guard commander.acts() else { continue }
            stretch.withUnsafeBufferPointer { engine.run($0) }
            stretch.removeAll(keepingCapacity: true)
            commander.act(on: &engine, &shadow)
        }
        stretch.withUnsafeBufferPointer { engine.run($0) }
        return Outcome(canonicalBytes: canonicalBytes(), facts: engine.factLog.events)
    }

    /// Gives one event at a time and holds everything against the shadow after each.
    func runChecked() throws(Violation) -> Outcome {
        var shadow: Shadow? = Shadow(setup)
        var read = 0
        for index in strategies.indices { engine.enable(strategy: index) }
        try follow(&shadow, &read, nil)
        for (number, event) in events.enumerated() {
            if Int(event[0].instrument) < setup.instruments.count {
                // Timers first, so that their facts can be told from the event's.
                shadow?.pass(to: event[0].timestamp)
                engine.advance(to: event[0].timestamp)
                try follow(&shadow, &read, nil)
                try shadow?.checkFinanced()
            }
            event.withUnsafeBufferPointer { engine.run($0) }
            try follow(&shadow, &read, event[0])
            try compare(shadow, instrument: number % setup.instruments.count)
            guard commander.acts() else { continue }
            commander.act(on: &engine, &shadow)
            try follow(&shadow, &read, nil)
        }
        for instrument in setup.instruments.indices { try compare(shadow, instrument: instrument) }
        try checkEnd(shadow)
        return Outcome(canonicalBytes: canonicalBytes(), facts: engine.factLog.events)
    }

    /// The new facts, as those of an event or of what came between two.
    private func follow(_ shadow: inout Shadow?, _ read: inout Int, _ event: EventRecord?) throws(Violation) {
        let log = engine.factLog
        let news = log.events[read...]
        read = log.events.count
        do {
            if let event {
                try shadow?.take(event, news, log.findings)
            } else if !news.isEmpty {
                try shadow?.take(news, log.findings)
            }
        } catch {
            let story = log.events.suffix(12).map(\.story).joined(separator: "\n    ")
            throw Violation("\(error)\n  the last facts:\n    \(story)")
        }
    }

    // MARK: - Engine against shadow

    /// Every position, the money of every account, and one instrument's working orders.
    private func compare(_ shadow: Shadow?, instrument: Int) throws(Violation) {
        guard let shadow else { return }
        for strategy in setup.strategies.indices {
            for instrument in setup.instruments.indices {
                try comparePosition(shadow, strategy, instrument)
            }
        }
        for account in setup.accounts.indices { try compareMoney(shadow, account) }
        for instrument in setup.instruments.indices
        where engine.mark(instrument).raw != Int64(shadow.books.marks[instrument]) {
            throw Violation(
                "mark of \(instrument) is \(engine.mark(instrument)), not \(shadow.books.marks[instrument])")
        }
        try compareWorking(shadow, instrument)
    }

    private func comparePosition(_ shadow: Shadow, _ strategy: Int, _ instrument: Int) throws(Violation) {
        let position = engine.position(strategy: strategy, instrument: instrument)
        let cell = shadow.books.cell(strategy, instrument)
        guard position.quantity.raw == Int64(cell.quantity), position.cost.raw == cell.cost,
            position.realized.raw == cell.realized, position.commission.raw == cell.commission,
            engine.financing(strategy: strategy, instrument: instrument).paid.raw == cell.financing,
            (position.id != 0) == (cell.quantity != 0), position.openedAt.nanoseconds == cell.trip.openedAt
        else { throw Violation("strategy \(strategy), instrument \(instrument): \(position), not \(cell)") }
        guard engine.isEnabled(strategy: strategy) else { return }
        let told = strategies[strategy].toldPositions[instrument]
        guard told == position.quantity.raw else {
            throw Violation(
                "strategy \(strategy) was told of \(told) in \(instrument) and holds \(position.quantity.raw)")
        }
    }

    private func compareMoney(_ shadow: Shadow, _ account: Int) throws(Violation) {
        for currency in setup.currencies.indices {
            let cash = engine.cash(account: account, currency: currency).raw
            let expected = shadow.books.cash[account * setup.currencies.count + currency]
            guard cash == expected else {
                throw Violation("account \(account) has \(cash) in currency \(currency), not \(expected)")
            }
        }
        let equity = engine.equity(account: account)?.raw
        guard equity == shadow.books.equity(account: account) else {
            throw Violation(
                "equity of account \(account) is \(String(describing: equity)), not \(String(describing: shadow.books.equity(account: account)))"
            )
        }
    }

    /// The engine's working orders are the shadow's, in priority order, and their totals add up.
    private func compareWorking(_ shadow: Shadow, _ instrument: Int) throws(Violation) {
        let working = engine.workingOrders(instrument: instrument)
        guard working.sorted(by: { $0.id < $1.id }) == shadow.orders.working(instrument).sorted(by: { $0.id < $1.id })
        else {
            throw Violation("working orders of \(instrument): \(working), not \(shadow.orders.working(instrument))")
        }
        guard zip(working, working.dropFirst()).allSatisfy({ $0.priority < $1.priority }) else {
            throw Violation("priorities of \(instrument): \(working.map(\.priority))")
        }
        for strategy in setup.strategies.indices {
            let own = working.filter { $0.intent.strategy == Int32(strategy) }
            if engine.isEnabled(strategy: strategy) { try compareTold(own, strategy, instrument) }
            guard engine.workingTotals(strategy: strategy, instrument: instrument) == own.totals else {
                throw Violation("totals of strategy \(strategy) in \(instrument) are not those of \(own)")
            }
            try comparePair(own.filter(\.intent.isProtective), shadow, strategy, instrument)
        }
        for account in setup.accounts.indices {
            let own = working.filter { $0.account == Int32(account) }
            let totals = setup.strategies.indices.map { strategy in
                own.filter { $0.intent.strategy == Int32(strategy) }.totals
            }.sum
            guard engine.workingTotals(account: account, instrument: instrument) == totals else {
                throw Violation("totals of account \(account) in \(instrument) are not those of \(own)")
            }
        }
    }

    /// The pair is what position and terms ask for, unless the engine says that it could not be.
    private func comparePair(_ legs: [Order], _ shadow: Shadow, _ strategy: Int, _ instrument: Int) throws(Violation) {
        guard !engine.isProtectionDue(strategy: strategy, instrument: instrument) else { return }
        let isSuspended = engine.isProtectionSuspended(strategy: strategy)
        let terms = isSuspended ? .none : engine.protectionTerms(strategy: strategy, instrument: instrument)
        let rules = setup.instruments[instrument].terms
        let held = Int64(shadow.books.cell(strategy, instrument).quantity.magnitude)
        for kind in [OrderKind.stopLoss, .limit] {
            let leg = legs.first { $0.intent.kind == kind }
            let expected = shadow.legPrice(kind, terms, strategy, instrument)
            guard (leg == nil) == (expected == nil) else {
                throw Violation("leg \(String(describing: leg)) where \(String(describing: expected)) is asked for")
            }
            guard let leg, !leg.isTriggered else { continue }
            let price = kind == .limit ? leg.intent.price.raw : leg.intent.stopPrice.raw
            guard price == expected,
                leg.remaining.raw == min(held, rules.maxQuantity.raw / rules.lot.raw * rules.lot.raw)
            else { throw Violation("leg \(leg) of \(held) at \(String(describing: expected))") }
        }
    }

    /// A strategy knows its orders as they are, those from before its start excepted.
    private func compareTold(_ own: [Order], _ strategy: Int, _ instrument: Int) throws(Violation) {
        let told = strategies[strategy].toldOrders[instrument]
        for order in own {
            guard let update = told[order.id] else {
                if order.submittedAt.nanoseconds <= strategies[strategy].startedAt { continue }
                throw Violation("strategy \(strategy) was not told of \(order)")
            }
            guard update.state == order.state.rawValue, update.filled_quantity == order.filled.raw,
                update.tag == order.intent.tag, update.side == order.intent.side.rawValue
            else { throw Violation("strategy \(strategy) was told \(update) of \(order)") }
        }
        let known = Set(own.map(\.id))
        guard let lost = told.keys.first(where: { !known.contains($0) }) else { return }
        throw Violation("strategy \(strategy) was not told of the end of order \(lost)")
    }

    // MARK: - At the end

    private func checkEnd(_ shadow: Shadow?) throws(Violation) {
        guard let shadow else { return }
        try checkFillSums()
        for account in setup.accounts.indices { try checkIdentity(account, shadow.books) }
        for strategy in setup.strategies.indices {
            let counters = engine.counters(strategy: strategy)
            guard counters.fills == shadow.fillCounts[strategy] else {
                throw Violation(
                    "strategy \(strategy) counts \(counters.fills) fills, not \(shadow.fillCounts[strategy])")
            }
        }
    }

    /// From the first fact on: positions are the sums of the fills, and each order came to its end at most once.
    private func checkFillSums() throws(Violation) {
        var sums = Array(repeating: Int128(0), count: setup.strategies.count * setup.instruments.count)
        var ended: Set<UInt64> = []
        for fact in engine.factLog.events {
            switch fact {
            case .orderFilled(let fill):
                sums[Int(fill.strategy) * setup.instruments.count + Int(fill.instrument)] +=
                    Int128(fill.side.sign) * Int128(fill.quantity.raw)
            case .orderChanged(let order, _) where order.state.isTerminal:
                guard ended.insert(order.id).inserted else { throw Violation("order \(order.id) ended twice") }
            case .orderAccepted(let order) where ended.contains(order.id):
                throw Violation("order \(order.id) was accepted after its end")
            default: break
            }
        }
        for strategy in setup.strategies.indices {
            for instrument in setup.instruments.indices {
                let held = engine.position(strategy: strategy, instrument: instrument).quantity.raw
                guard Int128(held) == sums[strategy * setup.instruments.count + instrument] else {
                    throw Violation(
                        "strategy \(strategy) holds \(held) of \(instrument), which is not the sum of its fills")
                }
            }
        }
    }

    /// Per currency: cash and the worth of the positions are the opening balance and all results, to the last unit.
    private func checkIdentity(_ account: Int, _ books: ShadowBooks) throws(Violation) {
        for currency in setup.currencies.indices {
            var worth = engine.cash(account: account, currency: currency).raw
            var results =
                currency == Int(setup.accounts[account].terms.currency)
                ? setup.accounts[account].terms.openingBalance.raw : 0
            for strategy in setup.strategies.indices where setup.strategies[strategy].account == account {
                for (instrument, terms) in setup.instruments.map(\.terms).enumerated()
                where Int(terms.currency) == currency {
                    let position = engine.position(strategy: strategy, instrument: instrument)
                    let value = books.value(
                        Int128(engine.mark(instrument).raw), Int128(position.quantity.raw), instrument)
                    worth += terms.settlement == .cash ? value : value - position.cost.raw
                    results += position.realized.raw + (value - position.cost.raw) - position.commission.raw
                    results -= engine.financing(strategy: strategy, instrument: instrument).paid.raw
                }
            }
            guard worth == results else {
                throw Violation("account \(account), currency \(currency): worth \(worth), results \(results)")
            }
        }
    }

    /// Every fact and the books at the end.
    private func canonicalBytes() -> [UInt8] {
        var bytes = CanonicalBytes()
        bytes.append(engine.factLog)
        var all = bytes.bytes
        engine.canonicalState(into: &all)
        return all
    }
}

extension [Order] {
    /// Of one strategy.
    fileprivate var totals: WorkingTotals {
        var totals = WorkingTotals()
        for order in self {
            if order.intent.conditions.isSecondLeg { continue }
            let rest = order.remaining
            switch (order.intent.isProtective, order.intent.side, order.intent.kind) {
            case (false, .buy, _): totals.buys = totals.buys + rest
            case (false, .sell, _): totals.sells = totals.sells + rest
            case (true, .buy, .stopLoss): totals.stopBuys = rest
            case (true, .sell, .stopLoss): totals.stopSells = rest
            case (true, .buy, _): totals.targetBuys = rest
            case (true, .sell, _): totals.targetSells = rest
            }
            guard order.intent.reduceOnly, !order.intent.isProtective else { continue }
            switch order.intent.side {
            case .buy: totals.reduceOnlyBuys = totals.reduceOnlyBuys + rest
            case .sell: totals.reduceOnlySells = totals.reduceOnlySells + rest
            }
        }
        return totals
    }
}

extension [WorkingTotals] {
    /// Of an account: of each strategy's pair and other orders the larger.
    fileprivate var sum: WorkingTotals {
        reduce(into: WorkingTotals()) { sum, own in
            sum.buys = sum.buys + Swift.max(own.buys, own.stopBuys, own.targetBuys)
            sum.sells = sum.sells + Swift.max(own.sells, own.stopSells, own.targetSells)
            sum.reduceOnlyBuys = sum.reduceOnlyBuys + own.reduceOnlyBuys
            sum.reduceOnlySells = sum.reduceOnlySells + own.reduceOnlySells
        }
    }
}
