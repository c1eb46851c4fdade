import Engine
import Portfolio
import Trading

/// What positions have to pay for being held, recounted minute by minute of the clock: every moment after the last event and
/// before the next one, at what is held and marked then.
struct ShadowFinancing {
    private let setup: EngineSetup
    private var clock: Int64?
    /// What has to come next, in this order.
    private var due: ArraySlice<Financing> = []

    init(_ setup: EngineSetup) { self.setup = setup }

    private static let day: Int128 = 86_400_000_000_000

    mutating func pass(to time: Int64, _ books: ShadowBooks) {
        defer { clock = max(clock ?? time, time) }
        guard let clock else { return }
        for moment in moments(from: clock, to: time) { payments(moment, books) }
    }

    mutating func take(_ payment: Financing) throws(Violation) {
        guard let expected = due.popFirst() else { throw Violation("nothing was due, and there is \(payment)") }
        guard payment == expected else { throw Violation("\(payment), not \(expected)") }
    }

    func checkNothingLeft() throws(Violation) {
        if let first = due.first { throw Violation("\(first) was due") }
    }

    /// Whole minutes and listed times: nothing else can be due.
    private func moments(from start: Int64, to end: Int64) -> [Int64] {
        let minute: Int64 = 60_000_000_000
        var moments = Set<Int64>()
        var time = (start / minute) * minute
        while time < end {
            if time >= start { moments.insert(time) }
            time += minute
        }
        for case .listed(let rates) in setup.funding.values {
            for rate in rates where rate.time.nanoseconds >= start && rate.time.nanoseconds < end {
                moments.insert(rate.time.nanoseconds)
            }
        }
        return moments.sorted()
    }

    private mutating func payments(_ moment: Int64, _ books: ShadowBooks) {
        for instrument in setup.instruments.indices {
            guard let rate = fundingRate(instrument, moment) else { continue }
            for strategy in setup.strategies.indices { add(.funding, strategy, instrument, rate, moment, books) }
        }
        for instrument in setup.instruments.indices {
            for (strategy, terms) in setup.strategies.enumerated() {
                let account = setup.accounts[terms.account]
                let isDayEnd = (Int128(moment) - Int128(account.terms.dayOffset)) % ShadowFinancing.day == 0
                let isLent = setup.instruments[instrument].terms.settlement == .cash
                let rate = setup.borrowRates[instrument] ?? (isLent ? account.borrowRate : .zero)
                guard isDayEnd, books.cell(strategy, instrument).quantity < 0 else { continue }
                add(.borrow, strategy, instrument, rate, moment, books)
            }
        }
    }

    private func fundingRate(_ instrument: Int, _ moment: Int64) -> Rate? {
        switch setup.funding[instrument] {
        case nil: nil
        case .constant(let rate, let every): moment % every == 0 ? rate : nil
        case .listed(let rates): rates.first { $0.time.nanoseconds == moment }?.rate
        }
    }

    private mutating func add(
        _ kind: FinancingKind, _ strategy: Int, _ instrument: Int, _ rate: Rate, _ moment: Int64, _ books: ShadowBooks
    ) {
        let quantity = books.cell(strategy, instrument).quantity
        guard quantity != 0, rate.raw != 0 else { return }
        let terms = setup.instruments[instrument].terms
        let signed = kind == .funding ? quantity : -quantity
        let product = books.marks[instrument] * signed * Int128(terms.multiplier) * Int128(rate.raw)
        let unit: Int128 = 1_000_000_000_000_000_000 * (kind == .funding ? 1 : 365)
        let payment = Financing(
            kind, strategy: Int32(strategy), account: Int32(setup.strategies[strategy].account),
            instrument: UInt32(instrument), rate: rate, quantity: Quantity(raw: Int64(quantity)),
            mark: Price(raw: Int64(books.marks[instrument])), multiplier: terms.multiplier,
            time: Timestamp(nanoseconds: moment))
        guard var payment else { return }
        payment.paid = Money(raw: ShadowBooks.rounded(product, unit))
        due.append(payment)
    }
}

extension Shadow {
    /// Time passes: what is due by then has to be among the next facts.
    mutating func pass(to time: Timestamp) { financing.pass(to: time.nanoseconds, books) }

    /// Nothing that is due was left out.
    func checkFinanced() throws(Violation) { try financing.checkNothingLeft() }
}
