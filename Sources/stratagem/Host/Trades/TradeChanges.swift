import API
import Controls
import Engine
import Journal
import Trading

// Moving the levels of a trade, and closing a part of it: all of it or nothing.

extension HostCore {
    /// The trade's number.
    func modifyTrade(_ id: String, _ change: TradeChange, by requester: Requester) throws(HostRefusal) -> UInt64 {
        let trade = try heldTrade(id)
        let faults = faults(of: change, to: trade)
        guard faults.isEmpty else { throw .invalid(faults) }
        let close = change.close.map { closingIntent(of: trade, $0) }
        // What cannot be closed is refused before anything has moved.
        if let close, !engine.assess(close).isEmpty { _ = try submit(close, closing: trade.orderID, by: requester) }
        var moved: [MovedLeg] = []
        do throws(HostRefusal) {
            for (isStop, price) in [(true, change.stopLoss), (false, change.takeProfit)] {
                if let price { moved.append(try moveLeg(of: trade, isStop: isStop, to: price, by: requester)) }
            }
        } catch {
            for leg in moved.reversed() { takeBack(leg, of: trade) }
            throw error
        }
        if let close { _ = try submit(close, closing: trade.orderID, by: requester) }
        var detail = ["reason": change.reason]
        detail["stop_loss"] = change.stopLoss?.description
        detail["take_profit"] = change.takeProfit?.description
        detail["close"] = change.close?.description
        audit("trade-modify", id, by: requester, detail)
        trades.change(trade.id) { $0.updatedAt = engine.now }
        return trade.id
    }

    /// One that holds something.
    private func heldTrade(_ id: String) throws(HostRefusal) -> TradeRecord {
        guard let number = HostNames.number(id, TradeRecord.kind), number <= trades.lastNumber else {
            throw .unknown(kind: "trade", id: id)
        }
        guard let trade = trades[number], !trade.isOver else { throw .conflict("\(id) is over") }
        guard trade.held > .zero else {
            let what = trade.orderID == 0 ? "waits for its delay" : "has not traded yet"
            throw .conflict("\(id) \(what): its levels can be moved, and it can be closed, once it holds something")
        }
        return trade
    }

    private func faults(of change: TradeChange, to trade: TradeRecord) -> [RequestFault] {
        let terms = universe.instruments[trade.instrument].terms
        var faults: [RequestFault] = []
        for (path, price) in [("stop_loss", change.stopLoss), ("take_profit", change.takeProfit)] {
            if let price, price.raw % terms.tick.raw != 0 { faults.append(.tick(path, terms)) }
        }
        guard let close = change.close else { return faults }
        if close > trade.held {
            let message = "must be at most what the trade holds (\(trade.held))"
            faults.append(RequestFault(path: "partial_close.size", message: message))
        }
        if close.raw % terms.lot.raw != 0 { faults.append(.lot("partial_close.size", terms)) }
        return faults
    }

    private func closingIntent(of trade: TradeRecord, _ quantity: Quantity) -> OrderIntent {
        OrderIntent(
            strategy: Int32(trade.strategy), instrument: UInt32(trade.instrument),
            tag: OrderIntent.tag(closingTrade: trade.id), side: trade.side.opposite, kind: .market,
            quantity: quantity, reduceOnly: true, origin: .operator)
    }

    // MARK: Legs

    private enum MovedLeg {
        case moved(Order)
        /// With the other one as it was before.
        case added(UInt64, beside: Order?)
    }

    private func moveLeg(
        of trade: TradeRecord, isStop: Bool, to price: Price, by requester: Requester
    ) throws(HostRefusal) -> MovedLeg {
        guard let leg = engine.leg(of: trade.orderID, instrument: trade.instrument, isStop: isStop) else {
            let other = engine.leg(of: trade.orderID, instrument: trade.instrument, isStop: !isStop)
            return .added(try addLeg(to: trade, isStop: isStop, at: price, by: requester), beside: other)
        }
        guard !leg.isTriggered else { throw .conflict("the stop of \(TradeRecord.name(trade.id)) was triggered") }
        let before = engine.factLog.events.count
        let verdict = engine.modifyOrder(
            id: leg.id, quantity: leg.intent.quantity, price: isStop ? leg.intent.price : price,
            stopPrice: isStop ? price : leg.intent.stopPrice)
        sent(since: before, order: leg.id, by: requester)
        if case .denied = verdict {
            throw refusal(denial(since: before) { $0.orderID == leg.id }, of: leg.intent)
        }
        return .moved(leg)
    }

    /// A leg that its entry was not given, or that is gone.
    private func addLeg(
        to trade: TradeRecord, isStop: Bool, at price: Price, by requester: Requester
    ) throws(HostRefusal) -> UInt64 {
        guard trade.isEntryDone else {
            throw .conflict("the entry of \(TradeRecord.name(trade.id)) still trades; a level can be added after it")
        }
        let entry = entry(of: trade)
        let before = engine.factLog.events.count
        let verdict = engine.addLeg(to: entry, isStop: isStop, at: price, quantity: trade.held)
        sent(since: before, by: requester)
        if case .denied = verdict {
            throw refusal(
                denial(since: before) { $0.intent.isLeg && $0.intent.kind.hasStopPrice == isStop }, of: entry.intent)
        }
        guard let leg = engine.leg(of: trade.orderID, instrument: trade.instrument, isStop: isStop) else {
            throw .unavailable("the order was taken and cannot be found")
        }
        return leg.id
    }

    /// Its order, without a bracket.
    private func entry(of trade: TradeRecord) -> Order {
        let terms = TradeTerms(json: trade.requestJSON)
        var intent = terms.intent(of: trade, isExact: terms.isExact)
        intent.conditions = .none
        return Order(id: trade.orderID, intent: intent, account: Int32(trade.account), at: engine.now)
    }

    private func takeBack(_ leg: MovedLeg, of trade: TradeRecord) {
        switch leg {
        case .moved(let order):
            _ = engine.modifyOrder(
                id: order.id, quantity: order.intent.quantity, price: order.intent.price,
                stopPrice: order.intent.stopPrice)
        case .added(let id, let target):
            engine.cancelOrder(id: id)
            // A target ends with its stop.
            guard let target, target.intent.kind == .limit, engine.workingOrder(id: target.id) == nil else { return }
            _ = engine.addLeg(to: entry(of: trade), isStop: false, at: target.intent.price, quantity: trade.held)
        }
    }
}
