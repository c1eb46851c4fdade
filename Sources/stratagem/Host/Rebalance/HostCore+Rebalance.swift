import API
import Configuration
import Engine
import Journal
import Portfolio
import Trading

// Rebalancings between two events of the engine: begun, carried on, ended.

extension HostCore {
    static let rebalancer = Requester(user: "rebalancer", channel: "schedule")

    /// Begun, or only judged; nothing is sent where nothing is to be done.
    @discardableResult
    func rebalance(_ request: RebalanceRequest, by requester: Requester) throws(HostRefusal) -> RebalanceRun {
        let account = try accountIndex(request.account)
        if let running = rebalances.underWay[account], !request.isDry {
            throw .conflict(
                "\(RebalanceRecord.name(running.record.id)) of account \(accounts[account].id) is under way")
        }
        let planned = try rebalancePlan(account, isForced: request.isForced)
        let record = RebalanceRecord(
            id: 0, account: account, state: .skipped, reason: request.reason, isForced: request.isForced,
            user: requester.user, channel: requester.channel, startedAt: marketTime)
        var run = RebalanceRun(record, rebalanceDetail(planned, account))
        if request.isDry {
            for index in run.detail.next { judge(&run.detail.orders[index], account) }
            return run
        }
        try requireEntries()
        if !run.detail.orders.isEmpty {
            run.record.state = .started
            carryOn(&run)
        }
        run = rebalances.add(run)
        audit(
            "rebalance", RebalanceRecord.name(run.record.id), by: requester,
            ["account": accounts[account].id, "reason": request.reason, "orders": String(run.detail.orders.count)])
        return run
    }

    private func rebalanceDetail(_ planned: PlannedRebalance, _ account: Int) -> RebalanceDetail {
        var detail = RebalanceDetail()
        detail.orders = planned.plan.trades.map { trade in
            let instrument = planned.instruments[trade.index]
            return RebalanceDetail.Order(trade, instrument: instrument, price: metPrice(instrument, trade.side))
        }
        if rebalanceSettings(account) == nil {
            detail.notes.append(
                "account \(accounts[account].id) has no target weights, so what it holds is what it is to hold: "
                    + "set accounts.\(accounts[account].id).rebalance in host.yaml")
        } else if detail.orders.isEmpty, planned.plan.obstacles.isEmpty {
            detail.notes.append("every weight is within its band")
        }
        for (index, obstacle) in planned.plan.obstacles.sorted(by: { $0.key < $1.key }) {
            detail.notes.append("\(universe.instruments[planned.instruments[index]].id): \(obstacle.text)")
        }
        return detail
    }

    // MARK: Orders

    /// Sends what is next; it is over when nothing works and nothing waits.
    private func carryOn(_ run: inout RebalanceRun) {
        func isWorking(_ order: RebalanceDetail.Order) -> Bool {
            order.orderID.map { engine.workingOrder(id: $0) != nil } ?? false
        }
        while !run.detail.orders.contains(where: isWorking) {
            run.record.updatedAt = marketTime
            let next = run.detail.next
            guard !next.isEmpty else {
                run.record.state = .completed
                break
            }
            for index in next { send(&run.detail.orders[index], of: run.record) }
        }
    }

    /// What passes of it.
    private func send(_ order: inout RebalanceDetail.Order, of record: RebalanceRecord) {
        guard let intent = judge(&order, record.account) else { return }
        do throws(HostRefusal) {
            order.orderID = try submit(intent, by: Requester(user: record.user, channel: record.channel)).order.id
        } catch {
            order.decide(.denied, order.rules.isEmpty ? [error.reason] : order.rules)
        }
    }

    /// The order that is to be sent, smaller where a limit asks for that; nil = there is no book for it.
    @discardableResult
    private func judge(_ order: inout RebalanceDetail.Order, _ account: Int) -> OrderIntent? {
        let book = StrategyRecord.manualID(inAccount: account, accounts[account].id)
        guard let slot = strategies.firstIndex(where: { $0.id == book }) else {
            order.decide(.denied, ["account \(accounts[account].id) has no book of manual orders"])
            return nil
        }
        var intent = OrderIntent(
            strategy: Int32(slot), instrument: UInt32(order.instrument), tag: 0, side: order.side, kind: .market,
            quantity: Quantity(raw: order.quantity), origin: .operator)
        let judgement = engine.judgement(of: intent)
        let rules = judgement.failures.map { "\($0.rule.name): \($0.reason.text)" }
        if judgement.isApproved {
            order.decide(.allowed)
        } else if let passing = judgement.passingQuantity, let smaller = order.reduced(to: passing) {
            order = smaller
            order.decide(.reduced, rules)
            intent.quantity = passing
        } else {
            order.decide(.denied, rules)
        }
        return intent
    }

    // MARK: By themselves

    /// Goes on with those under way, and begins those that the clock asks for.
    func tendRebalances() {
        guard !isClosing, !isJournalBlocked else { return }
        for (_, run) in rebalances.underWay.sorted(by: { $0.key < $1.key }) {
            var changed = run
            carryOn(&changed)
            if changed != run { rebalances.put(changed) }
        }
        for account in rebalances.takeDue(at: marketTime) where rebalances.underWay[account] == nil {
            // Without a price, a rate or a volatility the next time is soon enough; within bands there is nothing to tell.
            guard let planned = try? rebalancePlan(account, isForced: false), !planned.plan.trades.isEmpty else {
                continue
            }
            let request = RebalanceRequest(account: accounts[account].id, reason: "schedule")
            _ = try? rebalance(request, by: HostCore.rebalancer)
        }
    }
}

extension HostCore {
    /// What waits does not belong to the account as it is from now on.
    func endRebalance(ofAccount account: Int, _ reason: String) {
        guard var run = rebalances.underWay[account] else { return }
        run.end(reason, at: marketTime)
        rebalances.put(run)
    }
}

extension HostStart {
    /// By account, of the market's time.
    var rebalanceSeconds: [Int: Int64] {
        var seconds: [Int: Int64] = [:]
        for (index, account) in wiring.setup.accounts.enumerated() {
            seconds[index] = wiring.host.account(account.id)?.rebalance?.everySeconds
        }
        return seconds
    }
}

extension RebalanceDetail.Order {
    /// With value and cost in proportion; nil = nothing would be left of it.
    fileprivate func reduced(to quantity: Quantity) -> RebalanceDetail.Order? {
        guard quantity.raw > 0, quantity.raw < self.quantity else { return nil }
        func part(_ text: String) -> String {
            let whole = Money(raw: Int128(text) ?? 0)
            return String(whole.portion(quantity, of: Quantity(raw: self.quantity)).raw)
        }
        var order = self
        (order.quantity, order.value, order.cost) = (quantity.raw, part(value), part(cost))
        return order
    }
}

extension RebalancePlan.Obstacle {
    fileprivate var text: String {
        switch self {
        case .belowMinimum: "what is missing to its target is less than the smallest order"
        case .aboveMaximum: "the largest order does not reach its band; the rest is for the next time"
        case .coarseLot: "no whole number of lots ends within its band"
        }
    }
}
