import API
import Engine
import PluginHost
import Trading

extension RunningHost {
    func startBacktest(_ strategy: String, _ request: BacktestRequest, by requester: Requester)
        async throws(HostRefusal) -> BacktestView
    {
        let terms = try await ask { core throws(HostRefusal) in try core.backtestTerms(strategy, request) }
        let view = try await blocking { [backtests] () throws(HostRefusal) in
            try backtests.add { number in
                BacktestJob(
                    number: number, strategy, account: terms.account, terms.request, seed: terms.seed,
                    override: terms.override, by: requester)
            }
        }
        try await ask(.required) { core throws(HostRefusal) in
            core.audit("backtest.start", strategy, by: requester, ["backtest": view.id])
        }
        return view
    }

    func backtests(of strategy: String) async throws(HostRefusal) -> [BacktestView] {
        _ = try await self.strategy(strategy)
        return backtests.all(of: strategy)
    }

    func backtest(_ id: String, of strategy: String) async throws(HostRefusal) -> BacktestView {
        _ = try await self.strategy(strategy)
        return try backtests.find(id, of: strategy)
    }

    func cancelBacktest(_ id: String, of strategy: String, by requester: Requester) async throws(HostRefusal)
        -> BacktestView
    {
        _ = try await self.strategy(strategy)
        let view = try await blocking { [backtests] () throws(HostRefusal) in
            try backtests.cancel(id, of: strategy, by: requester.user)
        }
        try await ask(.required) { core throws(HostRefusal) in
            core.audit("backtest.cancel", strategy, by: requester, ["backtest": id])
        }
        return view
    }

    func backtestReport(_ id: String, of strategy: String) async throws(HostRefusal) -> String {
        _ = try await self.strategy(strategy)
        return try await blocking { [backtests] () throws(HostRefusal) in try backtests.report(id, of: strategy) }
    }

    func recentBacktests() -> [BacktestView] { backtests.recent() }

    private func blocking<T: Sendable>(_ work: @escaping @Sendable () throws(HostRefusal) -> T)
        async throws(HostRefusal) -> T
    {
        do {
            return try await BlockingWork.run { try work() }
        } catch let refusal as HostRefusal {
            throw refusal
        } catch {
            throw .unavailable("the backtest could not be kept: \(error)")
        }
    }
}

/// What a backtest is run with beside its request.
struct BacktestTerms {
    /// Instruments by their ids.
    var request: BacktestRequest
    var account: String
    var seed: UInt64?
    var override: StrategyOverride?
}

extension HostCore {
    func backtestTerms(_ id: String, _ request: BacktestRequest) throws(HostRefusal) -> BacktestTerms {
        if let broken = neverWired.first(where: { $0.id == id }) {
            throw .conflict("\(id) is faulted: \(broken.problem ?? "")")
        }
        let slot = try wired(id)
        var faults: [RequestFault] = []
        var chosen: [Int] = []
        for (place, name) in request.instruments.enumerated() {
            guard let index = instrument(name) else {
                faults.append(.unknownInstrument("instruments.\(place)", name))
                continue
            }
            if !chosen.contains(index) { chosen.append(index) }
        }
        if request.instruments.isEmpty { chosen = strategies[slot].instruments }
        let currencies = Set(chosen.map { universe.instruments[$0].quoteCurrency })
        if currencies.count > 1 {
            faults.append(
                RequestFault(
                    path: "instruments",
                    message:
                        "are quoted in \(currencies.sorted().joined(separator: ", ")); a backtest counts in one currency"
                ))
        }
        let plugin = strategies[slot].plugin
        for parameter in request.parameters
        where plugin?.parameters.contains(where: { $0.name == parameter.name }) == false {
            let known = plugin?.parameters.map(\.name).joined(separator: ", ") ?? ""
            faults.append(
                RequestFault(
                    path: "parameters.\(parameter.name)", message: "is no parameter of \(id); they are: \(known)"))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        var request = request
        request.instruments = chosen.map { universe.instruments[$0].id }
        let record = strategies[slot]
        return BacktestTerms(
            request: request, account: accounts[record.account].id, seed: (feed as? SimulatedFeed)?.seed,
            override: record.override)
    }
}
