import API
import Configuration
import Engine
import Journal
import Portfolio
import Trading

// Rebalancings as clients ask for them.

extension RunningHost {
    func rebalancing(ofAccount id: String?) async throws(HostRefusal) -> RebalanceStateView {
        try await ask { core throws(HostRefusal) in try core.rebalancing(try core.accountIndex(id)) }
    }

    func rebalance(_ request: RebalanceRequest, by requester: Requester) async throws(HostRefusal) -> RebalanceView {
        try await ask(request.isDry ? .whenPossible : .required) { core throws(HostRefusal) in
            var view = core.hostNames.view(of: try core.rebalance(request, by: requester))
            if request.isDry { view.id = "dry-run" }
            return view
        }
    }
}

extension HostCore {
    func rebalancing(_ account: Int) throws(HostRefusal) -> RebalanceStateView {
        let planned = try rebalancePlan(account, isForced: false)
        let settings = rebalanceSettings(account)
        let weights = planned.instruments.indices.map { index in
            let listed = universe.instruments[planned.instruments[index]]
            return RebalanceStateView.Weight(
                instrument: listed.id, symbol: listed.aliases.first ?? listed.id, weight: planned.plan.weights[index],
                target: planned.targets[index])
        }
        return RebalanceStateView(
            account: accounts[account].id, method: settings?.weights.name ?? "off", band: settings?.band ?? .zero,
            frequency: RebalanceSettings.frequency(settings?.everySeconds), equity: try requiredEquity(account),
            weights: weights, isWithinBands: planned.plan.isWithinBands,
            last: rebalances.latest[account].map { hostNames.view(of: RebalanceRun($0)) })
    }

    /// Over all accounts.
    var rebalanceFigures: RebalanceFigures {
        var figures = RebalanceFigures()
        let all = accounts.indices.compactMap(rebalanceSettings)
        figures.lastAt = rebalances.latest.values.map(\.updatedAt).max()
        figures.frequency = RebalanceSettings.frequency(all.compactMap(\.everySeconds).min())
        figures.count = rebalances.count
        figures.positions = all.isEmpty ? nil : all.reduce(0) { $0 + $1.count(of: universe.instruments.count) }
        return figures
    }
}

extension RebalanceSettings {
    /// As document 002 writes it: "15min".
    fileprivate static func frequency(_ seconds: Int64?) -> String {
        guard let seconds else { return "off" }
        for (unit, name) in [(86_400, "d"), (3600, "h"), (60, "min")] as [(Int64, String)]
        where seconds % unit == 0 {
            return "\(seconds / unit)\(name)"
        }
        return "\(seconds)s"
    }

    /// How many instruments have a target; `all` = those of the host.
    fileprivate func count(of all: Int) -> Int {
        switch weights {
        case .fixed(let weights): weights.count
        case .equal(let names), .inverseVolatility(let names): names?.count ?? all
        }
    }
}
