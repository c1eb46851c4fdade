import API
import Engine
import Journal
import Trading

// Trades of the execution engine as commands of the engine thread.

extension RunningHost {
    func execute(_ request: TradeRequest, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal)
        -> ExecutedTradeView
    {
        let number = try await ask(.required) { core throws(HostRefusal) in
            try core.onceTrade(key) { core throws(HostRefusal) in try core.execute(request, by: requester) }
        }
        return try await executedTrade(TradeRecord.name(number))
    }

    func modifyTrade(_ id: String, _ change: TradeChange, key: IdempotencyKey?, by requester: Requester)
        async throws(HostRefusal) -> ExecutedTradeView
    {
        let number = try await ask(.required) { core throws(HostRefusal) in
            try core.onceTrade(key) { core throws(HostRefusal) in try core.modifyTrade(id, change, by: requester) }
        }
        return try await executedTrade(TradeRecord.name(number))
    }

    func executedTrade(_ id: String) async throws(HostRefusal) -> ExecutedTradeView {
        guard let number = HostNames.number(id, TradeRecord.kind) else { throw .unknown(kind: "trade", id: id) }
        let view = try await ask { core throws(HostRefusal) in core.trades[number].map { core.view($0) } }
        if let view { return view }
        let stored: TradeRecord?
        do {
            stored = try await BlockingWork.run { [journal] in try journal.trade(id: number) }
        } catch {
            throw .unavailable("older trades cannot be read from the journal: \(error)")
        }
        guard let stored else { throw .unknown(kind: "trade", id: id) }
        return try await ask { core throws(HostRefusal) in core.view(stored) }
    }
}

extension TradeRecord {
    static let kind = "trade"
    static func name(_ number: UInt64) -> String { "\(kind)-\(number)" }
}

extension HostCore {
    /// As `once`, for what has a trade for its answer.
    func onceTrade(
        _ key: IdempotencyKey?, _ work: (HostCore) throws(HostRefusal) -> UInt64
    ) throws(HostRefusal) -> UInt64 {
        guard let key else { return try work(self) }
        let wall = wallTime
        if let earlier = try idempotency.find(key, at: wall) {
            guard let trade = HostNames.number(earlier.answer, TradeRecord.kind) else {
                throw .denied(Finding.list(earlier.answer))
            }
            return trade
        }
        do throws(HostRefusal) {
            let trade = try work(self)
            remember(key, answer: TradeRecord.name(trade), at: wall)
            return trade
        } catch {
            if case .denied(let findings) = error { remember(key, answer: Finding.text(findings), at: wall) }
            throw error
        }
    }

    // MARK: What clients see

    func view(_ trade: TradeRecord) -> ExecutedTradeView {
        let terms = TradeTerms(json: trade.requestJSON)
        let intent = terms.intent(of: trade, isExact: terms.isExact)
        let multiplier = universe.instruments[trade.instrument].terms.multiplier
        var view = ExecutedTradeView(
            id: TradeRecord.name(trade.id), account: accounts[trade.account].id,
            instrument: universe.instruments[trade.instrument].id, side: trade.side,
            status: trade.state == .closed ? .closed : trade.state == .cancelled ? .cancelled : .open,
            requestedAt: trade.requestedAt, dueAt: trade.dueAt, updatedAt: trade.updatedAt, quantity: intent.quantity)
        view.orderID = trade.orderID == 0 ? nil : "ord-\(trade.orderID)"
        view.filled = trade.filled
        view.filledAt = trade.filledAt
        view.isEntryDone = trade.isEntryDone
        view.held = trade.held
        view.realized = trade.realized
        view.commission = trade.commission
        view.note = trade.note
        if trade.filled > .zero {
            var entry = Position()
            entry.quantity = trade.filled
            entry.cost = trade.filledValue
            let price = entry.averagePrice(multiplier: multiplier)
            view.price = price
            view.slippage = Price(raw: trade.side.sign * (price.raw - trade.reference.raw))
        }
        if trade.held > .zero {
            let value = Money.value(engine.mark(trade.instrument), trade.held, multiplier: multiplier) ?? trade.cost
            view.unrealized = trade.side == .buy ? value - trade.cost : trade.cost - value
        }
        (view.stopLoss, view.takeProfit) = levels(of: trade, intent)
        view.variance = terms.variance
        return view
    }

    /// Of the legs that work; before the entry has traded those that they will have.
    func levels(of trade: TradeRecord, _ intent: @autoclosure () -> OrderIntent) -> (stop: Price?, target: Price?) {
        guard !trade.isOver else { return (nil, nil) }
        guard trade.filled > .zero else {
            let conditions = intent().conditions
            return (conditions.stopLoss.ifGiven, conditions.takeProfit.ifGiven)
        }
        return (
            engine.leg(of: trade.orderID, instrument: trade.instrument, isStop: true)?.intent.stopPrice,
            engine.leg(of: trade.orderID, instrument: trade.instrument, isStop: false)?.intent.price
        )
    }
}

extension TradeTerms {
    fileprivate var variance: VarianceView? {
        guard let drawn else { return nil }
        func price(_ raw: Int64) -> Price? { Price(raw: raw).ifGiven }
        return VarianceView(
            seed: seed, askedQuantity: Quantity(raw: asked.quantity), drawnQuantity: Quantity(raw: drawn.quantity),
            askedStopLoss: price(asked.stopLoss), drawnStopLoss: price(drawn.stopLoss),
            askedTakeProfit: price(asked.takeProfit), drawnTakeProfit: price(drawn.takeProfit), isApplied: !isExact)
    }
}

extension Price {
    /// nil = zero, which stands for none.
    fileprivate var ifGiven: Price? { self == .zero ? nil : self }
}
