import API
import Controls
import Engine
import Journal
import Trading

// Orders, positions and trades as commands of the engine thread.

extension RunningHost {
    func place(_ request: OrderRequest, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal)
        -> OrderView
    {
        let placed = try await ask(.required) { core throws(HostRefusal) in
            try core.place(request, key: key, by: requester)
        }
        return try await view(of: placed)
    }

    private func view(of placed: Placed) async throws(HostRefusal) -> OrderView {
        switch placed {
        case .order(let view): view
        case .earlier(let id): try await storedOrder(id)
        }
    }

    /// One that memory has let go, as the journal has it.
    private func storedOrder(_ id: UInt64) async throws(HostRefusal) -> OrderView {
        let stored = try await older { journal, names in try journal.order(id: id).map { names.view(of: $0.order) } }
        guard let stored else {
            throw .conflict("the request was carried out as ord-\(id), which is not in the journal")
        }
        return stored
    }

    func modify(_ id: String, _ change: OrderChange, key: IdempotencyKey?, by requester: Requester)
        async throws(HostRefusal) -> OrderView
    {
        let placed = try await ask(.required) { core throws(HostRefusal) in
            try core.once(key) { core throws(HostRefusal) in try core.modify(id, change, by: requester) }
        }
        return try await view(of: placed)
    }

    func cancel(_ id: String, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal) -> OrderView {
        let placed = try await ask(
            unsaved: { $0.orderID.map { .cancel(order: $0) } },
            { core throws(HostRefusal) in
                try core.once(key) { core throws(HostRefusal) in try core.cancel(id, by: requester) }
            })
        return try await view(of: placed)
    }

    func cancelAll(_ filter: CancelFilter, by requester: Requester) async throws(HostRefusal) -> [OrderView] {
        try await ask(
            unsavedAll: { $0.map { .cancel(order: $0.order.id) } },
            { core throws(HostRefusal) in try core.cancelAll(filter, by: requester) })
    }

    func close(_ position: String, quantity: Quantity?, key: IdempotencyKey?, by requester: Requester)
        async throws(HostRefusal) -> OrderView
    {
        let placed = try await ask(.required) { core throws(HostRefusal) in
            try core.once(key) { core throws(HostRefusal) in
                try core.close(position, quantity: quantity, by: requester)
            }
        }
        return try await view(of: placed)
    }

    func positions(strategy: String?) async throws(HostRefusal) -> [PositionView] {
        try await read { core throws(HostRefusal) in try core.positions(strategy: strategy) }
    }

    func orders(_ filter: HistoryFilter) async throws(HostRefusal) -> [OrderView] {
        let recent = try await ask { core throws(HostRefusal) in try core.orders(filter) }
        guard let older = recent.older else { return recent.items }
        return try await self.older { journal, names in
            try journal.orders(older.orders).map { names.view(of: $0.order) }
        }
    }

    func trades(_ filter: HistoryFilter) async throws(HostRefusal) -> [TradeView] {
        let recent = try await ask { core throws(HostRefusal) in try core.trades(filter) }
        guard let older = recent.older else { return recent.items }
        return try await self.older { journal, names in
            try journal.fills(older.fills).map { names.view(of: $0.fill) }
        }
    }

    func denials(_ filter: HistoryFilter) async throws(HostRefusal) -> [DenialView] {
        let recent = try await ask { core throws(HostRefusal) in try core.denials(filter) }
        guard let older = recent.older else { return recent.items }
        return try await self.older { journal, names in
            try journal.denials(older.denials).map { names.view(of: $0) }
        }
    }

    /// Asks the journal for what memory no longer has.
    func older<T: Sendable>(
        _ read: @escaping @Sendable (Journal, HostNames) throws -> T
    ) async throws(HostRefusal) -> T {
        let names = try await ask { core throws(HostRefusal) in core.hostNames }
        do {
            return try await BlockingWork.run { [journal] in try read(journal, names) }
        } catch {
            throw .unavailable("older entries cannot be read from the journal: \(error)")
        }
    }
}

/// What became of a request for an order.
enum Placed: Sendable {
    case order(OrderView)
    /// The request came before, as this order, and only the journal has it still.
    case earlier(UInt64)

    /// Of one that was just carried out.
    var orderID: UInt64? { if case .order(let view) = self { view.order.id } else { nil } }
}

