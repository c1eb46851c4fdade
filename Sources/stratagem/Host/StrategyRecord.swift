import API
import Configuration
import Engine
import Execution
import Journal
import PluginHost
import Trading

/// A strategy as the host keeps it, beside its slot in the engine.
struct StrategyRecord {
    let id: String
    /// What its file says, with the changes of operators applied; nil = it is in the journal only, its folder is gone or wrong.
    var configuration: StrategyConfiguration?
    /// What operators changed over REST; kept over restarts until the file changes.
    var override = StrategyOverride()
    /// SHA-256 of strategy.yaml, hexadecimal.
    var fileHash = ""
    var plugin: LoadedPlugin?
    /// Ends with its last reference, so the engine must not call it after that.
    var instance: StrategyInstance?
    var instruments: [Int] = []
    var timeframe = Timeframe.oneMinute
    /// Index into the accounts.
    var account = 0
    /// Why it cannot run.
    var problem: String?
    var createdAt = Timestamp(nanoseconds: 0)
    var updatedAt = Timestamp(nanoseconds: 0)
    /// Counted from 1; a new one with each reload.
    var generation = 1
    /// Its fault was reported.
    var isFaultKnown = false

    /// Orders of no strategy.
    static let manualID = StrategyConfiguration.reservedID
    var isManual: Bool { id == StrategyRecord.manualID }
}

extension WiredStrategy {
    func record(fileHash: String, override: StrategyOverride, at time: Timestamp) -> StrategyRecord {
        var record = StrategyRecord(id: id)
        record.configuration = configuration
        record.override = override
        record.fileHash = fileHash
        record.plugin = plugin
        record.instance = instance
        record.instruments = instruments
        record.timeframe = timeframe
        record.createdAt = time
        record.updatedAt = time
        return record
    }
}

extension HostCore {
    /// The slot of a strategy, or why there is none.
    func slot(_ id: String) throws(HostRefusal) -> Int {
        guard let slot = strategies.firstIndex(where: { $0.id == id }) else {
            throw .unknown(kind: "strategy", id: id)
        }
        return slot
    }

    /// Clients see it among the strategies: not the book of manual orders, and not a strategy whose folder is gone and
    /// whose book is empty.
    func isListed(_ slot: Int) -> Bool {
        guard !strategies[slot].isManual else { return false }
        let id = strategies[slot].id
        if strategies[slot].configuration != nil || refused.contains(where: { $0.id == id }) { return true }
        return holdsAnything(slot: slot)
            || (0..<engine.instrumentCount).contains {
                engine.workingTotals(strategy: slot, instrument: $0) != WorkingTotals()
            }
    }

    /// A strategy that broke the contract is out of service by now; what its policy says follows here.
    func handleFault(_ slot: Int) {
        guard !strategies[slot].isFaultKnown, let fault = engine.fault(strategy: slot) else { return }
        strategies[slot].isFaultKnown = true
        strategies[slot].problem = "it answered with \(fault.text)"
        strategies[slot].updatedAt = engine.now
        activity.add(.problem, slot, engine.now, "stopped, because it answered with \(fault.text)")
        alerts.raise(.faulted(strategies[slot].id, fault.text), at: engine.now)
        guard strategies[slot].configuration?.onFault == .flatten else { return }
        for instrument in 0..<engine.instrumentCount { engine.flattenPosition(strategy: slot, instrument: instrument) }
    }

    func state(_ slot: Int) -> StrategyView.State {
        if engine.fault(strategy: slot) != nil || strategies[slot].problem != nil { return .faulted }
        return engine.isEnabled(strategy: slot) ? .running : .stopped
    }
}
