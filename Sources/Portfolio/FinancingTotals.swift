public import Trading

/// What holding positions has cost, by kind; below zero was received.
@frozen public struct FinancingTotals: Sendable, BitwiseCopyable, Equatable {
    public var funding: Money
    public var borrow: Money
    @inlinable public var paid: Money { funding + borrow }

    @inlinable
    public init(funding: Money = .zero, borrow: Money = .zero) {
        self.funding = funding
        self.borrow = borrow
    }

    mutating func add(_ financing: Financing) {
        switch financing.kind {
        case .funding: funding += financing.paid
        case .borrow: borrow += financing.paid
        }
    }

    static func += (a: inout FinancingTotals, b: FinancingTotals) {
        a.funding += b.funding
        a.borrow += b.borrow
    }

    var isSummable: Bool { funding.isSummable && borrow.isSummable }
}

// What positions pay for being held: out of the account's cash, into the strategy's result. Positions stay what they are.
extension Ledger {
    /// Books one payment; who holds nothing there is a broken invariant.
    public mutating func apply(_ financing: Financing) {
        let strategy = Int(financing.strategy)
        let instrument = Int(financing.instrument)
        let cell = strategy * instrumentCount + instrument
        precondition(
            owners[strategy] == financing.account && holdings[cell].position.quantity == financing.quantity,
            "\(financing) is not of \(holdings[cell].position.quantity)")
        let currency = Int(instruments[instrument].currency)
        balances[Int(financing.account) * currencyCount + currency] -= financing.paid
        financed[cell].add(financing)
        tallies[strategy * currencyCount + currency].financing.add(financing)
        refreshEstimate(strategy: strategy, instrument: instrument)
        kept.touch(instrument)
    }

    /// Books a payment from a journal; one that does not follow from the books is a fault.
    public mutating func replay(_ financing: Financing) throws(RecoveryFault) {
        let strategy = Int(financing.strategy)
        let instrument = Int(financing.instrument)
        guard (0..<strategyCount).contains(strategy), instrument < instrumentCount,
            owners[strategy] == financing.account
        else {
            throw RecoveryFault(
                "strategy \(financing.strategy), account \(financing.account), instrument \(financing.instrument) do not belong together"
            )
        }
        let terms = instruments[instrument]
        let held = position(strategy: strategy, instrument: instrument).quantity
        guard held == financing.quantity, held != .zero else {
            throw RecoveryFault("\(financing.kind.name) of \(financing.quantity), and \(held) is held")
        }
        guard
            financing.paid
                == financing.kind.paid(financing.rate, financing.quantity, financing.mark, terms.multiplier),
            financing.paid.isSummable
        else {
            throw RecoveryFault(
                "\(financing.quantity) at \(financing.mark) do not pay \(financing.paid) at \(financing.rate)")
        }
        let currency = Int(terms.currency)
        guard cash(account: Int(financing.account), currency: currency).isSummable,
            tallies[strategy * currencyCount + currency].isSummable
        else { throw RecoveryFault("the books are beyond counting") }
        apply(financing)
    }

    /// What a strategy's positions in an instrument have paid, in the quote currency.
    public func financing(strategy: Int, instrument: Int) -> FinancingTotals {
        financed[strategy * instrumentCount + instrument]
    }

    /// Somebody holds something.
    @inlinable public var isAnyOpen: Bool {
        (0..<strategyCount).contains { isOpen(strategy: $0) }
    }
}
