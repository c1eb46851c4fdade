import API
import Configuration
import Engine
import PluginHost
import Portfolio
import Trading

/// What a view shows of a host: how it stands at one moment, and the lines since the last look.
struct RunPicture: Sendable {
    var status: HostStatus
    var lines: [Activity.Line]
    var lost: Int
    /// Folders that cannot be used as they are.
    var refused: [RefusedStrategy]
}

extension HostCore {
    /// Takes the lines with it, so there is one looker.
    func picture() -> RunPicture {
        let (lines, lost) = activity.takeLines()
        return RunPicture(status: status(), lines: lines, lost: lost, refused: refused)
    }

    func status() -> HostStatus {
        HostStatus(
            time: marketTime, start: startTime, eventCount: eventCount,
            accounts: accounts.enumerated().map { index, account in
                let currency = Int(account.terms.currency)
                return AccountStatus(
                    id: account.id, currency: universe.currencies[currency],
                    cash: engine.cash(account: index, currency: currency), equity: engine.equity(account: index),
                    opening: account.terms.openingBalance)
            },
            strategies: strategies.indices.filter(isShown).map { slot in
                StrategyStatus(
                    id: strategies[slot].id, plugin: strategies[slot].plugin?.id ?? "–", state: runState(slot),
                    counters: engine.counters(strategy: slot), positions: heldPositions(slot),
                    totals: engine.totals(strategy: slot))
            })
    }

    /// The book of manual orders is shown once there are some, a strategy that is gone as long as it holds something.
    private func isShown(_ slot: Int) -> Bool {
        guard strategies[slot].configuration == nil else { return true }
        return engine.counters(strategy: slot).orders > 0 && (strategies[slot].isManual || holdsAnything(slot: slot))
    }

    func heldPositions(_ slot: Int) -> [HeldPosition] {
        (0..<engine.instrumentCount).compactMap { instrument in
            let position = engine.position(strategy: slot, instrument: instrument)
            guard position.quantity != .zero else { return nil }
            let terms = universe.instruments[instrument]
            return HeldPosition(
                instrument: terms.id, quantity: position.quantity,
                averagePrice: position.averagePrice(multiplier: terms.terms.multiplier))
        }
    }

    private func runState(_ slot: Int) -> StrategyStatus.State {
        switch state(slot) {
        case .faulted: .fault
        case .quarantined: .quarantined
        case .degraded: .slow
        case .running: .running
        case .paused: .stopped
        case .stopped: .off
        }
    }

    // MARK: Start and end

    /// Starts every strategy that is enabled, by its file or by an operator since; stops that were thrown hold first. The
    /// first facts go with a checkpoint: an account's terms are the ones that it was opened with from then on.
    func begin() {
        requestCheckpoint()
        noteStart()
        noteGenerations()
        applyStops()
        takeUnsaved()
        watchStopFile()
        for slot in strategies.indices where strategies[slot].instance != nil { startFirst(slot) }
        resumeSession()
        for (slot, record) in strategies.enumerated() where record.lifecycle.state == .quarantined {
            let event = AlertLog.Event.quarantined(record.id, record.lifecycle.text)
            alerts.raise(event, of: [accountID(ofStrategy: slot)], at: engine.now)
        }
    }

    /// Stops all strategies by their policies; they start again with the next host.
    func close() {
        isClosing = true
        for slot in strategies.indices where engine.isEnabled(strategy: slot) {
            engine.disable(strategy: slot, policy: strategies[slot].configuration?.onStop.stopPolicy ?? .cancel)
            note(strategies[slot].lifecycle.pause("the host stops", at: wallTime), slot)
        }
    }

    /// Some strategy that is to end flat still holds something.
    var hasPositionsToFlatten: Bool {
        strategies.indices.contains { slot in
            strategies[slot].configuration?.onStop == .flatten && holdsAnything(slot: slot)
        }
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
