import Controls
import Execution
import Portfolio
import Trading

// What accounts and strategies can come to hold, valued. Every order asks for it in all instruments but its own, where mostly
// nothing has changed since the order before.

/// The worst case of one book at its mark, in the account's currency, and what it was made of.
struct Reach: BitwiseCopyable {
    private var position = Quantity.zero
    private var buys = Quantity.zero
    private var sells = Quantity.zero
    private var mark = Price.zero
    private var rate = Rate.one
    /// Of the larger side.
    private(set) var gross = Money.zero
    /// Signed: what is held and every working buy, or less every working sell.
    private(set) var withBuys = Money.zero
    private(set) var withSells = Money.zero

    @inline(__always)
    func isOf(_ book: OrderContext.Book, _ mark: Price, _ rate: Rate) -> Bool {
        (position.raw ^ book.position.raw) | (buys.raw ^ book.buys.raw) | (sells.raw ^ book.sells.raw)
            | (self.mark.raw ^ mark.raw) | (self.rate.raw ^ rate.raw) == 0
    }

    /// nil = beyond counting.
    init?(_ book: OrderContext.Book, _ mark: Price, _ rate: Rate, multiplier: Int64) {
        func value(_ quantity: Quantity) -> Money? {
            Money.value(mark, quantity, multiplier: multiplier)?.converted(at: rate)
        }
        let worst = max(book.worstCase(.buy, adding: .zero), book.worstCase(.sell, adding: .zero))
        guard let gross = value(worst), let withBuys = value(book.position + book.buys),
            let withSells = value(book.position - book.sells)
        else { return nil }
        self.init(gross, withBuys, withSells)
        (position, buys, sells) = (book.position, book.buys, book.sells)
        (self.mark, self.rate) = (mark, rate)
    }

    private init(_ gross: Money, _ withBuys: Money, _ withSells: Money) {
        (self.gross, self.withBuys, self.withSells) = (gross, withBuys, withSells)
    }

    static func nothing(_ mark: Price, _ rate: Rate) -> Reach {
        var reach = Reach(.zero, .zero, .zero)
        (reach.mark, reach.rate) = (mark, rate)
        return reach
    }
}

/// The last one of each.
struct ReachBook: ~Copyable {
    /// Account × instrument.
    var accounts: FixedBuffer<Reach>
    /// Strategy × instrument.
    var strategies: FixedBuffer<Reach>

    init(_ setup: EngineSetup) {
        let count = setup.instruments.count
        accounts = FixedBuffer(count: setup.accounts.count * count, repeating: .nothing(.zero, .one))
        strategies = FixedBuffer(count: setup.strategies.count * count, repeating: .nothing(.zero, .one))
    }

    mutating func addStrategy(instruments: Int) {
        strategies = FixedBuffer(strategies, adding: instruments, of: .nothing(.zero, .one))
    }
}

extension Engine {
    /// Worst-case values of an account's other instruments at their marks; nil = something has no rate.
    mutating func netOthers(_ account: Int, except instrument: Int) -> OrderContext.Others? {
        var sum = OrderContext.Others()
        for other in 0..<instruments.count where other != instrument {
            guard let reach = netReach(account, other) else { return nil }
            sum.add(reach)
        }
        return sum
    }

    /// The same of a strategy.
    mutating func ownOthers(_ strategy: Int, _ account: Int, except instrument: Int) -> OrderContext.Others? {
        var sum = OrderContext.Others()
        for other in 0..<instruments.count where other != instrument {
            let place = reaches.strategies.pointer(at: strategy * instruments.count + other)
            guard renew(place, ownBook(strategy, other), other, account) else { return nil }
            sum.add(place)
        }
        return sum
    }

    /// Of an account in one instrument; nil = there is no rate.
    @inline(__always)
    mutating func netReach(_ account: Int, _ instrument: Int) -> UnsafePointer<Reach>? {
        let place = reaches.accounts.pointer(at: account * instruments.count + instrument)
        return renew(place, netBook(account, instrument), instrument, account) ? UnsafePointer(place) : nil
    }

    @inline(__always)
    private func renew(
        _ place: UnsafeMutablePointer<Reach>, _ book: OrderContext.Book, _ instrument: Int, _ account: Int
    ) -> Bool {
        let mark = ledger.mark(instrument)
        let rate = ledger.rate(of: Int(instruments[instrument].currency), account: account)
        if let rate, place.pointee.isOf(book, mark, rate) { return true }
        return replace(place, book, mark, rate, instrument)
    }

    /// What is nothing needs no rate.
    @inline(never)
    private func replace(
        _ place: UnsafeMutablePointer<Reach>, _ book: OrderContext.Book, _ mark: Price, _ rate: Rate?,
        _ instrument: Int
    ) -> Bool {
        if book.position == .zero, book.buys == .zero, book.sells == .zero {
            place.pointee = .nothing(mark, rate ?? .one)
            return true
        }
        guard let rate, let fresh = Reach(book, mark, rate, multiplier: instruments[instrument].multiplier) else {
            return false
        }
        place.pointee = fresh
        return true
    }
}

extension OrderContext.Others {
    @inline(__always)
    fileprivate mutating func add(_ reach: UnsafePointer<Reach>) {
        gross += reach.pointee.gross
        withBuys += reach.pointee.withBuys
        withSells += reach.pointee.withSells
    }

    @inline(__always)
    fileprivate mutating func add(_ reach: UnsafeMutablePointer<Reach>) { add(UnsafePointer(reach)) }
}
