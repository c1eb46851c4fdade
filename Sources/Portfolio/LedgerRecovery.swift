public import Trading

// What outlives the process: cash, positions with their open round trips, marks.

extension Ledger {
    /// A form number; currencies, instruments, accounts, strategies (u32 each); next position id u64; per instrument its
    /// mark and what its amounts were counted with; per account currency, opening balance and cash of each currency; per
    /// strategy its account, the instruments it holds in the order of opening, every holding that is not blank,
    /// and what holding has cost where it has cost something (that since form 2).
    ///
    /// Net quantities, totals and estimates follow from these.
    public func encode(into writer: inout ByteWriter) {
        writer.put(Ledger.form)
        for count in [currencyCount, instrumentCount, accounts.count, strategyCount] { writer.put(count: count) }
        writer.put(nextPositionID)
        for instrument in 0..<instrumentCount {
            writer.put(marks[instrument])
            writer.put(instruments[instrument].multiplier)
            writer.put(instruments[instrument].settlement.code)
            writer.put(instruments[instrument].currency)
        }
        for (account, terms) in accounts.enumerated() {
            writer.put(terms.currency)
            writer.put(terms.openingBalance)
            for currency in 0..<currencyCount { writer.put(cash(account: account, currency: currency)) }
        }
        for strategy in 0..<strategyCount { encode(strategy: strategy, into: &writer) }
    }

    private func encode(strategy: Int, into writer: inout ByteWriter) {
        writer.put(owners[strategy])
        writer.put(count: holdingsOpen.count(strategy))
        for index in 0..<holdingsOpen.count(strategy) {
            writer.put(UInt32(holdingsOpen.item(strategy, index)))
        }
        let first = strategy * instrumentCount
        let used = (0..<instrumentCount).filter { !holdings[first + $0].isBlank }
        writer.put(count: used.count)
        for instrument in used {
            writer.put(UInt32(instrument))
            holdings[first + instrument].encode(into: &writer)
        }
        let charged = (0..<instrumentCount).filter { financed[first + $0] != FinancingTotals() }
        writer.put(count: charged.count)
        for instrument in charged {
            writer.put(UInt32(instrument))
            writer.put(financed[first + instrument].funding)
            writer.put(financed[first + instrument].borrow)
        }
    }

    private static var form: UInt8 { 2 }

    /// Takes the books of a checkpoint into a fresh ledger; accounts, instruments and strategies that have been added
    /// since stay fresh. After a fault the ledger is of no use.
    public mutating func decode(from reader: inout ByteReader) throws(CodingFault) {
        let form = try reader.number(UInt8.self)
        guard (1...Ledger.form).contains(form) else { throw reader.fault("unknown form of the ledger") }
        let currencies = try reader.count(of: 1)
        let kept = [try reader.count(of: 1), try reader.count(of: 1), try reader.count(of: 1)]
        guard currencies <= currencyCount, kept[0] <= instrumentCount, kept[1] <= accounts.count,
            kept[2] <= strategyCount
        else {
            throw reader.fault(
                "\(currencies) currencies, \(kept) instruments, accounts and strategies are more than there are now")
        }
        nextPositionID = try reader.counter("next position")
        for instrument in 0..<kept[0] { try decode(instrument: instrument, from: &reader) }
        for account in 0..<kept[1] { try decode(account: account, currencies, from: &reader) }
        for strategy in 0..<kept[2] { try decode(strategy: strategy, instruments: kept[0], form, from: &reader) }
        do { try sumUp() } catch { throw reader.fault(error.description) }
    }

    /// Amounts keep their meaning only while the instrument keeps these.
    private mutating func decode(instrument: Int, from reader: inout ByteReader) throws(CodingFault) {
        marks[instrument] = try reader.fixed()
        let terms = instruments[instrument]
        let multiplier = try reader.number(Int64.self)
        let settlement = try reader.number(UInt8.self)
        let currency = try reader.number(UInt8.self)
        guard multiplier == terms.multiplier, settlement == terms.settlement.code, currency == terms.currency else {
            throw reader.fault(
                "instrument \(instrument) was counted with multiplier \(multiplier), settlement \(settlement), currency \(currency), and is now \(terms.multiplier), \(terms.settlement.code), \(terms.currency)"
            )
        }
    }

    private mutating func decode(account: Int, _ currencies: Int, from reader: inout ByteReader) throws(CodingFault) {
        let currency = try reader.number(UInt8.self)
        guard currency == accounts[account].currency else {
            throw reader.fault("account \(account) had currency \(currency), and now \(accounts[account].currency)")
        }
        // What the account was opened with is history, whatever the configuration says today.
        accounts[account].openingBalance = try reader.summable("opening balance")
        for currency in 0..<currencies {
            balances[account * currencyCount + currency] = try reader.summable("cash")
        }
    }

