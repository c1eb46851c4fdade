import Configuration
import Controls
import Engine
import Trading

// From a compliance program as the configuration says it to what the core takes.

extension ComplianceProgram {
    var terms: ComplianceTerms {
        var terms = ComplianceTerms()
        let second = Timestamp.nanosecondsPerSecond
        terms.warningThreshold = warningThreshold
        terms.approvalNotional = approvalNotional
        terms.washNanoseconds = washSeconds.map { $0 * second }
        if let orderToTrade {
            terms.messagesPerFillMax = orderToTrade.maxMessagesPerFill
            terms.freeMessages = orderToTrade.freeMessages
        }
        terms.spoofing = spoofing.map { rule in
            ComplianceTerms.Spoofing(
                notional: rule.notional, restNanoseconds: rule.restSeconds * second,
                windowNanoseconds: rule.windowSeconds * second, warnings: rule.warnings, denials: rule.denials)
        }
        terms.minHoldingNanoseconds = minHoldingSeconds.map { $0 * second }
        terms.minHoldingBindsReducing = minHoldingBindsReducing
        terms.dayTradesMax = dayTradesMax
        terms.dayTradeDays = dayTradeDays
        switch shortSale {
        case .allowed: terms.shortSale = .allowed
        case .located: terms.shortSale = .located
        case .forbidden: terms.shortSale = .forbidden
        }
        terms.forbidsHedging = !hedging
        terms.requiresStop = mandatoryStop
        terms.lossPerTradeMax = maxLossPerTrade
        terms.flatBeforeCloseNanoseconds = flatBeforeCloseMinutes.map { $0 * 60 * second }
        terms.dailyLoss = ComplianceTerms.LossLimit(amount: dailyLoss.amount, fraction: dailyLoss.fraction)
        terms.dailyLossBase = dailyLossBase
        terms.drawdown = ComplianceTerms.LossLimit(amount: totalDrawdown.amount, fraction: totalDrawdown.fraction)
        terms.trailsDrawdown = trailsDrawdown
        terms.bestDayShareMax = consistency
        terms.hasPositionLimits = !positionLimits.isEmpty
        terms.hasClassLeverage = !classLeverage.isEmpty
        terms.hasNewsWindows = !newsEvents.isEmpty
        terms.hasFlatWindows = !flatWindows.isEmpty
        return terms
    }

    /// What the program says of single instruments, by their index.
    func tables(_ instruments: [Instrument], start: Timestamp) -> EngineSetup.ComplianceTables {
        var tables = EngineSetup.ComplianceTables()
        func indices(_ isMeant: (Instrument) -> Bool) -> [Int] {
            instruments.indices.filter { isMeant(instruments[$0]) }
        }
        for limit in positionLimits {
            tables.positionLimits.append(
                EngineSetup.ComplianceTables.PositionLimit(
                    instruments: indices { limit.covers(id: $0.id, assetClass: $0.assetClass) },
                    quantity: limit.quantity, notional: limit.notional))
        }
        tables.located = Set(indices { located.contains($0.id) })
        tables.classLeverage = classLeverage.map { one in
            (indices { $0.assetClass == one.assetClass }, one.leverage)
        }
        for (index, instrument) in instruments.enumerated() {
            let windows = newsEvents.filter { $0.covers(instrument) }.map(\.window)
            if !windows.isEmpty {
                tables.newsWindows[index] = TradingCalendar(name: "news", sessions: TradingCalendar.joined(windows))
            }
        }
        // A window that never closes has no schedule: then nothing is ever opened.
        tables.flatWindows = flatWindows.map { window in
            window.windows(from: start) ?? TradingSchedule(start: 0, end: 1440, daysOfWeek: Array(0...6))
        }
        return tables
    }
}

extension ComplianceProgram.NewsEvent {
    fileprivate func covers(_ instrument: Instrument) -> Bool {
        switch target {
        case nil: true
        case .instrument(let id): instrument.id == id
        case .assetClass(let name): instrument.assetClass == name
        }
    }

    /// The last instant of it belongs to it.
    fileprivate var window: TradingCalendar.Session {
        let minute = 60 * Timestamp.nanosecondsPerSecond
        return TradingCalendar.Session(open: time + -beforeMinutes * minute, close: time + (afterMinutes * minute + 1))
    }
}

extension TradingCalendar {
    /// Sessions that overlap or touch as one.
    static func joined(_ sessions: [Session]) -> [Session] {
        var result: [Session] = []
        for session in sessions.sorted(by: { $0.open < $1.open }) {
            if let last = result.last, session.open <= last.close {
                result[result.count - 1].close = max(last.close, session.close)
            } else {
                result.append(session)
            }
        }
        return result
    }
}

extension Money {
    /// This amount in another currency, of which `rate` is the price of one unit in the present one.
    func counted(at rate: Rate) -> Money {
        Money(raw: Rounding.halfEven(raw * Int128(Rate.one.raw), over: Int128(rate.raw)))
    }
}

extension ComplianceTerms {
    /// The same rules with their money in another currency. A large order of `spoofing` is large in the instrument's anyway.
    func counted(at rate: Rate) -> ComplianceTerms {
        var terms = self
        terms.approvalNotional = approvalNotional?.counted(at: rate)
        terms.dailyLoss.amount = dailyLoss.amount?.counted(at: rate)
        terms.drawdown.amount = drawdown.amount?.counted(at: rate)
        return terms
    }
}

extension EngineSetup.ComplianceTables {
    func counted(at rate: Rate) -> EngineSetup.ComplianceTables {
        var tables = self
        for index in tables.positionLimits.indices {
            tables.positionLimits[index].notional = tables.positionLimits[index].notional?.counted(at: rate)
        }
        return tables
    }
}
