import API
import Configuration
import Engine
import Histogram
import PluginHost
import Trading

// Strategies and plugins for readers.

extension HostCore {
    func strategyView(_ slot: Int) -> StrategyView {
        let record = strategies[slot]
        var view = StrategyView(id: record.id)
        view.name = record.id
        view.state = state(slot)
        view.problem = problem(slot) ?? record.folderProblem
        view.isEnabled = engine.isEnabled(strategy: slot)
        view.generation = record.generation
        view.account = accounts[record.account].id
        view.createdAt = record.createdAt
        view.updatedAt = record.updatedAt
        view.instruments = record.instruments.map { universe.instruments[$0].id }
        view.timeframe = record.timeframe.name
        view.plugin = record.plugin?.id ?? ""
        if let configuration = record.configuration { view.take(configuration) }
        view.parameters = record.instance?.inputs ?? []
        view.runtime = runtime(slot)
        view.dayPnL = engine.dayLoss(scope: .strategy, index: slot, base: .equity).map { -$0 }
        return view
    }

    func runtime(_ slot: Int) -> StrategyRuntime {
        let record = strategies[slot]
        let counters = engine.counters(strategy: slot)
        let durations = record.stopwatch.durations
        var runtime = StrategyRuntime()
        runtime.state = state(slot)
        runtime.generation = record.generation
        runtime.events = counters.events
        runtime.calls = counters.calls
        runtime.faults = record.lifecycle.faultCount
        runtime.restarts = record.lifecycle.restartCount
        runtime.slowCalls = record.slowCalls
        runtime.isolation = record.instance.map { $0.isInWorker ? "worker" : "host" } ?? ""
        if let worker = record.instance, worker.isInWorker {
            runtime.confinement = worker.confinement?.measures ?? []
            runtime.confinementGaps = worker.confinement?.gaps ?? []
            runtime.residentBytes = UInt64(clamping: worker.residentMemoryBytes)
            runtime.waitingEvents = worker.waitingEvents
            // What it takes to hand events over says nothing about the plugin.
            if let times = worker.callTimes { runtime.take(times) }
            return runtime
        }
        guard durations.totalCount > 0 else { return runtime }
        runtime.timedCalls = durations.totalCount
        runtime.callNanoseconds50 = durations.valueAtPercentile(50)
        runtime.callNanoseconds99 = durations.valueAtPercentile(99)
        runtime.callNanosecondsMax = durations.maxRecorded
        return runtime
    }

    /// Folders that never could run have no slot; they are shown all the same.
    var neverWired: [StrategyView] {
        refused.filter { refusal in !strategies.contains { $0.id == refusal.id } }.map { refusal in
            var view = StrategyView(id: refusal.id)
            view.name = refusal.id
            view.account = refusal.account
            view.state = .faulted
            view.problem = refusal.findings.map(\.description).joined(separator: "; ")
            view.createdAt = startTime
            view.updatedAt = startTime
            return view
        }
    }

    var pluginViews: [PluginView] {
        let loaded = catalog.plugins.map { plugin in
            PluginView(
                id: plugin.id, path: relative(plugin.path), state: "loaded", generation: plugin.generation,
                abiVersion: 1, loadedAt: loadedAt,
                strategies: strategies.filter { $0.plugin?.generation == plugin.generation }.map(\.id), error: nil)
        }
        let reloaded = strategies.compactMap { record -> PluginView? in
            guard let plugin = record.plugin, !catalog.plugins.contains(where: { $0.generation == plugin.generation })
            else { return nil }
            return PluginView(
                id: plugin.id, path: relative(plugin.path), state: "loaded", generation: plugin.generation,
                abiVersion: 1, loadedAt: record.generations.first { $0.number == record.generation }?.loadedAt,
                strategies: [record.id], error: nil)
        }
        let refused = catalog.refusals.map { refusal in
            PluginView(
                id: fileName(refusal.path), path: relative(refusal.path), state: "refused", generation: 0,
                abiVersion: 0,
                loadedAt: nil, strategies: [], error: refusal.problems.map(\.text).joined(separator: "; "))
        }
        return loaded + reloaded + refused
    }

    private func relative(_ path: String) -> String {
        path.hasPrefix(folderPath + "/") ? String(path.dropFirst(folderPath.utf8.count + 1)) : fileName(path)
    }

    private func fileName(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }
}

extension StrategyRuntime {
    fileprivate mutating func take(_ times: CallTimes) {
        timedCalls = times.count
        callNanoseconds50 = times.median
        callNanoseconds99 = times.percentile99
        callNanosecondsMax = times.longest
    }
}

extension StrategyView {
    fileprivate mutating func take(_ configuration: StrategyConfiguration) {
        name = configuration.name
        description = configuration.description
        direction = configuration.direction.rawValue
        category = configuration.category
        tags = configuration.tags
        isLive = configuration.executionMode == .live
        maxPositionSize = configuration.limits.maxPositionQuantity
        stopLossPercent = configuration.risk.stopLoss?.percent
        takeProfitPercent = configuration.risk.takeProfit?.percent
        maxDailyLoss = configuration.limits.maxDailyLoss
        schedule = ScheduleInput(
            startTime: Schedule.text(configuration.schedule.startMinutes),
            endTime: Schedule.text(configuration.schedule.endMinutes),
            daysOfWeek: configuration.schedule.daysOfWeek, timeZone: configuration.schedule.timeZone)
    }
}

extension StrategyInstance {
    /// Parameters in force, numbers as numbers.
    fileprivate var inputs: [(name: String, value: ParameterInput)] {
        parameterTexts.map { name, text in
            if text == "true" || text == "false" { return (name, .boolean(text == "true")) }
            let isNumber =
                !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x2e }
            return (name, isNumber ? .number(text) : .text(text))
        }
    }
}
