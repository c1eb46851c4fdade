import API
import Controls
import Engine
import Journal
import Trading

/// Orders above an account's approval limit wait here for a second person. Bounded; the ended ones go first.
struct ApprovalQueue {
    private(set) var all: [ApprovalView] = []
    private(set) var pendingCount = 0
    private(set) var lastNumber: UInt64 = 0
    static let keptMax = 500
    static let pendingMax = 200
    /// Of one sender, so that nobody else is kept out.
    static let senderMax = 50
    /// How long an order waits.
    static let patienceNanoseconds: Int64 = 15 * 60 * Timestamp.nanosecondsPerSecond

    init(_ views: [ApprovalView] = []) {
        all = views.sorted { $0.number < $1.number }
        lastNumber = all.last?.number ?? 0
        pendingCount = all.count { $0.state == .pending }
    }

    func index(_ id: String) -> Int? { all.firstIndex { $0.id == id } }

    func pending(_ intent: OrderIntent, sender: String) -> ApprovalView? {
        all.first { $0.state == .pending && $0.sender == sender && $0.order.order.intent == intent }
    }

    func hasRoom(for sender: String) -> Bool {
        pendingCount < ApprovalQueue.pendingMax
            && all.count { $0.state == .pending && $0.sender == sender } < ApprovalQueue.senderMax
    }

    mutating func add(_ make: (_ number: UInt64) -> ApprovalView) -> ApprovalView {
        lastNumber += 1
        let view = make(lastNumber)
        all.append(view)
        pendingCount += 1
        if all.count > ApprovalQueue.keptMax, let old = all.firstIndex(where: { $0.state != .pending }) {
            all.remove(at: old)
        }
        return view
    }

    mutating func update(_ index: Int, _ change: (inout ApprovalView) -> Void) -> ApprovalView {
        change(&all[index])
        pendingCount = all.count { $0.state == .pending }
        return all[index]
    }
}

extension HostCore {
    /// Puts an order into the queue that was denied for want of an approval and for nothing else, once; nil = it does not
    /// wait.
    @discardableResult
    func requestApproval(
        _ intent: OrderIntent, _ findings: [Finding], sender: String, channel: String, requester: Requester? = nil
    ) -> ApprovalView? {
        guard asksForApprovals, !findings.isEmpty,
            findings.allSatisfy({ $0.rule == .approval && $0.reason == .needsApproval })
        else {
            return nil
        }
        if let waiting = approvals.pending(intent, sender: sender) { return waiting }
        guard approvals.hasRoom(for: sender) else {
            alerts.raise(.approvalsFull(sender), of: [accountID(ofStrategy: Int(intent.strategy))], at: engine.now)
            return nil
        }
        let wall = wallTime
        let order = Order(
            id: 0, intent: intent, account: Int32(strategies[Int(intent.strategy)].account), at: engine.now)
        let view = approvals.add { number in
            var view = ApprovalView(
                number: number, order: self.view(order), sender: sender, channel: channel, requestedAt: wall,
                expiresAt: wall + ApprovalQueue.patienceNanoseconds)
            view.senderID = requester?.id ?? ""
            view.senderPerson = requester?.person ?? ""
            return view
        }
        notes.append(.approval(ApprovalRecord(view)))
        alerts.raise(.approvalNeeded(view), of: [view.order.account], at: engine.now)
        return view
    }

    /// The gate judges it again, as things are now.
    func approve(_ id: String, by requester: Requester) throws(HostRefusal) -> ApprovalView {
        let index = try pending(id)
        let waiting = approvals.all[index]
        guard waiting.senderPerson != requester.person else {
            throw .conflict("\(id) was sent by \(requester.person): another person has to approve it")
        }
        try requireEntries()
        audit("approval.approve", id, by: requester, ["sender": waiting.sender])
        let before = engine.factLog.events.count
        let intent = waiting.order.order.intent
        let verdict = engine.submitApproved(intent)
        sent(since: before, by: requester)
        if case .denied = verdict {
            let findings = denial(since: before) { $0.intent.isSent(as: intent) }
            decide(index, .refused, by: requester.user, findings.map(\.reason.text).joined(separator: "; "))
            throw refusal(findings, of: intent)
        }
        var orderID: UInt64 = 0
        for case .orderAccepted(let order) in engine.factLog.events[before...]
        where order.intent.isSent(as: intent) { orderID = order.id }
        if orderID != 0, !waiting.senderID.isEmpty {
            notes.append(.sentOrder(SentOrderRecord(orderID: orderID, user: waiting.senderID)))
        }
        return decide(index, .approved, by: requester.user, nil, order: orderID)
    }

