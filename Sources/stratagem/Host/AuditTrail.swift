import API
import Controls
import Crypto
import Engine
import FoundationEssentials
import Journal
import Trading

/// What the rows of the audit log say beside what happened: who sent an order, which code ran, which limits held.
struct AuditTrail {
    /// Of the facts of this turn.
    var senders: [AuditSender] = []
    /// By strategy.
    var generations: [[UInt8]] = []
    /// The beginning of the SHA-256 of all limits: the same limits have the same version, in every life of the host.
    var limits: [UInt8] = []
    /// Those that this version stands for: system, accounts, strategies, instruments.
    var limitSets: [LimitSet] = []
    /// Nobody has looked at limits and generations yet.
    var isNew = true
}

extension HostCore {
    /// Decisions since `first` came of this request: about new orders of operators, or about the working order that is named.
    func sent(since first: Int, order: UInt64? = nil, by requester: Requester) {
        let count = engine.factLog.events.count
        guard count > first else { return }
        trail.senders.append(
            AuditSender(events: first..<count, order: order, user: requester.user, channel: requester.channel))
    }

    /// For the batch of this turn, whose notes are complete but for one about new limits.
    func auditContext() -> AuditContext {
        if trail.isNew || notes.contains(where: \.changesTerms) { reviewTerms() }
        defer { trail.senders.removeAll(keepingCapacity: true) }
        return AuditContext(
            eventTime: marketTime, generations: trail.generations, limits: trail.limits, senders: trail.senders)
    }

    private func reviewTerms() {
        trail.isNew = false
        trail.generations = strategies.map { record in
            let active = record.generations.last { $0.number == record.generation }
            return AuditContext.bytes(hexadecimal: active?.sha256 ?? "")
        }
        // Words take a while, and the engine waits for them.
        let sets = limitSets
        guard sets != trail.limitSets else { return }
        trail.limitSets = sets
        let text = JournalText.encode(limitTexts)
        let version = Array(SHA256.hash(data: Data(text.utf8)).prefix(8))
        guard version != trail.limits else { return }
        trail.limits = version
        note("limits.in-force", target: version.hexadecimal, detail: text)
    }

    private var limitSets: [LimitSet] {
        [engine.limits(scope: .system)]
            + accounts.indices.map { engine.limits(scope: .account, index: $0) }
            + strategies.indices.map { engine.limits(scope: .strategy, index: $0) }
            + universe.instruments.indices.map { engine.limits(scope: .instrument, index: $0) }
    }

    /// Every limit of every scope, in words.
    private var limitTexts: [String: [String: String]] {
        var texts: [String: [String: String]] = [:]
        func add(_ name: String, _ limits: LimitSet) {
            let list = limits.texts
            if !list.isEmpty { texts[name] = list }
        }
        add("system", engine.limits(scope: .system))
        for (index, account) in accounts.enumerated() {
            add("account \(account.id)", engine.limits(scope: .account, index: index))
        }
        for (index, strategy) in strategies.enumerated() {
            add("strategy \(strategy.id)", engine.limits(scope: .strategy, index: index))
        }
        for (index, instrument) in universe.instruments.enumerated() {
            add("instrument \(instrument.id)", engine.limits(scope: .instrument, index: index))
        }
        return texts
    }

    /// That a host has begun, and which ids have the numbers of the rows.
    func noteStart() {
        let names = [
            "strategies": hostNames.strategies, "accounts": hostNames.accounts, "instruments": hostNames.instruments,
        ]
        note("host.started", target: Stratagem.version, detail: JournalText.encode(names))
    }

    private func note(_ action: String, target: String, detail: String) {
        var record = AuditRecord(
            time: Timestamp(nanoseconds: WallClock.now), user: "", channel: "host", action: action, target: target,
            detailJSON: detail)
        record.kind = .host
        notes.append(.audit(record))
    }

    /// Writes down who did what.
    func audit(_ action: String, _ target: String, by requester: Requester, _ detail: [String: String] = [:]) {
        var record = AuditRecord(
            time: Timestamp(nanoseconds: WallClock.now), user: requester.user, channel: requester.channel,
            action: action, target: target, detailJSON: JournalText.object(detail))
        if let order = HostNames.number(target, "ord").flatMap({ engine.workingOrder(id: $0) ?? orders[$0] }) {
            record.strategy = Int(order.intent.strategy)
            record.account = Int(order.account)
        } else if let slot = strategies.firstIndex(where: { $0.id == target }) {
            record.strategy = slot
            record.account = strategies[slot].account
        } else if let account = accounts.firstIndex(where: { $0.id == target }) {
            record.account = account
        }
        notes.append(.audit(record))
    }
}

extension HostFact {
    /// Limits or code may be others behind it.
    fileprivate var changesTerms: Bool {
        switch self {
        case .limits, .strategySetting, .generation, .lifecycle: true
        case .audit(let record): !["order-", "position-", "trade-", "log"].contains(where: record.action.hasPrefix)
        default: false
        }
    }
}

extension LimitSet {
    /// Those that are set, by the names of their properties.
    var texts: [String: String] {
        var texts: [String: String] = [:]
        for child in Mirror(reflecting: self).children {
            guard let name = child.label else { continue }
            let value = Mirror(reflecting: child.value)
            guard value.displayStyle == .optional else {
                texts[name] = "\(child.value)"
                continue
            }
            if let inner = value.children.first?.value { texts[name] = "\(inner)" }
        }
        // Alone it says how a loss is counted that nothing limits.
        if maxDailyLoss == nil { texts["dailyLossBase"] = nil }
        return texts
    }
}
