import Controls
public import Trading

extension EngineSetup {
    /// What an account's compliance program says of single instruments; `ComplianceTerms` says which of it is asked for.
    public struct ComplianceTables: Sendable {
        public struct PositionLimit: Sendable, Equatable {
            /// Indices; one, or a group that counts together.
            public var instruments: [Int]
            /// Of a single instrument.
            public var quantity: Quantity?
            /// In the account's currency.
            public var notional: Money?
            public init(instruments: [Int], quantity: Quantity? = nil, notional: Money? = nil) {
                self.instruments = instruments
                self.quantity = quantity
                self.notional = notional
            }
        }

        /// At most `OrderContext.Program.positionLimitsMax` cover one instrument.
        public var positionLimits: [PositionLimit] = []
        /// Instruments that may be sold short where that takes a locate.
        public var located: Set<Int> = []
        /// Exposure over equity by asset class, as indices of its instruments.
        public var classLeverage: [(instruments: [Int], leverage: Rate)] = []
        /// Windows around events, by instrument: a "session" is one of them.
        public var newsWindows: [Int: TradingCalendar] = [:]
        /// When nothing may be opened, by instrument.
        public var flatWindows: [TradingSchedule] = []

        public init() {}
    }
}

extension EngineSetup.ComplianceTables {
    func problems(_ instrumentCount: Int) -> [String] {
        let named =
            positionLimits.flatMap(\.instruments) + located + classLeverage.flatMap(\.instruments)
            + newsWindows.keys
        var problems = Set(named).filter { !(0..<instrumentCount).contains($0) }.sorted().map { "no instrument \($0)" }
        for instrument in 0..<instrumentCount {
            let count = positionLimits.count { $0.instruments.contains(instrument) }
            if count > OrderContext.Program.positionLimitsMax {
                problems.append("\(count) position limits cover instrument \(instrument)")
            }
        }
        return problems
    }
}
