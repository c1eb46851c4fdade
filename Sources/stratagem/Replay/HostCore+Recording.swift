import API
import Engine
import PluginHost
import Trading

// What is recorded of a run, so that `replay` can play it to the code of another day.

extension HostCore {
    /// Before the first event: who is called, and what each remembers from the host's life before.
    func record(_ recording: RunRecording) {
        self.recording = recording
        engine.setCallLog(recording.log)
        for slot in strategies.indices {
            guard let instance = strategies[slot].instance, let code = RecordedCode(strategies[slot]) else { continue }
            guard let memory = firstMemory(slot, instance) else { continue }
            recording.begin(slot, code, StrategyCall(instance), memory: memory.state, at: engine.now)
        }
        recording.drain()
    }

    /// nil = it cannot be told.
    private func firstMemory(_ slot: Int, _ instance: StrategyInstance) -> (state: StrategyState?, Void)? {
        if instance.answersLate { return (strategies[slot].savedState, ()) }
        let saved = CrashPage.during(strategies[slot].id) { instance.saveState() }
        return (try? saved.get()).map { ($0, ()) }
    }

    /// Between two turns: an instance that has come into its slot since is written down with what it remembers now.
    func recordCodes() {
        guard let recording, recording.end == nil else { return }
        for slot in strategies.indices {
            guard let instance = strategies[slot].instance,
                !recording.log.knows(StrategyCall(instance), strategy: slot),
                instance.plugin.hasState, !instance.answersLate, let code = RecordedCode(strategies[slot])
            else { continue }
            let number = recording.beginLater(slot, code, StrategyCall(instance), at: engine.now)
            let id = strategies[slot].id
            let snapshot = CrashPage.during(id) { StateSnapshot(of: instance) }
            guard let beside, !isClosing else {
                recording.remember(slot, number, CrashPage.during(id) { try? snapshot.state.get() }, at: engine.now)
                continue
            }
            beside {
                let state = CrashPage.during(id) { try? snapshot.state.get() }
                return { core in core.recording?.remember(slot, number, state ?? nil, at: core.engine.now) }
            }
        }
    }

    /// Of this run.
    var replayGate: ReplayGate {
        get throws(HostRefusal) {
            guard let recording else {
                throw .conflict(
                    "this run is not recorded, so there is nothing to replay: see recordings.keep of host.yaml")
            }
            return ReplayGate(
                program: backtestProgram, strategies: folderPath, data: dataPath, session: recording.name)
        }
    }

    /// A few times a second: a recording that may not grow any more ends, and the run goes on.
    func tendRecording(_ clock: Int64) {
        guard let recording, recording.look(clock), let reason = recording.end else { return }
        engine.setCallLog(nil)
        activity.add(.note, -1, engine.now, "the recording \(recording.name) ends here: \(reason)")
    }
}
