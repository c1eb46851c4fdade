import API
import Configuration
import Engine
import Journal
import PluginHost
import Trading

// Strategies as commands of the engine thread.

extension RunningHost {
    func strategies() async throws(HostRefusal) -> [StrategyView] {
        try await read { core throws(HostRefusal) in
            let views = core.strategies.indices.filter(core.isListed).map(core.strategyView)
            return (views + core.neverWired).sorted { $0.id < $1.id }
        }
    }

    func strategy(_ id: String) async throws(HostRefusal) -> StrategyView {
        try await read { core throws(HostRefusal) in
            if let view = core.neverWired.first(where: { $0.id == id }) { return view }
            let slot = try core.wired(id)
            var view = core.strategyView(slot)
            view.descriptions = core.strategies[slot].instance?.plugin.parameters.map(ParameterDescription.init) ?? []
            return view
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

    func configure(_ id: String, _ change: StrategyChange, by requester: Requester) async throws(HostRefusal)
        -> StrategyView
    {
        let plan = try await ask { core throws(HostRefusal) in try core.plan(change, of: id) }
        _ = try await replace(plan, by: requester)
        return try await ask(.required) { core throws(HostRefusal) in core.strategyView(plan.slot) }
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
        let before = engine.factLog.events.count
        if on {
            guard !isClosing else { throw .unavailable("the host is stopping") }
            let state = state(slot)
            guard state != .faulted, state != .quarantined else {
                throw .conflict("\(id) is \(state.rawValue): \(problem(slot) ?? ""); reload it first")
            }
            engine.releaseRunaway(strategy: slot)
            engine.enable(strategy: slot)
            note(strategies[slot].lifecycle.enable("switched on by \(requester.user)", at: wallTime), slot)
        } else {
            engine.disable(strategy: slot, policy: strategies[slot].configuration?.onStop.stopPolicy ?? .cancel)
            note(strategies[slot].lifecycle.disable("switched off by \(requester.user)", at: wallTime), slot)
        }
        noteSwitch(slot, on: on, by: requester)
        var view = strategyView(slot)
        if !on { view.switchOff = switchOff(slot, since: before) }
        return view
    }

    /// What became of orders and positions since `before` facts.
    private func switchOff(_ slot: Int, since before: Int) -> SwitchOffView {
        var view = SwitchOffView(
            policy: (strategies[slot].configuration?.onStop.stopPolicy ?? .cancel).rawValue, cancelledOrders: 0,
            closing: [], kept: [])
        for case .orderChanged(let order, .strategyStopped) in engine.factLog.events[before...]
        where order.intent.strategy == Int32(slot) { view.cancelledOrders += 1 }
        for (index, instrument) in universe.instruments.enumerated() {
            let held = engine.position(strategy: slot, instrument: index).quantity
            guard held != .zero else { continue }
            let isClosing = engine.workingOrders(instrument: index).contains {
                $0.intent.strategy == Int32(slot) && $0.intent.origin == .liquidation
            }
            if isClosing { view.closing.append("\(instrument.id) \(held)") }
            if !isClosing { view.kept.append("\(instrument.id) \(held)") }
        }
        return view
    }

    func noteSwitch(_ slot: Int, on: Bool, by requester: Requester) {
        strategies[slot].override.isEnabled = on
        strategies[slot].configuration?.enabled = on
        writeSetting(slot, by: requester)
        audit(on ? "strategy.enable" : "strategy.disable", strategies[slot].id, by: requester)
    }

    /// `json`: of its override, where it was made before.
    func writeSetting(_ slot: Int, json: String? = nil, by requester: Requester) {
        let wall = Timestamp(nanoseconds: WallClock.now)
        strategies[slot].updatedAt = wall
        let record = strategies[slot]
        notes.append(
            .strategySetting(
                StrategySettingRecord(
                    strategy: record.id, fileHash: record.fileHash, isEnabled: record.configuration?.enabled ?? false,
                    configurationJSON: json ?? record.override.json, changedBy: requester.user, time: wall)))
    }

    // MARK: Changing the configuration

    func plan(_ change: StrategyChange, of id: String) throws(HostRefusal) -> StrategyPlan {
        let slot = try wired(id)
        if let other = change.id, other != id { throw .invalid("config.id", "an id cannot be changed") }
        let record = strategies[slot]
        guard let configuration = record.configuration, let plugin = record.plugin else {
            throw .conflict("\(id) is faulted: \(problem(slot) ?? "")")
        }
        var faults = faults(of: change)
        var instruments = change.instruments.map { indices(of: $0, &faults) } ?? record.instruments
        for id in instruments.map({ universe.instruments[$0].id }) where !configuration.isCapable(of: id) {
            faults.append(
                RequestFault(
                    path: "config.instruments", message: "capabilities.instruments of its file does not list \(id)"))
        }
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
        var plan = plan(slot, configuration, plugin)
        plan.faults = faults
        plan.isLive = change.isLive == true
        plan.configuration = wanted
        plan.override = override
        plan.instruments = instruments
        plan.timeframe = universe.timeframe(wanted.timeframe, of: instruments)
        plan.terms = terms(slot, wanted, instruments, plan.timeframe)
        return plan
    }

    /// A plan that changes nothing.
    func plan(_ slot: Int, _ configuration: StrategyConfiguration, _ plugin: LoadedPlugin) -> StrategyPlan {
        let record = strategies[slot]
        return StrategyPlan(
            slot: slot, id: record.id, configuration: configuration,
            terms: terms(slot, configuration, record.instruments, record.timeframe), instruments: record.instruments,
            timeframe: record.timeframe, plugin: plugin,
            // A copy out of the archive does not lie where its library did.
            isolation: record.instance?.isolation ?? catalog.isolation(of: configuration, plugin),
            universe: universe.instruments, seed: record.seed,
            archive: GenerationArchive(dataPath: dataPath), basis: record.updatedAt,
            replacements: record.replacements)
    }

    func terms(
        _ slot: Int, _ configuration: StrategyConfiguration, _ instruments: [Int], _ timeframe: Timeframe
    ) -> EngineSetup.Strategy {
        var terms = wiring.slot(configuration, instruments, timeframe)
        terms.account = strategies[slot].account
        terms.protection = protection(slot, terms.protection)
        terms.limits = limitsInForce(slot, of: terms.limits)
        return terms
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
}
