import Controls
import Trading

/// What an account's compliance program says of one instrument.
struct InstrumentRules {
    /// A limit of instruments that count together.
    struct PositionLimit {
        let quantity: Quantity?
        let notional: Money?
        let group: InstrumentGroup
    }

    /// What covers it, itself or as one of a group.
    let positionLimits: [PositionLimit]
    let isLocated: Bool
    /// Its asset class: all of its instruments, and their exposure over equity; nil = it is in none.
    let leverageClass: (group: InstrumentGroup, leverage: Rate)?
    /// Windows around events.
    let newsWindows: TradingCalendar?

    /// `firstGroup` is the number of the tables' first group.
    private init(_ instrument: Int, _ tables: EngineSetup.ComplianceTables, firstGroup: Int) {
        positionLimits = tables.positionLimits.enumerated().filter { $1.instruments.contains(instrument) }.map {
            PositionLimit(
                quantity: $1.quantity, notional: $1.notional,
                group: InstrumentGroup(number: firstGroup + $0, instruments: $1.instruments))
        }
        isLocated = tables.located.contains(instrument)
        let firstClass = firstGroup + tables.positionLimits.count
        leverageClass = tables.classLeverage.enumerated().first { $1.instruments.contains(instrument) }.map {
            (InstrumentGroup(number: firstClass + $0, instruments: $1.instruments), $1.leverage)
        }
        newsWindows = tables.newsWindows[instrument]
    }

    /// Account × instrument; whoever asks for it frees it.
    static func table(_ setup: EngineSetup) -> UnsafeMutableBufferPointer<InstrumentRules> {
        var all: [InstrumentRules] = []
        var firstGroup = 0
        for account in setup.accounts {
            all += setup.instruments.indices.map { InstrumentRules($0, account.tables, firstGroup: firstGroup) }
            firstGroup += account.tables.groupCount
        }
        let table = UnsafeMutableBufferPointer<InstrumentRules>.allocate(capacity: all.count)
        _ = table.initialize(from: all)
        return table
    }
}

/// Instruments that count together, and their number among all groups of all accounts.
struct InstrumentGroup {
    let number: Int
    /// Each once.
    let instruments: [Int]

    init(number: Int, instruments: [Int]) {
        self.number = number
        self.instruments = instruments.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

/// What the instruments of a group come to at worst, and the version of the account's sum that it was made of.
struct GroupSum: BitwiseCopyable {
    var sum = Money.zero
    var version: UInt64 = 0
}

extension EngineSetup.ComplianceTables {
    var groupCount: Int { positionLimits.count + classLeverage.count }
}
