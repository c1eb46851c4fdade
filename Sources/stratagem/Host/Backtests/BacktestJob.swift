import API
import Trading

/// A backtest that a client asked for, as its file keeps it: decimals as texts, times in nanoseconds.
struct BacktestJob: Codable, Equatable {
    struct Parameter: Codable, Equatable {
        var name: String
        var text: String
    }

    var number: Int
    var strategy: String
    var account: String
    var user: String
    var instruments: [String]
    var from: Int64
    var to: Int64
    var timeframe: String?
    var cash: String?
    var commission: String?
    var slippageBasisPoints: String?
    var parameters: [Parameter] = []
    /// Of the simulator; nil = recorded data alone.
    var seed: UInt64?
    /// What operators have changed of the strategy's file.
    var override: StrategyOverride?

    var state: String
    var createdAt: Int64
    var startedAt: Int64?
    var endedAt: Int64?
    var error: String?
    /// What the command line printed.
    var result: String?

    var id: String { "bt_\(number)" }
    var isOver: Bool { endedAt != nil }

    init(
        number: Int, _ strategy: String, account: String, _ request: BacktestRequest, seed: UInt64?,
        override: StrategyOverride?, by requester: Requester
    ) {
        self.number = number
        self.strategy = strategy
        self.account = account
        user = requester.user
        instruments = request.instruments
        from = request.from.nanoseconds
        to = request.to.nanoseconds
        timeframe = request.timeframe
        cash = request.initialBalance?.description
        commission = request.commission?.description
        slippageBasisPoints = request.slippage.map { Rate(raw: $0.raw * 10_000).description }
        parameters = request.parameters.map { Parameter(name: $0.name, text: $0.text) }
        self.seed = seed
        self.override = override
        state = BacktestView.State.queued.rawValue
        createdAt = WallClock.now
    }

    mutating func begin() {
        state = BacktestView.State.running.rawValue
        startedAt = WallClock.now
    }

    mutating func end(_ outcome: BacktestOutcome) {
        endedAt = WallClock.now
        switch outcome {
        case .completed(let printed):
            state = BacktestView.State.completed.rawValue
            result = printed
        case .failed(let reason):
            state = BacktestView.State.failed.rawValue
            error = reason
        }
    }

    /// What the command line is asked; `folder` is where it leaves its files.
    func arguments(strategies: String, data: String, folder: String, process: Int32) -> [String] {
        var words = [
            "backtest", strategy, "--from", Timestamp(nanoseconds: from).description, "--to",
            Timestamp(nanoseconds: to).description, "--strategies", strategies, "--data-dir", data, "--json", "--quiet",
            "--tied-to", String(process), "--progress-file", "\(folder)/progress", "--report", "\(folder)/report.html",
        ]
        words += seed.map { ["--history", String($0)] } ?? ["--recorded-only"]
        for instrument in instruments { words += ["--instrument", instrument] }
        for parameter in parameters { words += ["--set", "\(parameter.name)=\(parameter.text)"] }
        if override != nil { words += ["--override-file", "\(folder)/override.json"] }
        for (flag, value) in [
            ("--timeframe", timeframe), ("--cash", cash), ("--commission-rate", commission),
            ("--slippage-bps", slippageBasisPoints),
        ] {
            if let value { words += [flag, value] }
        }
        return words
    }

    /// `progress` of one that runs; the result only where somebody asks for one backtest.
    func view(progress: Double = 0, withResult: Bool = false) -> BacktestView {
        let state = BacktestView.State(rawValue: state) ?? .failed
        var view = BacktestView(
            id: id, strategy: strategy, account: account, state: state, instruments: instruments,
            from: Timestamp(nanoseconds: from), to: Timestamp(nanoseconds: to),
            createdAt: Timestamp(nanoseconds: createdAt), startedAt: startedAt.map(Timestamp.init(nanoseconds:)),
            endedAt: endedAt.map(Timestamp.init(nanoseconds:)), progress: state == .completed ? 1 : progress,
            error: error)
        if withResult, let result { view.result = try? JSONValue(parsing: result) }
        return view
    }
}

/// How a backtest has ended.
enum BacktestOutcome: Equatable {
    /// With what it printed.
    case completed(String)
    case failed(String)
}
