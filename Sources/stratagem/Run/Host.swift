import Configuration
import Engine
import PluginHost
import Portfolio
import Trading

/// An engine at work on a feed: events in, facts out, strategies started and stopped. One thread uses it.
final class Host {
    let wiring: Wiring
    private let feed: any MarketFeed
    private var engine: Engine
    let activity = Activity()
    /// Records that the feed has brought.
    private(set) var eventCount: UInt64 = 0
    /// How far the market has come.
    private(set) var marketTime: Timestamp
    let startTime: Timestamp
    private var faulted: [Bool]
    private var isStopped = false

    /// `wiring.setup.problems` must be empty.
    init(_ wiring: Wiring, feed: any MarketFeed, start: Timestamp) {
        self.wiring = wiring
        self.feed = feed
        startTime = start
        marketTime = start
        faulted = [Bool](repeating: false, count: wiring.strategies.count)
        engine = Engine(wiring.setup)
        engine.advance(to: start)
        for (slot, strategy) in wiring.strategies.enumerated() { engine.attach(strategy.call, strategy: slot) }
    }

    /// Starts every strategy that is enabled in its configuration.
    func start() {
        for (slot, strategy) in wiring.strategies.enumerated() where strategy.configuration.enabled {
            engine.enable(strategy: slot)
        }
        drain()
    }

    var isAtEnd: Bool { feed.isAtEnd }

    /// Takes events up to `time`, or about `most` of them, whichever comes first; true when the market has got there.
    @discardableResult
    func advance(until time: Timestamp, most: Int = 1 << 13) -> Bool {
        let (events, reached) = feed.next(until: time, most: most)
        engine.run(events)
        eventCount += UInt64(events.count)
        // Timers are due though nothing happens; a recording's clock stands still beyond its end.
        if reached.nanoseconds != .max { engine.advance(to: reached) }
        marketTime = engine.now
        drain()
        return reached >= time
    }

    // MARK: The end

    private static let flatteningNanoseconds = 10 * Timestamp.nanosecondsPerSecond

    /// Stops all strategies by their policies. Those that flatten get some more of the market to trade in.
    func stop() {
        isStopped = true
        for (slot, strategy) in wiring.strategies.enumerated() {
            engine.disable(strategy: slot, policy: strategy.configuration.onStop.stopPolicy)
        }
        drain()
        let limit = marketTime + Host.flatteningNanoseconds
        while hasPositionsToFlatten, !feed.isAtEnd, marketTime < limit {
            advance(until: min(limit, marketTime + Timestamp.nanosecondsPerSecond / 10))
        }
    }

    private var hasPositionsToFlatten: Bool {
        wiring.strategies.indices.contains { slot in
            wiring.strategies[slot].configuration.onStop == .flatten && !positions(slot).isEmpty
        }
    }

    // MARK: Facts

    private func drain() {
        do {
            let log = engine.factLog
            activity.take(log, wiring)
        }
        engine.clearFacts()
        activity.take(engine.takeLines(), wiring)
        for slot in faulted.indices where !faulted[slot] { handleFault(slot) }
    }

    /// The engine has taken a strategy out of service and cancelled its orders; the rest of its policy follows here.
    private func handleFault(_ slot: Int) {
        guard let fault = engine.fault(strategy: slot) else { return }
        faulted[slot] = true
        activity.add(.problem, slot, engine.now, "stopped, because it answered with \(fault.text)")
        guard wiring.strategies[slot].configuration.onFault == .flatten else { return }
        for instrument in wiring.strategies[slot].instruments {
            let held = engine.position(strategy: slot, instrument: instrument).quantity
            guard held != .zero else { continue }
            _ = engine.submitOrder(
                OrderIntent(
                    strategy: Int32(slot), instrument: UInt32(instrument), tag: 0, side: held > .zero ? .sell : .buy,
                    kind: .market, quantity: held.magnitude, reduceOnly: true, origin: .liquidation))
        }
    }

    // MARK: Reading

    private func positions(_ slot: Int) -> [HeldPosition] {
        wiring.strategies[slot].instruments.compactMap { instrument in
            let position = engine.position(strategy: slot, instrument: instrument)
            guard position.quantity != .zero else { return nil }
            let terms = wiring.universe.instruments[instrument]
            return HeldPosition(
                instrument: terms.id, quantity: position.quantity,
                averagePrice: position.averagePrice(multiplier: terms.terms.multiplier))
        }
    }

    func status() -> HostStatus {
        HostStatus(
            time: marketTime, start: startTime, eventCount: eventCount,
            accounts: wiring.setup.accounts.enumerated().map { index, account in
                let currency = Int(account.terms.currency)
                return AccountStatus(
                    id: account.id, currency: wiring.universe.currencies[currency],
                    cash: engine.cash(account: index, currency: currency), equity: engine.equity(account: index),
                    opening: account.terms.openingBalance)
            },
            strategies: wiring.strategies.enumerated().map { slot, strategy in
                StrategyStatus(
                    id: strategy.id, plugin: strategy.plugin.id, state: state(slot),
                    counters: engine.counters(strategy: slot), positions: positions(slot),
                    totals: engine.totals(strategy: slot))
            })
    }

    private func state(_ slot: Int) -> StrategyStatus.State {
        if faulted[slot] { return .fault }
        if engine.isEnabled(strategy: slot) { return .running }
        return isStopped && wiring.strategies[slot].configuration.enabled ? .stopped : .off
    }
}

extension StrategyConfiguration.EndPolicy {
    var stopPolicy: StopPolicy {
        switch self {
        case .cancel: .cancel
        case .keep: .keep
        case .flatten: .flatten
        }
    }
}
