import API
import Engine
import Journal
import Trading

extension HostCore {
    // MARK: Execution

    /// The number of the new trade.
    func execute(_ request: TradeRequest, by requester: Requester) throws(HostRefusal) -> UInt64 {
        let (trade, signal) = try newTrade(request, by: requester)
        try requireEntries()
        guard !trades.isFull else {
            throw .conflict("there are \(TradeBook.openMax) open trades already: close some first")
        }
        // What would be denied now is denied at once, whatever its delay.
        let isLater = trade.dueAt > engine.now && !isDenied(trade)
        trades.add(isLater ? trade : try sent(trade))
        if let signal {
            let isBridged = requester == HostCore.bridgeRequester
            signals.execute(signal, at: engine.now, trade: trade.id, isBridged: isBridged)
        }
        let name = TradeRecord.name(trade.id)
        audit("trade-execute", name, by: requester, ["account": request.account, "request": trade.requestJSON])
        return trade.id
    }

    /// What the gate would say to the trade's order now; none = it would pass.
    func assess(_ request: TradeRequest, by requester: Requester) throws(HostRefusal) -> [Finding] {
        engine.assess(chosen(try newTrade(request, by: requester).trade).intent)
    }

    /// With the number of the signal that it executes, which its order carries, too.
    private func newTrade(_ request: TradeRequest, by requester: Requester) throws(HostRefusal)
        -> (trade: TradeRecord, signal: UInt64?)
    {
        guard let instrument = instrument(request.instrument) else {
            throw .invalid([.unknownInstrument("instrument", request.instrument)])
        }
        let terms = universe.instruments[instrument].terms
        var faults: [RequestFault] = []
        if request.quantity.raw % terms.lot.raw != 0 { faults.append(.lot("size", terms)) }
        for (path, price) in [
            ("price", request.price), ("stop_loss", request.stopLoss), ("take_profit", request.takeProfit),
        ] {
            if let price, price.raw % terms.tick.raw != 0 { faults.append(.tick(path, terms)) }
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        let account = try accountIndex(request.account)
        let slot = try slot(
            StrategyRecord.manualID(inAccount: account, accounts[account].id))
        let signal = try request.signal.map { id throws(HostRefusal) in
            try pendingSignal(id, for: account, instrument: instrument, side: request.side)
        }
        let number = trades.lastNumber + 1
        var kept = TradeTerms(request, seed: number, terms)
        kept.tag = signal.map { OrderIntent.tag(ofSignal: $0.id, confidence: $0.confidenceRate) }
        let trade = TradeRecord(
            id: number, strategy: slot, account: account, instrument: instrument, side: request.side,
            requestJSON: JournalText.encode(kept), user: requester.user,
            channel: requester.channel, requestedAt: engine.now,
            dueAt: engine.now + request.variance.delayMilliseconds * 1_000_000)
        return (trade, signal?.id)
    }

    /// What was drawn, where the gate has nothing against it; otherwise what was asked for.
    private func chosen(_ trade: TradeRecord) -> (intent: OrderIntent, terms: TradeTerms) {
        var terms = TradeTerms(json: trade.requestJSON)
        let drawn = terms.intent(of: trade, isExact: false)
        if terms.drawn == nil || engine.assess(drawn).isEmpty { return (drawn, terms) }
        terms.isExact = true
        return (terms.intent(of: trade, isExact: true), terms)
    }

    private func isDenied(_ trade: TradeRecord) -> Bool { !engine.assess(chosen(trade).intent).isEmpty }

    /// Sends a trade's entry.
    private func sent(_ trade: TradeRecord) throws(HostRefusal) -> TradeRecord {
        var trade = trade
        let (intent, terms) = chosen(trade)
        trade.reference = reference(intent)
        let order = try submit(intent, by: Requester(user: trade.user, channel: trade.channel)).order
        trade.requestJSON = JournalText.encode(terms)
        trade.orderID = order.id
        trade.state = .open
        trade.updatedAt = engine.now
        guard order.state == .rejected else { return trade }
        trade.isEntryDone = true
        trade.state = .cancelled
        trade.note = "the venue has rejected the order"
        return trade
    }

    /// What an entry should trade at: its own price, or the side of the market that it meets.
    private func reference(_ intent: OrderIntent) -> Price {
        if intent.kind.hasLimitPrice { return intent.price }
        if intent.kind.hasStopPrice { return intent.stopPrice }
        return metPrice(Int(intent.instrument), intent.side)
    }

    // MARK: Delays

    /// Sends what the market's time has come for.
    func sendDueTrades() {
        for trade in trades.due(at: engine.now) {
            do throws(HostRefusal) {
                let sent = try sent(trade)
                trades.change(trade.id) { $0 = sent }
            } catch {
                cancelTrade(trade.id, "when its delay was over: \(error.reason)")
            }
        }
    }

    private func cancelTrade(_ id: UInt64, _ note: String) {
        trades.change(id) { trade in
            trade.state = .cancelled
            trade.updatedAt = engine.now
            trade.note = note
        }
    }

    /// A stop takes along what is not sent yet.
    func cancelWaitingTrades(of stop: StopView, in scope: StopScope) {
        for trade in waitingTrades(in: scope) { cancelTrade(trade.id, "\(stop.id) was thrown") }
    }

    func waitingTrades(in scope: StopScope) -> [TradeRecord] {
        trades.trades.filter { trade in
            guard trade.state == .waiting else { return false }
            return switch scope.scope {
            case .system: true
            case .account: trade.account == scope.index
            case .strategy: trade.strategy == scope.index
            case .instrument: trade.instrument == scope.index
            }
        }
    }

    // MARK: Facts

    /// What the facts of this turn make of the trades.
    func takeTrades(_ log: FactLog) {
        guard trades.trades.contains(where: { $0.state == .open }) else { return }
        var held = heldBefore(log)
        for event in log.events {
            switch event {
            case .orderFilled(let fill):
                let book = TradedBook(strategy: Int(fill.strategy), instrument: Int(fill.instrument))
                guard let before = held[book] else { continue }
                trades.take(
                    fill, owner: owner(ofOrder: fill.orderID), held: before,
                    multiplier: universe.instruments[book.instrument].terms.multiplier)
                held[book] = before + fill.signedQuantity
            case .orderChanged(let order, let reason) where order.state.isTerminal:
                trades.endEntry(order, note: "the order was \(order.state.name.lowercased()): \(reason)")
            default: continue
            }
        }
    }

    /// The books that trades are in, as they were before this turn's fills.
    private func heldBefore(_ log: FactLog) -> [TradedBook: Quantity] {
        var held: [TradedBook: Quantity] = [:]
        for trade in trades.trades where trade.state == .open {
            let book = TradedBook(strategy: trade.strategy, instrument: trade.instrument)
            held[book] = engine.position(strategy: book.strategy, instrument: book.instrument).quantity
        }
        for case .orderFilled(let fill) in log.events {
            let book = TradedBook(strategy: Int(fill.strategy), instrument: Int(fill.instrument))
            if let after = held[book] { held[book] = after - fill.signedQuantity }
        }
        return held
    }

    /// The trade whose leg or partial close an order is.
    private func owner(ofOrder id: UInt64) -> UInt64? {
        guard let intent = (engine.workingOrder(id: id) ?? orders[id])?.intent else { return nil }
        if let trade = intent.closedTrade { return trade }
        return trades.trades.first { intent.isLeg && $0.orderID == intent.conditions.entry }?.id
    }
}

private struct TradedBook: Hashable {
    let strategy: Int
    let instrument: Int
}

extension Fill {
    fileprivate var signedQuantity: Quantity { Quantity(raw: side.sign * quantity.raw) }
}

extension OrderIntent {
    private static let closing: UInt64 = 1 << 63

    /// An operator's order has no tag of a strategy: there stands which trade it closes.
    static func tag(closingTrade id: UInt64) -> UInt64 { closing | id }

    fileprivate var closedTrade: UInt64? {
        origin == .operator && tag & OrderIntent.closing != 0 ? tag & ~OrderIntent.closing : nil
    }
}
