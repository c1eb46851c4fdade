import ArgumentParser
import Configuration
import Execution
import MarketData
import PluginHost
import Trading

/// What a backtest is of: flags of every command that runs one, or many.
struct BacktestInputs: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Market data: CSV, plain or gzip, or a recording, by its file or as `sessions` names it; several make one timeline.",
            valueName: "file"))
    var data: [String] = []

    @Option(
        help: ArgumentHelp(
            "Instead of --data: recorded data that covers --from to --to, else what the simulator makes of this seed.",
            valueName: "seed"))
    var history: UInt64?

    @Flag(help: .hidden)
    var recordedOnly = false

    @Option(
        help: ArgumentHelp(
            "What the data is of, once for each file; default: the strategy's instrument, or the file's name.",
            valueName: "id"),
        transform: DecimalArgument.instrument)
    var instrument: [String] = []

    @Option(help: ArgumentHelp("Sets a parameter; may be repeated.", valueName: "key=value"), transform: Setting.init)
    var set: [Setting] = []

    @Option(
        help: ArgumentHelp("Only data from this time on (UTC unless it says otherwise).", valueName: "time"),
        transform: DecimalArgument.instant)
    var from: Timestamp?

    @Option(help: ArgumentHelp("Only data before this time.", valueName: "time"), transform: DecimalArgument.instant)
    var to: Timestamp?

    @Option(
        help: ArgumentHelp(
            "Shows the strategy so much data from before --from; what it does with it does not count.",
            valueName: "time"),
        transform: DecimalArgument.duration)
    var warmUp: Int64 = 0

    @Option(
        help: ArgumentHelp(
            "Opening cash in the quote currency; default: the account's, or 1000000.", valueName: "amount"),
        transform: DecimalArgument.cash)
    var cash: Money?

    @Option(
        help: ArgumentHelp("Commission as a fraction of a fill's value, maker and taker.", valueName: "rate"),
        transform: DecimalArgument.commissionRate)
    var commissionRate: Rate = .zero

    @Option(
        help: ArgumentHelp("How much worse than the market takers trade, in basis points.", valueName: "n"),
        transform: DecimalArgument.basisPoints)
    var slippageBps: Rate = .zero

    @Option(
        help: ArgumentHelp("Which end of a bar its time names: open or close.", valueName: "end"),
        transform: BacktestInputs.barEnd)
    var barStamp = CSVOptions.BarStamp.open

    @Option(help: ArgumentHelp("Zone of times that name none.", valueName: "zone"), transform: BacktestInputs.zone)
    var tz = StampZone.utc

    @Option(
        help: ArgumentHelp(
            "Bars to build from finer data; default: the strategy's, or 1m where it needs bars.",
            valueName: "length"),
        transform: DecimalArgument.timeframe)
    var timeframe: Timeframe?

    @OptionGroup(title: "What holding a position costs") var financing: FinancingOptions

    @OptionGroup(title: "Beside the strategy's own limits") var session: SessionOptions

    func plan(_ strategies: [String], _ folder: StrategiesFolder, dataPath: String) throws(CommandError) -> BacktestPlan
    {
        var plan = BacktestPlan(names: strategies, paths: data.map { DataFolder.recording($0, in: dataPath) })
        plan.csv.barStamp = barStamp
        plan.csv.zone = tz
        plan.csv.from = from
        plan.csv.to = to
        plan.warmUp = warmUp
        plan.instruments = instrument
        if let from, let to, data.isEmpty {
            plan.history = BacktestHistory(
                dataPath: dataPath, feeds: folder.host.feeds, strategiesPath: folder.path,
                seed: recordedOnly ? nil : history, from: from.before(warmUp), to: to)
        }
        plan.timeframe = timeframe
        plan.parameters = try parameters(of: strategies)
        plan.cash = cash
        plan.session = session.terms
        plan.venue.takerRate = commissionRate
        plan.venue.makerRate = commissionRate
        plan.venue.slippage = slippageBps
        plan.financing = financing.terms
        return plan
    }

    /// Of one strategy KEY=VALUE, of several NAME.KEY=VALUE; the last one of a key counts.
    private func parameters(of strategies: [String]) throws(CommandError) -> [String: [String: ParameterValue]] {
        var parameters: [String: [String: ParameterValue]] = [:]
        for setting in set {
            guard strategies.count > 1 else {
                parameters[strategies[0], default: [:]][setting.key] = .text(setting.value)
                continue
            }
            let parts = setting.key.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2, strategies.contains(parts[0]) else {
                throw CommandError(
                    .usage, "which of the strategies is meant is not said", at: "--set \(setting.key)=\(setting.value)",
                    "write \(strategies[0]).\(parts.last ?? setting.key)=\(setting.value), or another of "
                        + strategies.joined(separator: ", "))
            }
            parameters[parts[0], default: [:]][parts[1]] = .text(setting.value)
        }
        return parameters
    }

    func validate() throws {
        guard data.isEmpty == (history != nil || recordedOnly) else {
            throw ValidationError("name the market with --data, or with --history and the time with --from and --to")
        }
        if data.isEmpty, from == nil || to == nil {
            throw ValidationError("--history needs a time: name it with --from and --to")
        }
        if !data.isEmpty, !instrument.isEmpty, instrument.count != data.count {
            throw ValidationError("--instrument stands for each --data, in the same order, or not at all")
        }
        if warmUp > 0, from == nil { throw ValidationError("--warm-up is what comes before --from: name that too") }
        if let from, let to, from >= to { throw ValidationError("--from must be before --to") }
    }

    static func barEnd(_ text: String) throws -> CSVOptions.BarStamp {
        guard let end = CSVOptions.BarStamp(rawValue: text) else {
            throw ValidationError("'\(text)' is neither open nor close")
        }
        return end
    }

    static func zone(_ text: String) throws -> StampZone {
        guard let zone = StampZone(text) else {
            throw ValidationError("'\(text)' is not a zone like UTC, -05:00 or America/New_York")
        }
        return zone
    }
}

/// KEY=VALUE of --set.
struct Setting {
    let key: String
    let value: String

    init(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { throw ValidationError("'\(text)' is not KEY=VALUE") }
        key = String(parts[0])
        value = String(parts[1])
    }
}
