public import Controls
public import Execution
public import Portfolio
public import Trading

/// Everything an engine starts with. Indices into these arrays name instruments, accounts and strategies ever after.
public struct EngineSetup: Sendable {
    public struct Account: Sendable {
        public var id: String
        /// Accounts of one owner may not trade with each other.
        public var owner: String
        public var terms: AccountTerms
        /// Of a year, what shorts pay in instruments of settlement `cash` that say nothing themselves.
        public var borrowRate = Rate.zero
        public var limits = LimitSet()
        /// Sides closed by the account's compliance program, by instrument index.
        public var restricted: [Int: RestrictedSides] = [:]
        public var checksTradingHours = true
        public var checksSelfTrade = true
        /// Of its compliance program.
        public var programName = "default"
        /// What else that asks for.
        public var program = ComplianceTerms()
        public var tables = ComplianceTables()

        public init(id: String, owner: String = "default", terms: AccountTerms) {
            self.id = id
            self.owner = owner
            self.terms = terms
        }
    }

    public struct Strategy: Sendable {
        public var id: String
        public var account: Int
        /// Indices of the instruments that it may see and trade.
        public var instruments: [Int]
        /// The bars that it is given; nil = those of every length that the feed has.
        public var timeframe: Timeframe?
        public var limits = LimitSet()
        /// What it may send.
        public var orderKinds = OrderKind.allCases
        /// When it may send; nil = always.
        public var schedule: TradingSchedule?
        /// What becomes of its orders and positions when it fails.
        public var onFault = StopPolicy.cancel
        /// In each of its instruments, until `setProtection` changes them.
        public var protection = ProtectionTerms.none

        public init(id: String, account: Int = 0, instruments: [Int]) {
            self.id = id
            self.account = account
            self.instruments = instruments
        }
    }

    public var instruments: [Instrument]
    /// One for each instrument.
    public var feeds: [FeedKinds]
    public var currencies: [String]
    public var accounts: [Account]
    public var strategies: [Strategy]
    public var venue = VenueTerms()
    public var systemLimits = LimitSet()
    /// By instrument index.
    public var instrumentLimits: [Int: LimitSet] = [:]
    /// By instrument index: what its positions pay at which times.
    public var funding: [Int: FundingTerms] = [:]
    /// By instrument index: what its shorts pay a year, whatever their account says.
    public var borrowRates: [Int: Rate] = [:]
    /// Conversion rates that follow an instrument's mark; until it has one, the account's fixed rate holds.
    public var quotedRates: [QuotedRate] = []
    public var workingOrdersMax = 4096
    /// Strategies that `Engine.add` takes in; those of the setup may be more.
    public var strategiesMax = 1024
    /// Intents of one strategy in answer to one event.
    public var intentsPerEventMax = 64
    /// Times that a strategy may answer verdicts, fills and signals with new intents before the next market event or timer;
    /// beyond that it counts as a runaway.
    public var answersPerEventMax = 4096
    /// Waiting timers of one strategy.
    public var timersMax = 256
    /// Timers of one strategy that may fire between two market events before it counts as a runaway.
    public var timersPerEventMax = 1_000_000
    /// Keep facts for a reader; without one the log is emptied as it fills.
    public var keepsFacts = true
    /// Keep statistics of all accounts together, beside those of each strategy; for accounts of one currency.
    public var tracksWhole = false
    /// Write down what accounts and strategies start each day with, limits on a day's loss or not.
    public var keepsDays = false

    public init(
        instruments: [Instrument], feeds: [FeedKinds], currencies: [String], accounts: [Account],
        strategies: [Strategy]
    ) {
        self.instruments = instruments
        self.feeds = feeds
        self.currencies = currencies
        self.accounts = accounts
        self.strategies = strategies
    }

    /// Every reason why no engine can be made of this; empty = it can.
    public var problems: [String] {
        var problems = instruments.flatMap { instrument in
            instrument.problems.map { "instrument \(instrument.id): \($0)" }
        }
        if feeds.count != instruments.count {
            problems.append("\(feeds.count) feeds for \(instruments.count) instruments")
        }
        if accounts.isEmpty { problems.append("no account") }
        for instrument in instruments where Int(instrument.terms.currency) >= currencies.count {
            problems.append("instrument \(instrument.id): currency \(instrument.terms.currency) is not in the list")
        }
        for account in accounts {
            problems += account.tables.problems(instruments.count).map { "account \(account.id): \($0)" }
        }
        for account in accounts where Int(account.terms.currency) >= currencies.count {
            problems.append("account \(account.id): currency \(account.terms.currency) is not in the list")
        }
        for rate in quotedRates {
            let isFound =
                accounts.indices.contains(Int(rate.account)) && currencies.indices.contains(Int(rate.currency))
                && instruments.indices.contains(Int(rate.instrument))
            if !isFound { problems.append("quoted rate \(rate) names what is not there") }
        }
        problems += financingProblems
        for strategy in strategies {
            problems += strategy.problems(accountCount: accounts.count, instrumentCount: instruments.count)
        }
        return problems
    }

    private var financingProblems: [String] {
        var problems: [String] = []
        for index in (Set(funding.keys).union(borrowRates.keys)).sorted() where !instruments.indices.contains(index) {
            problems.append("funding or borrow of instrument \(index), which is not there")
        }
        for index in instruments.indices {
            problems += (funding[index]?.problems ?? []).map { "instrument \(instruments[index].id): \($0)" }
        }
        let highest = Rate(raw: 10 * Rate.one.raw)
        for rate in borrowRates.sorted(by: { $0.key < $1.key }).map(\.value) + accounts.map(\.borrowRate)
        where !(Rate.zero...highest).contains(rate) {
            problems.append("borrow rate \(rate) is not in 0…10")
        }
        return problems
    }
}

extension EngineSetup.Strategy {
    func problems(accountCount: Int, instrumentCount: Int) -> [String] {
        var problems: [String] = []
        if !(0..<accountCount).contains(account) { problems.append("strategy \(id): no account \(account)") }
        if !protection.isValid {
            problems.append("strategy \(id): stop-loss and take-profit must lie above 0 and up to 1")
        }
        for index in instruments where !(0..<instrumentCount).contains(index) {
            problems.append("strategy \(id): no instrument \(index)")
        }
        return problems
    }
}
