import API
import Configuration
import Engine
import Journal
import PluginHost
import Trading

// Strategies as commands of the engine thread.

extension RunningHost {
    func strategies() async throws(HostRefusal) -> [StrategyView] {
        try await ask { core throws(HostRefusal) in
            let views = core.strategies.indices.filter(core.isListed).map(core.strategyView)
            return (views + core.neverWired).sorted { $0.id < $1.id }
        }
    }

    func strategy(_ id: String) async throws(HostRefusal) -> StrategyView {
        try await ask { core throws(HostRefusal) in
            if let view = core.neverWired.first(where: { $0.id == id }) { return view }
            return core.strategyView(try core.wired(id))
        }
    }

    func enable(_ id: String, by requester: Requester) async throws(HostRefusal) -> StrategyView {
        try await ask(.required) { core throws(HostRefusal) in try core.switchStrategy(id, on: true, by: requester) }
    }

    func disable(_ id: String, by requester: Requester) async throws(HostRefusal) -> StrategyView {
        try await ask(
            unsaved: { .disable(strategy: $0.id, time: $0.updatedAt.nanoseconds) },
            { core throws(HostRefusal) in try core.switchStrategy(id, on: false, by: requester) })
    }

    func performance(of id: String) async throws(HostRefusal) -> PerformanceView {
        try await ask { core throws(HostRefusal) in
            let slot = try core.slot(id)
            return PerformanceView(
                performance: core.engine.performance(strategy: slot), totals: core.engine.totals(strategy: slot))
        }
    }

    func plugins() async throws(HostRefusal) -> [PluginView] {
        try await ask { core throws(HostRefusal) in core.pluginViews }
    }

    /// A new instance is made beside the engine, and takes the old one's memory and place between two events.
    func configure(_ id: String, _ change: StrategyChange, by requester: Requester) async throws(HostRefusal)
        -> StrategyView
    {
        let plan = try await ask { core throws(HostRefusal) in try core.plan(change, of: id) }
        let replacement = try plan.replacement()
        return try await ask(.required) { core throws(HostRefusal) in
            try core.apply(plan, replacement, by: requester)
        }
    }
}

/// A change of a strategy that was checked, with all that it takes to make the new instance.
struct StrategyPlan: Sendable {
    var slot: Int
    /// What is wrong with the change already.
    var faults: [RequestFault]
    var isLive: Bool
    var configuration: StrategyConfiguration
    var override: StrategyOverride
    var instruments: [Int]
    var timeframe: Timeframe
    var plugin: LoadedPlugin
    var universe: [Instrument]
    /// When the strategy was changed last: another change in between makes this plan out of date.
    var basis: Timestamp

    /// The new instance; parameters that the plugin refuses are faults of the request, beside the others.
    func replacement() throws(HostRefusal) -> StrategyInstance {
        let made = StrategyInstance.create(
            plugin, instruments: universe, bound: instruments.map { UInt32($0) }, seed: UInt64(slot),
            parameters: configuration.parameterValues)
        var faults = faults
        if case .failure(let refusal) = made {
            faults += refusal.problems.map { problem in
                switch problem {
                case .parameter(let name, _, let message):
                    RequestFault(path: "config.parameters.\(name)", message: message)
                default: RequestFault(path: "config.parameters", message: problem.text)
                }
            }
        }
        guard faults.isEmpty, case .success(let instance) = made else { throw .invalid(faults) }
        if isLive { throw .unavailable("live trading is not configured; use PAPER") }
        return instance
    }
}

extension HostCore {
    /// Of a strategy proper, not of the book of manual orders.
    func wired(_ id: String) throws(HostRefusal) -> Int {
        let slot = try slot(id)
        guard !strategies[slot].isManual else { throw .unknown(kind: "strategy", id: id) }
        return slot
    }

    func switchStrategy(_ id: String, on: Bool, by requester: Requester) throws(HostRefusal) -> StrategyView {
        if let view = neverWired.first(where: { $0.id == id }) {
            throw .conflict("\(id) is faulted: \(view.problem ?? "")")
        }
        let slot = try wired(id)
        if on {
            guard !isClosing else { throw .unavailable("the host is stopping") }
            guard state(slot) != .faulted else {
                throw .conflict(
                    "\(id) is faulted: \(strategies[slot].problem ?? "it broke the contract"); reload it first")
            }
            engine.enable(strategy: slot)
        } else {
            engine.disable(strategy: slot, policy: strategies[slot].configuration?.onStop.stopPolicy ?? .cancel)
        }
        noteSwitch(slot, on: on, by: requester)
        return strategyView(slot)
    }

    func noteSwitch(_ slot: Int, on: Bool, by requester: Requester) {
        strategies[slot].override.isEnabled = on
        strategies[slot].configuration?.enabled = on
        writeSetting(slot, by: requester)
        audit(on ? "strategy.enable" : "strategy.disable", strategies[slot].id, by: requester)
    }

    private func writeSetting(_ slot: Int, by requester: Requester) {
        let wall = Timestamp(nanoseconds: WallClock.now)
        strategies[slot].updatedAt = wall
        let record = strategies[slot]
        notes.append(
            .strategySetting(
                StrategySettingRecord(
                    strategy: record.id, fileHash: record.fileHash, isEnabled: record.configuration?.enabled ?? false,
                    configurationJSON: record.override.json, changedBy: requester.user, time: wall)))
    }

