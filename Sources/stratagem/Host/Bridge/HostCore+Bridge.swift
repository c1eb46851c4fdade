import API
import Configuration
import Engine
import Journal
import Trading

// The bridge between two events of the engine: it reads the book of signals and sends orders as a person would.

extension HostCore {
    /// Who the bridge is to the audit and to trades.
    static let bridgeRequester = Requester(user: "bridge", channel: "bridge")

    /// What the bridge will do with a new signal; that it waits is written down together with the signal.
    func bridging(of record: SignalRecord) -> SignalBridging {
        guard bridge.isOn, [.model, .strategy].contains(record.source) else { return SignalBridging() }
        guard record.direction != .hold, record.confidenceRate >= settings.signalThreshold else {
            var bridging = SignalBridging(.passed)
            bridging.endedAt = record.generatedAt
            return bridging
        }
        return SignalBridging(.waiting)
    }

    /// Sends what is due. While the journal is behind it waits, as strategies' orders would be denied.
    func tendBridge() {
        guard bridge.isOn else { return giveUpBridged("the bridge is off") }
        let clock = MonotonicClock.now
        bridge.measure(processed: signals.bridged.processed, clock: clock)
        guard !isClosing, !isJournalBlocked, journal.load < 0.5 else { return }
        bridge.refill(from: signals, clock: clock)
        for entry in bridge.takeDue(at: engine.now) { carry(entry) }
    }

    /// Those that wait become dead letters.
    func giveUpBridged(_ reason: String) {
        guard signals.bridged.waiting > 0 else { return }
        for record in signals.waiting(after: 0, most: .max) {
            signals.giveUp(record.id, attempts: record.bridging.attempts, reason: reason, at: engine.now)
        }
        bridge.empty(seen: signals.lastNumber)
    }

    private func carry(_ entry: Bridge.Entry) {
        // Somebody may have executed it, or its horizon may have passed: the book knows.
        guard let record = signals[entry.signal], record.bridging.state == .waiting else { return }
        let attempts = record.bridging.attempts + 1
        switch send(record) {
        case .sent: bridge.noteSent(entry, clock: MonotonicClock.now)
        case .later(let reason) where attempts < bridge.attemptsMax:
            signals.putOff(record.id, attempts: attempts, reason: reason)
            bridge.putBack(entry, attempts: attempts, at: engine.now)
        case .later(let reason):
            signals.giveUp(record.id, attempts: attempts, reason: "\(reason); tried \(attempts) times", at: engine.now)
        case .never(let rules, let reason):
            signals.giveUp(record.id, attempts: attempts, rules: rules, reason: reason, at: engine.now)
        }
    }

    private enum Outcome {
        case sent
        /// The market is not available at the moment.
        case later(String)
        case never(rules: [RuleID], String)

        static func never(_ findings: [Finding]) -> Outcome {
            .never(rules: findings.map(\.rule), findings.map(\.reason.text).joined(separator: "; "))
        }
    }

    private func send(_ record: SignalRecord) -> Outcome {
        do throws(HostRefusal) {
            let request = try bridgedTrade(record)
            let findings = try assess(request, by: HostCore.bridgeRequester)
            // What passes by itself is no denial, and leaves none in the journal.
            if !findings.isEmpty, findings.allSatisfy(\.reason.passesByItself) {
                return .later(findings.map(\.reason.text).joined(separator: "; "))
            }
            do throws(HostRefusal) {
                _ = try execute(request, by: HostCore.bridgeRequester)
                return .sent
            } catch {
                guard !findings.isEmpty else { throw error }
                return .never(findings)
            }
        } catch {
            switch error {
            case .unavailable, .halted, .conflict: return .later(error.reason)
            case .denied(let findings), .awaitingApproval(_, let findings): return .never(findings)
            case .invalid, .forbidden, .unknown, .weakSignal: return .never(rules: [], error.reason)
            }
        }
    }

    // MARK: The trade

    private func bridgedAccount(_ record: SignalRecord) -> Int { record.account ?? bridge.account }

