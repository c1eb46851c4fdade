import API
import Configuration
import Engine
import Journal
import Trading

// Whose accounts there are, and what belongs to which.

extension RunningHost {
    func account(of subject: AccountSubject) async throws(HostRefusal) -> String? {
        let known = try await ask { core throws(HostRefusal) in core.account(of: subject) }
        guard known == nil, case .order(let id) = subject, let number = HostNames.number(id, "ord") else {
            return known
        }
        return try await older { journal, names in
            try journal.order(id: number).map { names.view(of: $0.order).account }
        }
    }
}

extension HostCore {
    /// By host.yaml; accounts that it no longer has are admins' alone.
    var accountGrants: [AccountGrant] {
        accounts.enumerated().map { index, account in
            let configured = host.accounts.first { $0.id == account.id }
            return AccountGrant(
                id: account.id, users: configured?.users.mapValues { $0 == .trade ? .trade : .view } ?? [:],
                manualStrategy: StrategyRecord.manualID(inAccount: index, account.id))
        }
    }

    /// nil = nothing in memory has the id.
    func account(of subject: AccountSubject) -> String? {
        switch subject {
        case .strategy(let id):
            if let slot = strategies.firstIndex(where: { $0.id == id }) { return accountID(ofStrategy: slot) }
            return neverWired.first { $0.id == id }?.account
        case .order(let id):
            guard let number = HostNames.number(id, "ord"),
                let order = engine.workingOrder(id: number) ?? orders[number]
            else { return nil }
            return hostNames.account(order.account)
        case .position(let id):
            guard let number = HostNames.number(id, "pos"), let book = book(ofPosition: number) else { return nil }
            return accountID(ofStrategy: book.slot)
        }
    }

    func accountID(ofStrategy slot: Int) -> String { accounts[strategies[slot].account].id }

    /// Those that a stop concerns; none = all.
    func accounts(of request: StopRequest) -> [String] {
        guard let target = request.target else { return [] }
        switch request.scope {
        case .system, .instrument: return []
        case .account: return [target]
        case .agent: return account(of: .strategy(target)).map { [$0] } ?? []
        }
    }

    /// Those on which strategies trade, each once.
    func accounts(ofStrategies ids: [String]) -> [String] {
        var found: [String] = []
        for account in ids.compactMap({ account(of: .strategy($0)) }) where !found.contains(account) {
            found.append(account)
        }
        return found
    }
}