/// An answer from memory.
struct Recent<Item: Sendable>: Sendable {
    var items: [Item]
    /// What to ask the journal, which may have older entries that belong to it; nil = these are all.
    var older: ResolvedFilter?
}

extension HostCore {
    // MARK: Sending

    func place(_ request: OrderRequest, key: IdempotencyKey?, by requester: Requester) throws(HostRefusal) -> Placed {
        try once(key) { core throws(HostRefusal) in try core.place(request, by: requester) }
    }

    private func place(_ request: OrderRequest, by requester: Requester) throws(HostRefusal) -> OrderView {
        let intent = try intent(of: request, strategy: try slot(request.strategy))
        try requireEntries()
        let order: OrderView
        do {
            order = try submit(intent, by: requester)
        } catch {
            guard case .denied(let findings) = error,
                let waiting = requestApproval(
                    intent, findings, sender: requester.user, channel: requester.channel, requester: requester)
            else { throw error }
            throw .awaitingApproval(id: waiting.id, findings)
        }
        audit("order-place", order.id, by: requester)
        notes.append(.sentOrder(SentOrderRecord(orderID: order.order.id, user: requester.id)))
        return order
    }

    /// What the request asks of the gate; every fault that is not the gate's at once.
    func intent(
        of request: OrderRequest, strategy: @autoclosure () throws(HostRefusal) -> Int
    ) throws(HostRefusal) -> OrderIntent {
        // What is wrong with the request comes before what is not there.
        let instrument = try checkedInstrument(request)
        let strategy = try strategy()
        guard !request.isLive else { throw .unavailable("live trading is not configured; use PAPER") }
        return OrderIntent(
            strategy: Int32(strategy), instrument: UInt32(instrument),
            tag: OrderIntent.tag(ofConfidence: request.signalConfidence), side: request.side, kind: request.kind,
            quantity: request.quantity, price: request.price ?? .zero, stopPrice: request.stopPrice ?? .zero,
            timeInForce: request.timeInForce, reduceOnly: request.reduceOnly, origin: .operator,
            conditions: request.conditions)
    }

    /// Sends an order and finds it, or its denial, among the facts. `entry`: what it closes.
    func submit(
        _ intent: OrderIntent, closing entry: UInt64? = nil, by requester: Requester
    ) throws(HostRefusal) -> OrderView {
        let before = engine.factLog.events.count
        let verdict = entry.map { engine.closeEntry(intent, entry: $0) } ?? engine.submitOrder(intent)
        sent(since: before, by: requester)
        for event in engine.factLog.events[before...] {
            switch event {
            case .orderAccepted(let order) where order.intent.isSent(as: intent):
                var view = view(engine.workingOrder(id: order.id) ?? order)
                view.warnings = warnings(since: before) { $0.intent.isSent(as: intent) }
                return view
            case .orderChanged(let order, .venue) where order.intent.isSent(as: intent) && order.state == .rejected:
                return view(order)
            default: continue
            }
        }
        guard case .denied = verdict else { throw .unavailable("the order was taken and cannot be found") }
        let refused = denial(since: before) { $0.intent.isSent(as: intent) }
        throw refusal(refused, of: intent)
    }

    /// Why the gate has said no since `before` facts: strategies that it told may have got a no of their own.
    func denial(since before: Int, _ isMeant: (Denial) -> Bool) -> [Finding] {
        let log = engine.factLog
        for case .orderDenied(let denial) in log.events[before...] where isMeant(denial) {
            return log.findings[denial.findings].compactCopy
        }
        return []
    }

    /// What the gate has remarked since `before` facts.
    private func warnings(since before: Int, _ isMeant: (OrderWarning) -> Bool) -> [Finding] {
        let log = engine.factLog
        for case .orderWarned(let warning) in log.events[before...] where isMeant(warning) {
            return log.findings[warning.findings].compactCopy
        }
        return []
    }

    /// The gate's no: a stop is something else than a broken limit.
    func refusal(_ findings: [Finding], of intent: OrderIntent) -> HostRefusal {
        guard findings.contains(where: { $0.rule == .tradingState }) else { return .denied(findings) }
        let reason = halt(strategy: Int(intent.strategy), instrument: Int(intent.instrument))
        return .halted(reason ?? "only orders that shrink a position pass")
    }

