import Configuration
import Engine
import PluginHost

// Where each strategy runs.

extension WorkerSettings {
    /// What host.yaml bears from a strategy.
    init(_ pace: Pace, _ faults: FaultSettings) {
        self.init(pace)
        budgetNanoseconds = Int64(faults.callbackHardMilliseconds) * 1_000_000
        slowNanoseconds = Int64(faults.callbackSoftMicroseconds) * 1000
        memoryMaxBytes = faults.memoryMaxMegabytes << 20
    }
}

extension StrategiesFolder {
    /// Strategies whose library comes into the host's own memory.
    var inHost: Set<String> { Set(strategies.filter { $0.isolation == .host }.map(\.id)) }
}

extension PluginCatalog {
    /// What the strategy's file says; else host for bundled plugins and worker for drop-ins.
    func isolation(of configuration: StrategyConfiguration, _ plugin: LoadedPlugin) -> StrategyIsolation {
        let wanted = configuration.isolation ?? (isBundled(plugin) ? .host : .worker)
        guard wanted == .worker, let workers else { return .host }
        return .worker(workers)
    }
}

extension StrategyCall {
    /// The caller keeps the instance as long as the engine calls it.
    init(_ instance: StrategyInstance) {
        self.init(
            instance: instance.pointer, process: instance.process, events: instance.plugin.events,
            features: instance.plugin.features, poll: instance.poll, position: instance.position,
            runsHere: !instance.isInWorker)
    }
}