    private mutating func decode(
        strategy: Int, instruments: Int, _ form: UInt8, from reader: inout ByteReader
    ) throws(CodingFault) {
        let account = try reader.number(Int32.self)
        for _ in 0..<(try reader.count(of: 4)) {
            holdingsOpen.set(strategy, try reader.index("open instrument", below: instruments), open: true)
        }
        var last = -1
        for _ in 0..<(try reader.count(of: 4)) {
            let instrument = try reader.index("held instrument", below: instruments)
            guard instrument > last else { throw reader.fault("instrument \(instrument) after \(last)") }
            last = instrument
            let holding = try Holding(from: &reader, nextPositionID: nextPositionID)
            holdings[strategy * instrumentCount + instrument] = holding
            guard account == owners[strategy] else {
                throw reader.fault(
                    "strategy \(strategy) traded for account \(account), and now for \(owners[strategy])")
            }
        }
        if form > 1 {
            try decodeFinancing(strategy: strategy, instruments: instruments, account: account, from: &reader)
        }
        for instrument in 0..<instrumentCount {
            let isHeld = holdings[strategy * instrumentCount + instrument].position.quantity != .zero
            guard isHeld == holdingsOpen.isOpen(strategy, instrument) else {
                throw reader.fault("strategy \(strategy) holds instrument \(instrument) in one list only")
            }
        }
    }

    private mutating func decodeFinancing(
        strategy: Int, instruments: Int, account: Int32, from reader: inout ByteReader
    ) throws(CodingFault) {
        for _ in 0..<(try reader.count(of: 36)) {
            let instrument = try reader.index("financed instrument", below: instruments)
            financed[strategy * instrumentCount + instrument] = FinancingTotals(
                funding: try reader.summable("funding"), borrow: try reader.summable("borrow"))
            guard account == owners[strategy] else {
                throw reader.fault("strategy \(strategy) paid for account \(account), and now \(owners[strategy])")
            }
        }
    }

    /// Everything that follows from the holdings.
    private mutating func sumUp() throws(RecoveryFault) {
        for strategy in 0..<strategyCount {
            for instrument in 0..<instrumentCount {
                let position = holdings[strategy * instrumentCount + instrument].position
                let net = Int(owners[strategy]) * instrumentCount + instrument
                let (sum, overflow) = netQuantities[net].raw.addingReportingOverflow(position.quantity.raw)
                guard !overflow, sum != .min else {
                    throw RecoveryFault("account \(owners[strategy]) holds more of \(instrument) than can be counted")
                }
                netQuantities[net] = Quantity(raw: sum)
                let tally = strategy * currencyCount + Int(instruments[instrument].currency)
                tallies[tally].realized += position.realized
                tallies[tally].commission += position.commission
                tallies[tally].cost += position.cost
                tallies[tally].financing += financed[strategy * instrumentCount + instrument]
                guard tallies[tally].isSummable else {
                    throw RecoveryFault("totals of strategy \(strategy) are beyond counting")
                }
            }
        }
        for account in accounts.indices {
            for instrument in 0..<instrumentCount {
                let net = netQuantities[account * instrumentCount + instrument]
                netOpen.set(account, instrument, open: net != .zero)
            }
        }
        for strategy in 0..<strategyCount {
            for instrument in 0..<instrumentCount { refreshEstimate(strategy: strategy, instrument: instrument) }
        }
        for instrument in 0..<instrumentCount { kept.touch(instrument) }
    }
}

extension Settlement {
    fileprivate var code: UInt8 { self == .cash ? 0 : 1 }
}

extension Tally {
    var isSummable: Bool { realized.isSummable && commission.isSummable && cost.isSummable && financing.isSummable }
}

extension Holding {
    fileprivate var isBlank: Bool { position == Position() && entryQuantity == 0 }

    fileprivate func encode(into writer: inout ByteWriter) {
        writer.put(position.id)
        writer.put(position.quantity)
        writer.put(position.cost)
        writer.put(position.realized)
        writer.put(position.commission)
        writer.put(position.openedAt)
        writer.put(entryValue)
        writer.put(entryQuantity)
        writer.put(exitValue)
        writer.put(tripCommission)
        writer.put(largest)
    }

    fileprivate init(from reader: inout ByteReader, nextPositionID: UInt64) throws(CodingFault) {
        self.init()
        position.id = try reader.counter("position")
        position.quantity = try reader.quantity("position")
        position.cost = try reader.summable("cost")
        position.realized = try reader.summable("realized profit")
        position.commission = try reader.summable("commission")
        position.openedAt = try reader.instant("opening time")
        entryValue = try reader.summable("entry value")
        entryQuantity = try reader.number()
        exitValue = try reader.summable("exit value")
        tripCommission = try reader.summable("commission of a round trip")
        largest = try reader.quantity("largest quantity")
        let held = position.quantity.magnitude
        let isFlat = held == .zero
        let isWhole =
            isFlat
            ? position.id == 0 && position.cost == .zero && entryQuantity == 0 && largest == .zero
            : position.id > 0 && position.id < nextPositionID && largest >= held
                && entryQuantity >= Int128(held.raw) && isCountable
        guard isWhole else { throw reader.fault("position \(position) does not fit its round trip") }
    }

    /// A fill can be added to every sum.
    var isCountable: Bool {
        entryQuantity < 1 << 100 && entryValue.isSummable && exitValue.isSummable && tripCommission.isSummable
            && position.cost.isSummable && position.realized.isSummable && position.commission.isSummable
    }
}