    /// At the market, with the signal's stop and target.
    private func bridgedTrade(_ record: SignalRecord) throws(HostRefusal) -> TradeRequest {
        let account = bridgedAccount(record)
        let side: Side = record.direction == .buy ? .buy : .sell
        let instrument = universe.instruments[record.instrument]
        let price = metPrice(record.instrument, side)
        guard price > .zero else { throw .unavailable("there is no price of \(instrument.id) yet") }
        let distance = side.sign * (price.raw - record.stop.raw)
        guard distance > 0 else {
            throw .invalid("stop_loss", "the market at \(price) is beyond the signal's stop at \(record.stop)")
        }
        let size = BridgedSize(
            equity: try bridgedEquity(account), positionShare: positionShare(account), riskShare: bridge.riskLimit,
            held: try held(record.instrument, side, account), atRisk: try bridgedRisk(account),
            unitValue: try inAccount(price, record.instrument, account),
            unitLoss: try inAccount(Price(raw: distance), record.instrument, account))
        let quantity = size.quantity(confidence: record.confidenceRate, lot: instrument.terms.lot)
        guard quantity > .zero else {
            throw .invalid(
                "size",
                "there is no room for a lot: \(size.held) of \(size.equity.times(size.positionShare)) are held on this side, and "
                    + "\(size.atRisk) of \(size.equity.times(size.riskShare)) are at risk")
        }
        return TradeRequest(
            account: accounts[account].id, instrument: instrument.id, side: side, quantity: quantity,
            stopLoss: record.stop, takeProfit: record.target, signal: SignalRecord.name(record.id))
    }

    private func bridgedEquity(_ account: Int) throws(HostRefusal) -> Money {
        guard let equity = engine.equity(account: account) else {
            throw .unavailable("an amount of account \(accounts[account].id) has no conversion rate")
        }
        return equity
    }

    /// The limit of the account; where it has none, what PUT /config may allow at most.
    private func positionShare(_ account: Int) -> Rate {
        let limit = limitsView(account).maxPositionSize
        return limit < .one ? limit : host.trading.maxPositionSizeCeiling
    }

    /// The value of a quantity of 1 at `price`, in the account's currency.
    private func inAccount(_ price: Price, _ instrument: Int, _ account: Int) throws(HostRefusal) -> Money {
        let multiplier = universe.instruments[instrument].terms.multiplier
        let value = Money.value(price, .one, multiplier: multiplier) ?? .zero
        return try inAccount(value, instrument, account)
    }

    private func inAccount(_ amount: Money, _ instrument: Int, _ account: Int) throws(HostRefusal) -> Money {
        guard let converted = engine.converted(amount, instrument: instrument, account: account) else {
            throw .unavailable("there is no rate to the currency of account \(accounts[account].id) yet")
        }
        return converted
    }

    /// What the account's strategies hold together and what trades are about to add, as far as it is on the signal's side.
    private func held(_ instrument: Int, _ side: Side, _ account: Int) throws(HostRefusal) -> Money {
        var value = Money.zero
        for slot in strategies.indices where strategies[slot].account == account {
            value += marketValue(slot, instrument)
        }
        if side == .sell { value = -value }
        for trade in trades.trades where !trade.isEntryDone && trade.side == side {
            guard trade.account == account, trade.instrument == instrument else { continue }
            value += cost(trade.askedIntent.quantity - trade.filled, of: trade)
        }
        return max(.zero, try inAccount(value, instrument, account))
    }

    /// At the price that its entry was sent at.
    private func cost(_ quantity: Quantity, of trade: TradeRecord) -> Money {
        Money.value(
            trade.reference, quantity, multiplier: universe.instruments[trade.instrument].terms.multiplier) ?? .zero
    }

    /// What the bridge's open trades of an account lose together at their stops; one without a stop counts in full.
    private func bridgedRisk(_ account: Int) throws(HostRefusal) -> Money {
        var sum = Money.zero
        for trade in trades.trades where trade.channel == HostCore.bridgeRequester.channel && trade.account == account {
            sum += try inAccount(loss(of: trade), trade.instrument, account)
        }
        return sum
    }

    /// In the instrument's currency. Before the entry is through it is that of all that was asked for.
    private func loss(of trade: TradeRecord) -> Money {
        let quantity = trade.isEntryDone ? trade.held : trade.askedIntent.quantity
        let cost = trade.isEntryDone ? trade.cost : cost(quantity, of: trade)
        let multiplier = universe.instruments[trade.instrument].terms.multiplier
        guard let stop = levels(of: trade, trade.askedIntent).stop,
            let atStop = Money.value(stop, quantity, multiplier: multiplier)
        else { return cost }
        return max(.zero, trade.side == .buy ? cost - atStop : atStop - cost)
    }
}

extension TradeRecord {
    fileprivate var askedIntent: OrderIntent { TradeTerms(json: requestJSON).intent(of: self, isExact: true) }
}

extension SignalRecord {
    /// The threshold is a decimal: 0.65 is 0.65.
    var confidenceRate: Rate { Rate(raw: Int64((min(max(confidence, 0), 1) * 1e9).rounded())) }
}

extension FindingReason {
    /// A market that is stopped, closed or without a price, and an order rate: another moment may do.
    fileprivate var passesByItself: Bool {
        switch self {
        case .halted, .reducing, .noReference, .stalePrice, .staleConversion, .noConversionRate, .marketClosed,
            .perSecond, .perMinute:
            true
        default: false
        }
    }
}
