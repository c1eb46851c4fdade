import Controls
import Execution
import Portfolio
import Trading

// What accounts and strategies can come to hold, valued. Every order asks for it in all instruments but its own, where mostly
// nothing has changed since the order before: so it is kept, by instrument and as a sum, and what ledger and working orders
// say has changed is valued anew.

/// The worst cases of one account or strategy at their marks.
struct ReachSum: BitwiseCopyable {
    /// Of all instruments.
    var all = OrderContext.Others()
    /// Changes of ledger and working orders that are in it.
    var ledgerSeen: UInt64 = 0
    var ordersSeen: UInt64 = 0
    /// How often it has changed; for who keeps parts of it.
    var version: UInt64 = 1
}

struct ReachBook: ~Copyable {
    /// Account × instrument.
    var accounts: FixedBuffer<OrderContext.Others>
    /// Strategy × instrument.
    var strategies: FixedBuffer<OrderContext.Others>
    var accountSums: FixedBuffer<ReachSum>
    var strategySums: FixedBuffer<ReachSum>

    init(_ setup: EngineSetup) {
        let count = setup.instruments.count
        accounts = FixedBuffer(count: setup.accounts.count * count, repeating: OrderContext.Others())
        strategies = FixedBuffer(count: setup.strategies.count * count, repeating: OrderContext.Others())
        accountSums = FixedBuffer(count: setup.accounts.count, repeating: ReachSum())
        strategySums = FixedBuffer(count: setup.strategies.count, repeating: ReachSum())
    }

    mutating func addStrategy(instruments: Int) {
        strategies = FixedBuffer(strategies, adding: instruments, of: OrderContext.Others())
        strategySums = FixedBuffer(strategySums, adding: 1, of: ReachSum())
    }
}

extension Engine {
    /// Worst-case values of an account's other instruments at their marks; nil = something has no rate.
    mutating func netOthers(_ account: Int, except instrument: Int) -> OrderContext.Others? {
        let sum = reaches.accountSums.pointer(at: account)
        let row = reaches.accounts.pointer(at: account * instruments.count)
        if isOld(sum), !renewNet(sum, row, account, except: instrument) { return nil }
        return sum.pointee.all.less(row + instrument)
    }

    /// The same of a strategy.
    mutating func ownOthers(_ strategy: Int, _ account: Int, except instrument: Int) -> OrderContext.Others? {
        let sum = reaches.strategySums.pointer(at: strategy)
        let row = reaches.strategies.pointer(at: strategy * instruments.count)
        if isOld(sum), !renewOwn(sum, row, strategy, account, except: instrument) { return nil }
        return sum.pointee.all.less(row + instrument)
    }

    @inline(__always)
    private func isOld(_ sum: UnsafeMutablePointer<ReachSum>) -> Bool {
        (sum.pointee.ledgerSeen ^ ledger.changeCount) | (sum.pointee.ordersSeen ^ orders.changeCount) != 0
    }

    @inline(never)
    private func renewNet(
        _ sum: UnsafeMutablePointer<ReachSum>, _ row: UnsafeMutablePointer<OrderContext.Others>, _ account: Int,
        except own: Int
    ) -> Bool {
        renew(sum, row, except: own) { reach(netBook(account, $0), $0, account) }
    }

    @inline(never)
    private func renewOwn(
        _ sum: UnsafeMutablePointer<ReachSum>, _ row: UnsafeMutablePointer<OrderContext.Others>, _ strategy: Int,
        _ account: Int, except own: Int
    ) -> Bool {
        renew(sum, row, except: own) { reach(ownBook(strategy, $0), $0, account) }
    }

    /// What cannot be valued keeps its old value in the sum and is asked for again; only the order's own instrument may be so.
    @inline(__always)
    private func renew(
        _ sum: UnsafeMutablePointer<ReachSum>, _ row: UnsafeMutablePointer<OrderContext.Others>, except own: Int,
        _ reach: (Int) -> OrderContext.Others?
    ) -> Bool {
        var isWhole = true
        for instrument in 0..<instruments.count
        where ledger.hasChanged(instrument, since: sum.pointee.ledgerSeen)
            || orders.hasChanged(instrument, since: sum.pointee.ordersSeen)
        {
            if let fresh = reach(instrument) {
                sum.pointee.all.replace(row + instrument, by: fresh)
                sum.pointee.version &+= 1
            } else {
                guard instrument == own else { return false }
                isWhole = false
            }
        }
        if isWhole {
            sum.pointee.ledgerSeen = ledger.changeCount
            sum.pointee.ordersSeen = orders.changeCount
        }
        return true
    }

    /// The worst case of a book at its mark, in the account's currency. What is nothing needs no rate; nil = there is none, or
    /// it is beyond counting.
    @inline(__always)
    func reach(_ book: OrderContext.Book, _ instrument: Int, _ account: Int) -> OrderContext.Others? {
        var reach = OrderContext.Others()
        if book.position.raw | book.buys.raw | book.sells.raw == 0 { return reach }
        guard let withBuys = value(of: book.position + book.buys, instrument, account),
            let withSells = value(of: book.position - book.sells, instrument, account)
        else { return nil }
        (reach.withBuys, reach.withSells) = (withBuys, withSells)
        // The larger side: rounding is the same on both sides of zero.
        reach.gross = max(withBuys, -withSells, .zero)
        return reach
    }
}

extension OrderContext.Others {
    @inline(__always)
    fileprivate func less(_ part: UnsafeMutablePointer<OrderContext.Others>) -> OrderContext.Others {
        var rest = OrderContext.Others()
        rest.gross = gross - part.pointee.gross
        rest.withBuys = withBuys - part.pointee.withBuys
        rest.withSells = withSells - part.pointee.withSells
        return rest
    }

    @inline(__always)
    fileprivate mutating func replace(_ part: UnsafeMutablePointer<OrderContext.Others>, by fresh: OrderContext.Others)
    {
        gross += fresh.gross - part.pointee.gross
        withBuys += fresh.withBuys - part.pointee.withBuys
        withSells += fresh.withSells - part.pointee.withSells
        part.pointee = fresh
    }
}
