import API
import Engine
import Journal
import PluginHost
import Trading

/// Memory that was taken of an instance and is being written down.
private struct TakenMemory: Sendable {
    var slot: Int
    var strategy: String
    var snapshot: StateSnapshot
    /// Of the slot, when it was taken.
    var replacements: Int
    var time: Timestamp

    /// For the caller's thread; nil = the plugin keeps none, or cannot write it.
    var written: StrategyState? {
        guard case .success(let state?) = CrashPage.during(strategy, { snapshot.state }) else { return nil }
        return state
    }
}

// What strategies remember, at each checkpoint: a copy of it on the engine thread, its bytes beside.

extension HostCore {
    /// The journal has each as soon as it is written down; at the host's end, at once.
    func saveMemories() {
        for slot in strategies.indices {
            // What an instance holds that has just failed is not worth keeping.
            guard let instance = strategies[slot].instance, !strategies[slot].lifecycle.state.isOut,
                isMemoryFree(slot)
            else { continue }
            let id = strategies[slot].id
            let taken = TakenMemory(
                slot: slot, strategy: id, snapshot: CrashPage.during(id) { StateSnapshot(of: instance) },
                replacements: strategies[slot].replacements, time: engine.now)
            guard let beside, !isClosing else {
                keep(taken, taken.written)
                continue
            }
            strategies[slot].isBeingSaved = true
            beside {
                let state = taken.written
                return { core in core.finishSaving(taken, state) }
            }
        }
    }

    /// One that is written down for longer than from one checkpoint to the next does not get a second writer.
    private func isMemoryFree(_ slot: Int) -> Bool {
        guard strategies[slot].isBeingSaved, !isClosing else { return true }
        let text = "its memory is still being written since the last checkpoint, so that this one goes without it"
        logs.add(strategies[slot].id, .warning, text, at: engine.now)
        return false
    }

    private func finishSaving(_ taken: TakenMemory, _ state: StrategyState?) {
        strategies[taken.slot].isBeingSaved = false
        // The host's end has a newer one.
        if !isClosing { keep(taken, state) }
    }

    private func keep(_ taken: TakenMemory, _ state: StrategyState?) {
        let slot = taken.slot
        // Memory of code that has been replaced since may be nothing that the new code can read.
        guard let state, strategies[slot].replacements == taken.replacements else { return }
        strategies[slot].savedState = state
        notes.append(
            .strategyState(
                StrategyStateRecord(
                    strategy: slot, schemaVersion: state.schemaVersion, schemaHash: state.schemaHash,
                    bytes: state.bytes, time: taken.time)))
    }
}