    func denyApproval(_ id: String, reason: String, by requester: Requester) throws(HostRefusal) -> ApprovalView {
        let index = try pending(id)
        audit("approval.deny", id, by: requester, ["sender": approvals.all[index].sender, "reason": reason])
        return decide(index, .denied, by: requester.user, reason)
    }

    private func pending(_ id: String) throws(HostRefusal) -> Int {
        expireApprovals()
        guard let index = approvals.index(id) else { throw .unknown(kind: "approval", id: id) }
        let state = approvals.all[index].state
        guard state == .pending else { throw .conflict("\(id) is \(state.rawValue)") }
        return index
    }

    /// What nobody has decided in time is denied.
    func expireApprovals() {
        guard approvals.pendingCount > 0 else { return }
        let wall = wallTime
        for index in approvals.all.indices
        where approvals.all[index].state == .pending && approvals.all[index].expiresAt <= wall {
            decide(index, .expired, by: "host", "nobody decided in time")
        }
    }

    @discardableResult
    private func decide(
        _ index: Int, _ state: ApprovalView.State, by user: String, _ reason: String?, order: UInt64 = 0
    ) -> ApprovalView {
        let wall = wallTime
        let view = approvals.update(index) { view in
            view.state = state
            view.decidedBy = user
            view.decidedAt = wall
            view.reason = reason
            view.orderID = order == 0 ? nil : "ord-\(order)"
        }
        notes.append(.approval(ApprovalRecord(view)))
        return view
    }
}

extension HostStart {
    /// Orders that wait for a second person, and those that did.
    var approvals: ApprovalQueue {
        let names = HostNames(
            strategies: strategies.map(\.id), instruments: wiring.universe.instruments.map(\.id),
            accounts: wiring.setup.accounts.map(\.id),
            multipliers: wiring.universe.instruments.map(\.terms.multiplier))
        return ApprovalQueue(
            recovered.approvals.compactMap { record in record.view(names) { strategies[$0].account } })
    }
}

extension ApprovalRecord {
    init(_ view: ApprovalView) {
        var order: [UInt8] = []
        FactCoding.append(.orderAccepted(view.order.order), findings: [], to: &order)
        self.init(
            id: view.number, order: order, strategy: view.order.strategy, instrument: view.order.instrument,
            sender: view.sender, channel: view.channel, state: view.state.rawValue, requestedAt: view.requestedAt,
            expiresAt: view.expiresAt, decidedBy: view.decidedBy, decidedAt: view.decidedAt, reason: view.reason,
            orderID: view.orderID.flatMap { HostNames.number($0, "ord") } ?? 0)
        senderID = view.senderID
        senderPerson = view.senderPerson
    }

    /// nil = it cannot be read, or is of a strategy or an instrument that is not there any more.
    func view(_ names: HostNames, accountOf: (_ strategy: Int) -> Int) -> ApprovalView? {
        guard let (events, _) = try? FactCoding.read(order), case .orderAccepted(var order)? = events.first,
            let strategy = names.strategies.firstIndex(of: strategy),
            let instrument = names.instruments.firstIndex(of: instrument),
            let state = ApprovalView.State(rawValue: state)
        else { return nil }
        order.intent.strategy = Int32(strategy)
        order.intent.instrument = UInt32(instrument)
        order.account = Int32(accountOf(strategy))
        var view = ApprovalView(
            number: id, order: names.view(of: order), sender: sender, channel: channel, requestedAt: requestedAt,
            expiresAt: expiresAt)
        view.senderID = senderID
        view.senderPerson = senderPerson
        view.state = state
        view.decidedBy = decidedBy
        view.decidedAt = decidedAt
        view.reason = reason
        view.orderID = orderID == 0 ? nil : "ord-\(orderID)"
        return view
    }
}
