import API
import Controls
import Engine
import Journal
import Portfolio
import Testing
import Trading

@testable import stratagem

/// One life of a host without its thread: a test takes the turns itself.
final class HostLife {
    let core: HostCore
    let journal: Journal
    let notices: [String]
    private var clock: Int64 = 0

    static let person = Requester(user: "ann", channel: "rest")

    init(_ start: HostStart) {
        journal = start.journal
        notices = start.notices
        core = HostCore(start)
    }

    deinit { try? journal.close() }

    /// The market goes on until the account has lost more than its limit for a day, which latches it.
    func runIntoDailyLoss() throws {
        for _ in 0..<100 where !core.engine.day(scope: .account, index: 0).isLatched || isWithinDailyLoss {
            run(seconds: 1)
        }
        try #require(core.engine.day(scope: .account, index: 0).isLatched && !isWithinDailyLoss)
        #expect(core.engine.tradingState(scope: .account) == .reducing)
    }

    private var isWithinDailyLoss: Bool {
        let loss = core.engine.dayLoss(scope: .account, index: 0, base: .equity) ?? .zero
        return loss <= core.engine.limits(scope: .account).maxDailyLoss ?? .zero
    }

    /// The market goes on for so many seconds, a turn a second.
    func run(seconds: Int) {
        for _ in 0..<seconds {
            let end = core.marketTime + Timestamp.nanosecondsPerSecond
            while !core.advance(until: end) {}
            settle()
        }
    }

    func settle() {
        // Past the next look at the STOP file and the journal.
        clock += 1_000_000_000
        core.settle(clock: clock)
    }

    /// All facts and notes up to now are on the disk.
    func commit() {
        core.engine.recordMarks()
        settle()
        #expect(journal.flush(timeoutMilliseconds: 20_000))
    }

    /// An end in the middle: committed, but without the last checkpoint of an orderly stop.
    func breakOff() throws {
        commit()
        try journal.close()
    }

    func end() throws {
        core.close()
        core.requestCheckpoint()
        try breakOff()
    }

    func slot(_ id: String) throws -> Int { try core.slot(id) }

    /// A buy far below the market, which rests there.
    static func restingBuy(_ price: Int64 = 60_000, quantity: String = "0.01", strategy: String = "manual")
        -> OrderRequest
    {
        OrderRequest(
            strategy: strategy, instrument: "BTC_USDT", side: .buy, kind: .limit, quantity: Quantity(quantity)!,
            price: Price(raw: price * Price.one.raw))
    }

    static func marketBuy(_ quantity: String = "0.01", strategy: String = "manual") -> OrderRequest {
        OrderRequest(
            strategy: strategy, instrument: "BTC_USDT", side: .buy, kind: .market, quantity: Quantity(quantity)!)
    }

    func place(_ request: OrderRequest, key: IdempotencyKey? = nil) throws(HostRefusal) -> OrderView? {
        guard case .order(let view) = try core.place(request, key: key, by: HostLife.person) else { return nil }
        return view
    }
}

/// What must be the same in the next life, by name: indices are checked beside it.
struct Books: Equatable {
    struct Held: Equatable {
        var position: Position
        var working: [Order]
    }
    var held: [String: Held] = [:]
    var cash: [String: Money] = [:]
    var equity: [String: Money] = [:]
    var performance: [String: Performance] = [:]
    var counts: [String: [UInt64]] = [:]
    var latches: [String: TradingState] = [:]

    /// `marks`: with what follows from every single mark, of which facts have one a second and only a checkpoint has all.
    init(_ core: HostCore, marks: Bool = false) {
        for (slot, strategy) in core.strategies.enumerated() {
            performance[strategy.id] = core.engine.performance(strategy: slot)
            if !marks {
                performance[strategy.id]?.maxDrawdown = nil
                performance[strategy.id]?.exposureTime = nil
            }
            let counters = core.engine.counters(strategy: slot)
            counts[strategy.id] = [counters.orders, counters.fills, counters.denials, counters.refusedIntents]
            latches["strategy \(strategy.id)"] = core.engine.tradingState(scope: .strategy, index: slot)
            for (index, instrument) in core.universe.instruments.enumerated() {
                let position = core.engine.position(strategy: slot, instrument: index)
                let working = core.engine.workingOrders(instrument: index).filter {
                    $0.intent.strategy == Int32(slot)
                }
                guard position != Position() || !working.isEmpty else { continue }
                held["\(strategy.id) \(instrument.id)"] = Held(position: position, working: working)
            }
        }
        for (account, terms) in core.accounts.enumerated() {
            for (currency, code) in core.universe.currencies.enumerated() {
                cash["\(terms.id) \(code)"] = core.engine.cash(account: account, currency: currency)
            }
            equity[terms.id] = core.engine.equity(account: account)
            latches["account \(terms.id)"] = core.engine.tradingState(scope: .account, index: account)
        }
        for (index, instrument) in core.universe.instruments.enumerated() {
            latches["instrument \(instrument.id)"] = core.engine.tradingState(scope: .instrument, index: index)
        }
        latches["system"] = core.engine.tradingState(scope: .system)
    }

    /// Of those that `other` knows as well: a strategy that was added since has no books yet.
    func restricted(to other: Books) -> Books {
        var copy = self
        copy.performance = performance.filter { other.performance[$0.key] != nil }
        copy.counts = counts.filter { other.counts[$0.key] != nil }
        copy.latches = latches.filter { other.latches[$0.key] != nil }
        copy.cash = cash.filter { other.cash[$0.key] != nil }
        return copy
    }
}
