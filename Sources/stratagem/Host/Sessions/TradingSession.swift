import API
import Controls
import Engine
import Journal
import Trading

/// A trading session as the host keeps it.
struct TradingSession: Sendable {
    /// A strategy of it, and what it was before.
    struct Member: Codable, Equatable {
        var strategy: String
        var instruments: [String]
        var wasEnabled: Bool
        /// Its part of the session's budget, in the account's currency.
        var budget: String?
    }

    var number: UInt64
    var id: String
    var request: TradingSessionRequest
    var state = TradingSessionView.State.running
    var members: [Member] = []
    var startedBy: String
    var startedAt: Timestamp
    var endedAt: Timestamp?
    var records: UInt64 = 0
    var runs: [SessionRun] = []
    var problem: String?

    var view: TradingSessionView {
        TradingSessionView(
            id: id, kind: request.kind, state: state, symbols: request.symbols, strategies: request.strategies,
            startedBy: startedBy, startedAt: startedAt, endedAt: endedAt, records: Int(clamping: records),
            problem: problem, runs: runs.map(\.view))
    }

    /// "exec_20251118_150123_7"; what collects data is a "session_…".
    static func id(_ kind: SessionKind, _ number: UInt64, at time: Timestamp) -> String {
        let digits = time.description.prefix(19).filter(\.isNumber)
        return "\(kind == .collect ? "session" : "exec")_\(digits.prefix(8))_\(digits.suffix(6))_\(number)"
    }

    /// The limits of one of its strategies; nil = it is none of them.
    func terms(of strategy: String) -> SessionTerms? {
        guard request.kind == .paper, let member = members.first(where: { $0.strategy == strategy }) else {
            return nil
        }
        return SessionTerms(request, budget: member.budget.flatMap { Money($0) })
    }
}

/// What a session puts over a strategy's own limits.
struct SessionTerms: Sendable {
    var maxPositionNotional: Money?
    var budget: Money?
    var protection = ProtectionTerms.none

    init() {}

    init(_ request: TradingSessionRequest, budget: Money?) {
        maxPositionNotional = request.maxPositionSize
        self.budget = budget
        protection = ProtectionTerms(stopLoss: request.stopLoss, takeProfit: request.takeProfit)
    }

    /// Of two limits the stricter.
    func tightened(_ limits: LimitSet) -> LimitSet {
        func smaller(_ a: Money?, _ b: Money?) -> Money? { [a, b].compactMap { $0 }.min() }
        var limits = limits
        limits.maxPositionNotional = smaller(limits.maxPositionNotional, maxPositionNotional)
        limits.budgetAllocation = smaller(limits.budgetAllocation, budget)
        return limits
    }
}

extension TradingSessionRequest {
    /// The budget of each strategy: its allocation, or an even part of what allocations leave of the whole; nil = none.
    var budgets: [String: Money] {
        guard let budget else { return allocations }
        let others = strategies.filter { allocations[$0] == nil }
        guard !others.isEmpty else { return allocations }
        let left = allocations.values.reduce(budget.raw) { $0 - $1.raw }
        var budgets = allocations
        for strategy in others { budgets[strategy] = Money(raw: left / Int128(others.count)) }
        return budgets
    }

    /// What is wrong with the budget.
    var budgetFaults: [RequestFault] {
        var faults = allocations.keys.sorted().filter { !strategies.contains($0) }.map {
            RequestFault(path: "config.budget.allocations.\($0)", message: "is no strategy of this session")
        }
        if let budget {
            let allocated = allocations.values.reduce(Int128(0)) { $0 + $1.raw }
            let needsRest = strategies.contains { allocations[$0] == nil }
            if allocated > budget.raw || (needsRest && allocated == budget.raw) {
                faults.append(
                    RequestFault(
                        path: "config.budget.allocations",
                        message: "come to \(Money(raw: allocated)) of \(budget), which leaves nothing for the others"))
            }
        }
        return faults
    }
}

// MARK: - In the journal

/// The request as the journal keeps it: decimals as texts.
private struct StoredRequest: Codable {
    var kind: String
    var symbols: [String]
    var strategies: [String]
    var budget: String?
    var allocations: [String: String]
    var stopLoss: String?
    var takeProfit: String?
    var maxPositionSize: String?
    var dataSession: String?
    var acceleration: String?

    init(_ request: TradingSessionRequest) {
        kind = request.kind.rawValue
        symbols = request.symbols
        strategies = request.strategies
        budget = request.budget?.description
        allocations = request.allocations.mapValues(\.description)
        stopLoss = request.stopLoss?.description
        takeProfit = request.takeProfit?.description
        maxPositionSize = request.maxPositionSize?.description
        dataSession = request.dataSession
        acceleration = request.acceleration?.description
    }

    var request: TradingSessionRequest? {
        guard let kind = SessionKind(rawValue: kind) else { return nil }
        var request = TradingSessionRequest(kind: kind, symbols: symbols, strategies: strategies)
        request.budget = budget.flatMap { Money($0) }
        request.allocations = allocations.compactMapValues { Money($0) }
        request.stopLoss = stopLoss.flatMap { Rate($0) }
        request.takeProfit = takeProfit.flatMap { Rate($0) }
        request.maxPositionSize = maxPositionSize.flatMap { Money($0) }
        request.dataSession = dataSession
        request.acceleration = acceleration.flatMap { Rate($0) }
        return request
    }
}

private struct StoredDetail: Codable {
    var members: [TradingSession.Member]
    var runs: [SessionRun]
    var problem: String?
}

extension TradingSession {
    /// nil = not what any version wrote.
    init?(_ record: TradingSessionRecord) {
        guard let stored: StoredRequest = JournalText.decode(record.requestJSON), let request = stored.request,
            let detail: StoredDetail = JournalText.decode(record.detailJSON),
            let state = TradingSessionView.State(rawValue: record.state)
        else { return nil }
        self.init(
            number: record.number, id: record.id, request: request, state: state, members: detail.members,
            startedBy: record.startedBy, startedAt: record.startedAt, endedAt: record.endedAt,
            records: record.records, runs: detail.runs, problem: detail.problem)
    }

    var record: TradingSessionRecord {
        TradingSessionRecord(
            number: number, id: id, kind: request.kind.rawValue, state: state.rawValue,
            requestJSON: JournalText.encode(StoredRequest(request)),
            detailJSON: JournalText.encode(StoredDetail(members: members, runs: runs, problem: problem)),
            startedBy: startedBy, startedAt: startedAt, endedAt: endedAt, records: records)
    }
}
