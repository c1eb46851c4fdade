import Configuration
import Controls
import Engine
import Execution
import MarketData
import Portfolio
import Trading

// Accounts, limits and strategies of a backtest as its engine takes them. All is counted in the currency of the instruments, and
// with it every limit that is money.

extension BacktestPlan {
    /// What the host's file says of everybody, its money in the currency of `account`.
    func take(_ host: HostConfiguration, _ account: AccountConfiguration, _ setup: inout EngineSetup) {
        let rate = rate(of: account, setup)
        setup.takeFinancing(host)
        setup.systemLimits = LimitSet(host.limits).counted(at: rate)
        for (index, instrument) in setup.instruments.enumerated() {
            setup.instrumentLimits[index] = host.instrumentLimits[instrument.id].map { LimitSet($0).counted(at: rate) }
        }
    }

    func account(of strategy: StrategyConfiguration, _ host: HostConfiguration) -> AccountConfiguration {
        host.account(strategy.account) ?? AccountConfiguration(id: strategy.account)
    }

    /// A strategy of the folder with its account, which those that name the same share; and the bars that it wants.
    func strategy(
        _ file: StrategyConfiguration, _ host: HostConfiguration, _ market: Market, _ setup: inout EngineSetup
    ) throws(CommandError) -> (terms: EngineSetup.Strategy, bars: Timeframe?) {
        let account = account(of: file, host)
        let rate = rate(of: account, setup)
        if !setup.accounts.contains(where: { $0.id == account.id }) {
            var terms = EngineSetup.Account(
                account, host.program(account.complianceProgram), market.universe, start: market.first)
            terms.terms.currency = 0
            terms.terms.openingBalance = cash ?? account.openingBalance
            terms.limits = terms.limits.counted(at: rate)
            terms.program = terms.program.counted(at: rate)
            terms.tables = terms.tables.counted(at: rate)
            setup.accounts.append(terms)
        }
        var terms = EngineSetup.Strategy(
            id: file.id, account: setup.accounts.firstIndex { $0.id == account.id } ?? 0,
            instruments: try instruments(of: file, setup))
        terms.limits = session.tightened(LimitSet(file.limits)).counted(at: rate)
        terms.schedule = file.schedule.windows(from: market.first)
        terms.orderKinds = file.orderKinds ?? OrderKind.allCases
        terms.protection = ProtectionTerms(file.risk).tighter(session.protection)
        return (terms, market.universe.timeframe(timeframe ?? file.timeframe, of: terms.instruments))
    }

    /// A plugin alone: an account of its own kind, which plugins share, and no limits but the session's.
    func strategy(
        _ id: String, events: UInt64, _ market: Market, _ setup: inout EngineSetup
    ) -> (terms: EngineSetup.Strategy, bars: Timeframe?) {
        if !setup.accounts.contains(where: { $0.id == BacktestPlan.plainAccount }) {
            setup.accounts.append(
                EngineSetup.Account(
                    id: BacktestPlan.plainAccount,
                    terms: AccountTerms(
                        openingBalance: cash ?? BacktestPlan.standardCash, maxLeverage: BacktestPlan.plainLeverage)))
        }
        var terms = EngineSetup.Strategy(
            id: id, account: setup.accounts.firstIndex { $0.id == BacktestPlan.plainAccount } ?? 0,
            instruments: Array(setup.instruments.indices))
        terms.limits = session.tightened(LimitSet())
        terms.protection = session.protection
        let hasWanted = market.files.allSatisfy { events & $0.eventMask != 0 }
        return (terms, timeframe ?? (hasWanted ? nil : .oneMinute))
    }

    /// One strategy trades all that there is data of; of several each its own.
    private func instruments(
        of file: StrategyConfiguration, _ setup: EngineSetup
    ) throws(CommandError) -> [Int] {
        let all = Array(setup.instruments.indices)
        guard names.count > 1, !file.instruments.isEmpty else { return all }
        let own = all.filter { file.instruments.contains(setup.instruments[$0].id) }
        guard own.isEmpty else { return own }
        throw CommandError(
            .usage, "there is no data of its instruments \(file.instruments.joined(separator: ", "))", at: file.file,
            "name a file of one of them with --data and --instrument, or leave \(file.id) out")
    }

    private func rate(of account: AccountConfiguration, _ setup: EngineSetup) -> Rate {
        account.currency == setup.currencies[0] ? .one : account.conversion[setup.currencies[0]]?.rate ?? .one
    }
}