    /// The order's instrument. What has to be there for the kind of order, all faults at once; the gate judges the values.
    private func checkedInstrument(_ request: OrderRequest) throws(HostRefusal) -> Int {
        var faults: [RequestFault] = []
        let instrument = instrument(request.instrument)
        let terms = instrument.map { universe.instruments[$0].terms }
        if instrument == nil {
            faults.append(.unknownInstrument("instrument", request.instrument))
        }
        if request.quantity.raw <= 0 { faults.append(RequestFault(path: "quantity", message: "must be above 0")) }
        if let terms, request.quantity.raw % terms.lot.raw != 0 { faults.append(.lot("quantity", terms)) }
        func check(_ path: String, _ price: Price?, isNeeded: Bool) {
            switch price {
            case nil where isNeeded:
                faults.append(RequestFault(path: path, message: "required for \(request.kind.name)"))
            case .some(let price) where price.raw <= 0:
                faults.append(RequestFault(path: path, message: "must be above 0"))
            case .some where !isNeeded:
                faults.append(RequestFault(path: path, message: "does not belong to \(request.kind.name)"))
            case .some(let price):
                guard let terms, price.raw % terms.tick.raw != 0 else { return }
                faults.append(.tick(path, terms))
            case nil: return
            }
        }
        check("price", request.price, isNeeded: request.kind.hasLimitPrice)
        if request.kind != .trailingStop || request.stopPrice != nil {
            check("stop_price", request.stopPrice, isNeeded: request.kind.hasStopPrice)
        }
        guard faults.isEmpty, let instrument else { throw .invalid(faults) }
        return instrument
    }

    func requireEntries() throws(HostRefusal) {
        guard isJournalBlocked else { return }
        throw .unavailable("the journal does not take new orders at the moment; cancel, close and stop go on")
    }

    func modify(_ id: String, _ change: OrderChange, by requester: Requester) throws(HostRefusal) -> OrderView {
        let order = try working(id, "changed")
        let faults = faults(of: change, to: order)
        if !faults.isEmpty { throw .invalid(faults) }
        try requireEntries()
        let quantity = change.quantity ?? order.intent.quantity
        let before = engine.factLog.events.count
        guard
            let verdict = engine.modifyOrder(
                id: order.id, quantity: quantity, price: change.price ?? order.intent.price,
                stopPrice: change.stopPrice ?? order.intent.stopPrice)
        else {
            throw .conflict("\(id) protects a position and follows its strategy's stop-loss and take-profit")
        }
        sent(since: before, order: order.id, by: requester)
        if case .denied = verdict { throw refusal(denial(since: before) { $0.orderID == order.id }, of: order.intent) }
        audit("order-modify", id, by: requester, ["quantity": quantity.description])
        var view = view(engine.workingOrder(id: order.id) ?? order)
        view.warnings = warnings(since: before) { $0.orderID == order.id }
        return view
    }

    private func faults(of change: OrderChange, to order: Order) -> [RequestFault] {
        let terms = universe.instruments[Int(order.intent.instrument)].terms
        var faults: [RequestFault] = []
        if let quantity = change.quantity {
            if quantity <= order.filled {
                let message = "must be above what is filled already (\(order.filled))"
                faults.append(RequestFault(path: "quantity", message: message))
            }
            if quantity.raw % terms.lot.raw != 0 { faults.append(.lot("quantity", terms)) }
        }
        if order.intent.isLeg, change.quantity != nil {
            let message = "a bracket's leg has the quantity that its entry filled"
            faults.append(RequestFault(path: "quantity", message: message))
        }
        let kind = order.intent.kind
        if kind == .market, change.quantity != nil {
            let message = "a market order takes the next price and cannot be changed; cancel it"
            faults.append(RequestFault(path: "quantity", message: message))
        }
        for (path, price, isUsed) in [
            ("price", change.price, kind.hasLimitPrice),
            ("stop_price", change.stopPrice, kind.hasStopPrice && kind != .trailingStop),
        ] {
            guard let price else { continue }
            if !isUsed {
                faults.append(RequestFault(path: path, message: "does not belong to \(kind.name)"))
            } else if price.raw % terms.tick.raw != 0 {
                faults.append(.tick(path, terms))
            }
        }
        if let force = change.timeInForce, force != order.intent.timeInForce {
            let message = "a working order keeps its time in force; cancel it and send a new one"
            faults.append(RequestFault(path: "time_in_force", message: message))
        }
        return faults
    }

