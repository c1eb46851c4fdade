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
    /// The file that its code comes from.
    var library = ""
    /// Ends with its last reference, so the engine must not call it after that.
    var instance: StrategyInstance?
    var instruments: [Int] = []
    var timeframe = Timeframe.oneMinute
    /// Index into the accounts.
    var account = 0
    /// Why it cannot run.
    var problem: String?
    /// What is wrong with its folder as it is now, while what it was before runs on.
    var folderProblem: String?
    var createdAt = Timestamp(nanoseconds: 0)
    var updatedAt = Timestamp(nanoseconds: 0)
    /// What its random numbers begin with.
    var seed: UInt64 = 0
    /// The active one, counted from 1; a new one with each reload.
    var generation = 1
    /// Where it stands; the host's answer to every fault.
    var lifecycle = Lifecycle()
    /// A restart that was decided and has not happened yet.
    var restart: PendingRestart?
    /// Times its calls now and then.
    let stopwatch = Stopwatch()
    var slowCalls: UInt64 = 0
    /// Of its worker, and counted already.
    var workerSlowCalls: UInt64 = 0
    /// Of the monotonic clock: its last slow call.
    var lastSlow: Int64 = 0
    /// What it saved last: with the newest checkpoint, or when its folder went.
    var savedState: StrategyState?
    /// What it remembers is being written down beside the engine.
    var isBeingSaved = false
    /// By number, the active one among them.
    var generations: [Generation] = []
    /// It runs beside the active one.
    var shadow: ShadowGeneration?
    /// What is about to take its instance's place.
    var incoming: Replacement?
    /// Its shadow is about to.
    var isPromoting = false
    /// How often its instance was replaced.
    var replacements = 0

    /// Orders of no strategy, in the first account.
    static let manualID = StrategyConfiguration.reservedID
    /// Those of any other account; no strategy can have such an id.
    static func manualID(ofAccount account: String) -> String { "\(manualID).\(account)" }
    static func manualID(inAccount index: Int, _ account: String) -> String {
        index == 0 ? manualID : manualID(ofAccount: account)
    }
    var isManual: Bool { id == StrategyRecord.manualID || id.hasPrefix(StrategyRecord.manualID(ofAccount: "")) }
}

extension WiredStrategy {
    func record(fileHash: String, override: StrategyOverride, at time: Timestamp) -> StrategyRecord {
        var record = StrategyRecord(id: id)
        record.configuration = configuration
        record.override = override
        record.fileHash = fileHash
        record.plugin = plugin
        record.instance = instance
        record.seed = seed
        record.library = plugin.path
        record.generations = [Generation(number: 1, plugin: plugin, at: time)]
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

    /// As clients see it: one that could not be loaded is faulted, whatever it was before.
    func state(_ slot: Int) -> StrategyView.State {
        let state = strategies[slot].lifecycle.state
        if state == .quarantined { return .quarantined }
        if strategies[slot].problem != nil || engine.fault(strategy: slot) != nil { return .faulted }
        switch state {
        case .faulted: return .faulted
        case .degraded where engine.isEnabled(strategy: slot): return .degraded
        case .paused: return .paused
        default: return engine.isEnabled(strategy: slot) ? .running : .stopped
        }
    }

    /// Why it does not run as it should, and what to do about it; nil = it does.
    func problem(_ slot: Int) -> String? {
        let lifecycle = strategies[slot].lifecycle
        if lifecycle.state == .quarantined { return lifecycle.text }
        if let problem = strategies[slot].problem { return problem }
        return lifecycle.state.isOut || lifecycle.state == .degraded ? lifecycle.text : nil
    }
}