    // MARK: Changing the configuration

    func plan(_ change: StrategyChange, of id: String) throws(HostRefusal) -> StrategyPlan {
        let slot = try wired(id)
        if let other = change.id, other != id { throw .invalid("config.id", "an id cannot be changed") }
        let record = strategies[slot]
        guard let configuration = record.configuration, let plugin = record.plugin else {
            throw .conflict("\(id) is faulted: \(record.problem ?? "")")
        }
        var faults = faults(of: change)
        var instruments = change.instruments.map { indices(of: $0, &faults) } ?? record.instruments
        var normalized = change
        if change.instruments != nil { normalized.instruments = instruments.map { universe.instruments[$0].id } }
        if !faults.isEmpty {
            // The plugin still says what it thinks of the parameters.
            normalized = StrategyChange()
            normalized.parameters = change.parameters
            instruments = record.instruments
        }
        let override = record.override.merged(with: normalized)
        var wanted = override.applied(to: configuration)
        wanted.enabled = configuration.enabled
        return StrategyPlan(
            slot: slot, faults: faults, isLive: change.isLive == true, configuration: wanted, override: override,
            instruments: instruments,
            timeframe: universe.timeframe(wanted.timeframe, of: instruments), plugin: plugin,
            universe: universe.instruments, basis: record.updatedAt)
    }

    /// Of instruments by id or alias, each once.
    private func indices(of ids: [String], _ faults: inout [RequestFault]) -> [Int] {
        if ids.isEmpty { faults.append(RequestFault(path: "config.instruments", message: "at least one is needed")) }
        var indices: [Int] = []
        for (place, id) in ids.enumerated() {
            guard let index = instrument(id) else {
                faults.append(.unknownInstrument("config.instruments.\(place)", id))
                continue
            }
            if !indices.contains(index) { indices.append(index) }
        }
        return indices
    }

    private func faults(of change: StrategyChange) -> [RequestFault] {
        var faults: [RequestFault] = []
        func check(_ path: String, _ isGood: Bool, _ message: String) {
            if !isGood { faults.append(RequestFault(path: "config.\(path)", message: message)) }
        }
        let percents = [
            ("risk_parameters.stop_loss_percent", change.stopLossPercent),
            ("risk_parameters.take_profit_percent", change.takeProfitPercent),
        ]
        for (path, percent) in percents {
            guard let percent else { continue }
            check(path, percent >= .zero && percent.raw <= 100 * Rate.one.raw, "must be 0 (none) to 100")
        }
        if let size = change.maxPositionSize {
            check("risk_parameters.max_position_size", size >= .zero, "must not be negative")
        }
        if let loss = change.maxDailyLoss {
            check("risk_parameters.max_daily_loss", loss >= .zero, "must not be negative")
        }
        if let window = change.schedule {
            check("schedule.start_time", Schedule.minutes(window.startTime).map { $0 < 1440 } ?? false, "must be HH:MM")
            check("schedule.end_time", Schedule.minutes(window.endTime) != nil, "must be HH:MM, up to 24:00")
            let areDays = !window.daysOfWeek.isEmpty && window.daysOfWeek.allSatisfy { (0...7).contains($0) }
            check("schedule.days_of_week", areDays, "must name days 0…7 (0 and 7 = Sunday)")
            if let zone = window.timeZone {
                check("schedule.time_zone", Schedule.isZone(zone), "must be an IANA time zone like Europe/Berlin")
            }
        }
        return faults
    }

    func apply(_ plan: StrategyPlan, _ replacement: StrategyInstance, by requester: Requester) throws(HostRefusal)
        -> StrategyView
    {
        let id = strategies[plan.slot].id
        guard strategies[plan.slot].updatedAt == plan.basis else {
            throw .conflict("\(id) was changed by someone else in the meantime; look at it and try again")
        }
        // One that broke the contract begins anew: its memory may be what broke it.
        if let old = strategies[plan.slot].instance, engine.fault(strategy: plan.slot) == nil,
            case .success(let state?) = old.saveState(), case .failure(let refusal) = replacement.restoreState(state)
        {
            throw .conflict(
                "the running \(id) cannot hand over its memory: "
                    + refusal.problems.map(\.text).joined(separator: "; "))
        }
        var terms = wiring.slot(plan.configuration, plan.instruments, plan.timeframe)
        terms.account = strategies[plan.slot].account
        let call = StrategyCall(
            instance: replacement.pointer, process: replacement.process, events: plan.plugin.events)
        engine.rebind(strategy: plan.slot, terms, call: call)
        strategies[plan.slot].instance = replacement
        strategies[plan.slot].configuration = plan.configuration
        strategies[plan.slot].override = plan.override
        strategies[plan.slot].instruments = plan.instruments
        strategies[plan.slot].timeframe = plan.timeframe
        strategies[plan.slot].problem = nil
        strategies[plan.slot].isFaultKnown = false
        writeSetting(plan.slot, by: requester)
        audit("strategy.configure", id, by: requester, ["configuration": plan.override.json])
        return strategyView(plan.slot)
    }
}
