import API
import Engine
import PluginHost
import Trading

// Strategies in workers: how their ends become faults, and what they are started again with.

extension FaultCause {
    init(_ end: WorkerEnd) {
        self =
            switch end.cause {
            case .signal(let number): .crashed(signal: number)
            case .exited(let code): .exited(code: code)
            case .outOfMemory(let limit): .outOfMemory(limitMegabytes: limit >> 20)
            case .hung(let milliseconds): .hung(milliseconds: milliseconds)
            case .behind: .behind
            case .brokenRing(let what): .brokenRing(what)
            case .closed: .exited(code: 0)
            }
    }
}

extension HostCore {
    /// What an engine's fault means; nil = a worker is on its way out, and how it ends is not known yet.
    func cause(of broken: IntentFault, _ slot: Int) -> FaultCause? {
        guard broken == .workerEnded, let instance = strategies[slot].instance, instance.isInWorker else {
            return .brokenContract(broken)
        }
        guard let end = instance.end else { return nil }
        tellLastWords(of: end, slot)
        return FaultCause(end)
    }

    /// Mostly the message of a trap, which says more than its signal.
    private func tellLastWords(of end: WorkerEnd, _ slot: Int) {
        guard !end.message.isEmpty else { return }
        activity.add(.problem, slot, engine.now, "its worker wrote: \(end.message)")
        // The addresses of a stack say nothing to its author.
        let lines = end.lastWords.split(separator: "\n").prefix { $0 != "Current stack trace:" }
        for line in lines.suffix(HostCore.lastLinesMax) {
            logs.add(strategies[slot].id, .error, "its worker wrote: \(line.prefix(500))", at: engine.now)
        }
    }

    private static let lastLinesMax = 20

    /// A worker saves more often than checkpoints are made.
    func newestMemory(_ slot: Int) -> StrategyState? {
        if let instance = strategies[slot].instance, instance.isInWorker,
            case .success(let state?) = instance.saveState()
        {
            return state
        }
        return strategies[slot].savedState
    }
}
