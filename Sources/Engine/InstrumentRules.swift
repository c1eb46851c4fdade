import Controls
import Trading

/// What an account's compliance program says of one instrument.
struct InstrumentRules {
    /// What covers it, itself or as one of a group.
    let positionLimits: [EngineSetup.ComplianceTables.PositionLimit]
    let isLocated: Bool
    /// Its asset class: all of its instruments, and their exposure over equity; nil = it is in none.
    let leverageClass: (instruments: [Int], leverage: Rate)?
    /// Windows around events.
    let newsWindows: TradingCalendar?

    init(_ instrument: Int, _ tables: EngineSetup.ComplianceTables) {
        positionLimits = tables.positionLimits.filter { $0.instruments.contains(instrument) }
        isLocated = tables.located.contains(instrument)
        leverageClass = tables.classLeverage.first { $0.instruments.contains(instrument) }
        newsWindows = tables.newsWindows[instrument]
    }

    /// Account × instrument; whoever asks for it frees it.
    static func table(_ setup: EngineSetup) -> UnsafeMutableBufferPointer<InstrumentRules> {
        let all = setup.accounts.flatMap { account in
            setup.instruments.indices.map { InstrumentRules($0, account.tables) }
        }
        let table = UnsafeMutableBufferPointer<InstrumentRules>.allocate(capacity: all.count)
        _ = table.initialize(from: all)
        return table
    }
}