    func cancel(_ id: String, by requester: Requester) throws(HostRefusal) -> OrderView {
        let order = try working(id, "cancelled")
        engine.cancelOrder(id: order.id)
        audit("order-cancel", id, by: requester)
        for event in engine.factLog.events.reversed() {
            if case .orderChanged(let changed, _) = event, changed.id == order.id { return view(changed) }
        }
        return view(order)
    }

    func close(_ id: String, quantity: Quantity?, by requester: Requester) throws(HostRefusal) -> OrderView {
        guard let number = HostNames.number(id, "pos"), let (slot, instrument) = book(ofPosition: number) else {
            throw .unknown(kind: "position", id: id)
        }
        let held = engine.position(strategy: slot, instrument: instrument).quantity
        let wanted = quantity ?? held.magnitude
        let terms = universe.instruments[instrument].terms
        var faults: [RequestFault] = []
        if wanted <= .zero || wanted > held.magnitude {
            let message = "must be above 0 and at most what is held (\(held.magnitude))"
            faults.append(RequestFault(path: "quantity", message: message))
        }
        if wanted.raw % terms.lot.raw != 0 { faults.append(.lot("quantity", terms)) }
        if !faults.isEmpty { throw .invalid(faults) }
        let intent = OrderIntent(
            strategy: Int32(slot), instrument: UInt32(instrument), tag: 0, side: held > .zero ? .sell : .buy,
            kind: .market, quantity: wanted, reduceOnly: true, origin: .operator)
        audit("position-close", id, by: requester, ["quantity": wanted.description])
        return try submit(intent, by: requester)
    }

    /// What was cancelled, newest first.
    func cancelAll(_ filter: CancelFilter, by requester: Requester) throws(HostRefusal) -> [OrderView] {
        var history = HistoryFilter(strategy: filter.strategy, instrument: filter.instrument)
        history.accounts = filter.accounts
        let wanted = try resolve(history)
        var wantedIDs: Set<UInt64> = []
        for instrument in 0..<engine.instrumentCount {
            for order in engine.workingOrders(instrument: instrument)
            where wanted.covers(Int(order.intent.strategy), instrument, order.submittedAt)
                && wanted.covers(account: order.account)
                && (filter.side ?? order.intent.side) == order.intent.side && !order.intent.isProtective
            {
                wantedIDs.insert(order.id)
            }
        }
        let before = engine.factLog.events.count
        for id in wantedIDs.sorted() { engine.cancelOrder(id: id) }
        var ended: [OrderView] = []
        for case .orderChanged(let order, _) in engine.factLog.events[before...]
        where order.state == .cancelled && wantedIDs.contains(order.id) { ended.append(view(order)) }
        audit("orders-cancel", filter.strategy ?? "all", by: requester, ["cancelled": "\(ended.count)"])
        return ended.reversed()
    }

    private func working(_ id: String, _ verb: String) throws(HostRefusal) -> Order {
        guard let number = HostNames.number(id, "ord") else { throw .unknown(kind: "order", id: id) }
        if let order = engine.workingOrder(id: number) { return order }
        if let order = orders[number] { throw .conflict("\(id) is \(order.state.name) and cannot be \(verb)") }
        guard number <= lastOrderID else { throw .unknown(kind: "order", id: id) }
        throw .conflict("\(id) has ended and cannot be \(verb)")
    }

    func book(ofPosition id: UInt64) -> (slot: Int, instrument: Int)? {
        for slot in strategies.indices {
            for instrument in 0..<engine.instrumentCount {
                let position = engine.position(strategy: slot, instrument: instrument)
                if position.id == id, position.quantity != .zero { return (slot, instrument) }
            }
        }
        return nil
    }
}

extension OrderIntent {
    /// The gate may have named the first trigger of a trailing stop.
    func isSent(as request: OrderIntent) -> Bool {
        var sent = request
        if kind == .trailingStop, request.stopPrice == .zero { sent.stopPrice = stopPrice }
        return self == sent
    }
}
