import Engine
import MarketData
import PluginHost
import Trading

/// A backtest that needs nothing more than the strategies' parameters; its data is read once for any number of them.
struct PreparedBacktest {
    /// In the order of their names, as `setup.strategies`.
    var members: [PreparedMember]
    var files: [MarketFile]
    /// What comes before is to warm up.
    var start: Timestamp?
    var bars: [Timeframe]
    var setup: EngineSetup

    /// The strategy of a backtest that has one.
    var sole: PreparedMember { members[0] }

    /// Which strategies could not be made, and why.
    struct Refusal: Error {
        var members: [(index: Int, refusal: PluginRefusal)]
    }

    /// With new instances of the strategies; `parameters` has as many entries as there are members.
    func begin(_ parameters: [[String: ParameterValue]]) -> Result<Backtest, Refusal> {
        var made: [BacktestMember] = []
        var refusals: [(index: Int, refusal: PluginRefusal)] = []
        for (index, member) in members.enumerated() {
            let instance = StrategyInstance.create(
                member.plugin, isolation: member.isolation, instruments: setup.instruments,
                bound: setup.strategies[index].instruments.map(UInt32.init), parameters: parameters[index])
            switch instance {
            case .success(let instance):
                made.append(BacktestMember(strategyID: member.strategyID, plugin: member.plugin, instance: instance))
            case .failure(let refusal): refusals.append((index, refusal))
            }
        }
        guard refusals.isEmpty else { return .failure(Refusal(members: refusals)) }
        return .success(
            Backtest(
                members: made, files: files, start: start, instruments: setup.instruments, bars: bars, setup: setup))
    }

    /// Every reason, in the words of the place where the parameters stand.
    func reasons(_ refusal: Refusal) -> [String] {
        refusal.members.flatMap { index, refusal in
            let member = members[index]
            return member.reasons(refusal).map { members.count > 1 ? "\(member.strategyID): \($0)" : $0 }
        }
    }
}

extension Timestamp {
    /// So many nanoseconds before, or the first instant there is.
    func before(_ nanoseconds: Int64) -> Timestamp {
        let (earlier, overflow) = self.nanoseconds.subtractingReportingOverflow(nanoseconds)
        return Timestamp(nanoseconds: overflow ? .min : earlier)
    }
}
