public import Trading

// What outlives the process: limits, latches and order rates.

extension Gate {
    /// A form number, how many accounts, strategies and instruments (u32 each), then each scope: system, accounts,
    /// strategies, instruments; then the recent orders and the last modify of each strategy (form 1: none).
    public func encode(into writer: inout ByteWriter) {
        writer.put(UInt8(2))
        writer.put(count: accountCount)
        writer.put(count: strategyCount)
        writer.put(count: instrumentCount)
        for place in 0..<(scopes.count - 1) { scopes[place].encode(into: &writer) }
        for strategy in 0..<strategyCount {
            recentOrders[strategy].encode(into: &writer)
            writer.put(lastModifies[strategy].orderID)
            writer.put(lastModifies[strategy].time)
        }
    }

    /// Takes the scopes of a checkpoint; what has been added since keeps its own limits.
    public mutating func decode(from reader: inout ByteReader) throws(CodingFault) {
        let form = try reader.number(UInt8.self)
        guard (1...2).contains(form) else { throw reader.fault("unknown form of the gate") }
        let counts = [try reader.count(of: 1), try reader.count(of: 1), try reader.count(of: 1)]
        guard counts[0] <= accountCount, counts[1] <= strategyCount, counts[2] <= instrumentCount else {
            throw reader.fault("\(counts) accounts, strategies and instruments are more than there are now")
        }
        scopes[0] = try ScopeState(from: &reader)
        for (scope, count) in zip([LimitScope.account, .strategy, .instrument], counts) {
            for index in 0..<count { scopes[position(scope, index)] = try ScopeState(from: &reader) }
        }
        if form > 1 {
            for strategy in 0..<counts[1] {
                recentOrders[strategy] = try RecentOrders(from: &reader)
                lastModifies[strategy] = LastModify(orderID: try reader.number(), time: try reader.timestamp())
            }
        }
        reviewWants()
    }

    /// What `risk.duplicate` compares the next orders with.
    mutating func remember(
        _ intent: OrderIntent, _ purpose: OrderContext.Purpose, at time: Timestamp, _ scopes: Scopes
    ) {
        guard purpose == .submit, !intent.isHostSent,
            scopes.strictest({ $0.duplicateWindowNanoseconds }) != nil
        else { return }
        recentOrders[Int(intent.strategy)].add(RecentOrders.Entry(intent, at: time))
    }

    /// An approval from the journal takes its token again, where such an order takes one. False when a scope is unknown.
    public mutating func countReplayed(
        _ intent: OrderIntent, _ purpose: OrderContext.Purpose, id: UInt64 = 0, account: Int32, at time: Timestamp
    ) -> Bool {
        guard has(.account, Int(account)), has(.strategy, Int(intent.strategy)),
            has(.instrument, Int(intent.instrument))
        else { return false }
        let place = position(.instrument, Int(intent.instrument))
        let scopes = scopes(account: Int(account), strategy: Int(intent.strategy), instrument: place)
        if wants.contains(.recentOrders) { remember(intent, purpose, at: time, scopes) }
        guard OrderRateRule.covers(intent) else { return true }
        let isSame = purpose == .modify && lastModifies[Int(intent.strategy)].covers(id, at: time)
        if !isSame { OrderRateRule.count(at: time, scopes) }
        if purpose == .modify { lastModifies[Int(intent.strategy)] = LastModify(orderID: id, time: time) }
        return true
    }

    /// Whether there is such a scope.
    public func has(_ scope: LimitScope, _ index: Int) -> Bool {
        switch scope {
        case .system: index == 0
        case .account: (0..<accountCount).contains(index)
        case .strategy: (0..<strategyCount).contains(index)
        case .instrument: (0..<instrumentCount).contains(index)
        }
    }

    /// Scopes that are not active.
    public var latchCount: Int { (0..<scopes.count).count { scopes[$0].tradingState != .active } }
}

extension ScopeState {
    func encode(into writer: inout ByteWriter) {
        limits.encode(into: &writer)
        writer.put(tradingState.rawValue)
        writer.put(perSecond.arrival)
        writer.put(perMinute.arrival)
    }

    init(from reader: inout ByteReader) throws(CodingFault) {
        self.init(limits: try LimitSet(from: &reader), tradingState: try reader.choice("trading state"))
        perSecond.arrival = try ScopeState.arrival(&reader)
        perMinute.arrival = try ScopeState.arrival(&reader)
    }

    private static func arrival(_ reader: inout ByteReader) throws(CodingFault) -> Int64 {
        let time = try reader.timestamp()
        guard time.nanoseconds == .min || time.isPlausible else {
            throw reader.fault("order rate up to \(time.nanoseconds)")
        }
        return time.nanoseconds
    }
}

extension LimitSet {
    /// A set of bits, one for each limit that is there, then the limits in that order. A new limit takes the next bit.
    public func encode(into writer: inout ByteWriter) {
        let values = numbers
        var present: UInt64 = 0
        for (bit, value) in values.enumerated() where value != nil { present |= 1 << UInt64(bit) }
        writer.put(present)
        for value in values { if let value { writer.put(value) } }
    }

    /// Limits are not negative.
    public init(from reader: inout ByteReader) throws(CodingFault) {
        self.init()
        let present = try reader.number(UInt64.self)
        var values = numbers
        guard present >> UInt64(values.count) == 0 else { throw reader.fault("unknown limits: \(present)") }
        for bit in values.indices {
            values[bit] = nil
            guard present & (1 << UInt64(bit)) != 0 else { continue }
            let value = try reader.number(Int128.self)
            guard value >= 0 else { throw reader.fault("limit \(bit) is \(value)") }
            values[bit] = value
        }
        guard set(values) else { throw reader.fault("a limit is beyond its range") }
    }

    private var numbers: [Int128?] {
        [
            maxOrderQuantity.map { Int128($0.raw) }, maxOrderNotional?.raw, maxPositionQuantity.map { Int128($0.raw) },
            maxPositionNotional?.raw, maxPositionEquityFraction.map { Int128($0.raw) },
            priceCollar.map { Int128($0.raw) }, maxOrdersPerSecond.map { Int128($0) },
            maxOrdersPerMinute.map { Int128($0) }, marketDataMaxAgeNanoseconds.map { Int128($0) },
            maxGrossExposure?.raw, maxNetExposure?.raw, maxConcentration.map { Int128($0.raw) },
            maxLeverage.map { Int128($0.raw) }, maxDailyLoss?.raw,
            dailyLossBase == .equity ? nil : Int128(dailyLossBase.rawValue),
            budgetCap?.raw, budgetAllocation?.raw, maxDrawdown.map { Int128($0.raw) },
            drawdownBase == .trailingIntraday ? nil : Int128(drawdownBase.rawValue),
            repeatLimit.map { Int128($0) }, rejectStreak.map { Int128($0) },
            repeatWindowNanoseconds.map { Int128($0) }, maxOpenOrders.map { Int128($0) },
            duplicateWindowNanoseconds.map { Int128($0) }, maxSlippage.map { Int128($0.raw) },
            maxConsecutiveLosses.map { Int128($0) }, cooldownNanoseconds.map { Int128($0) },
        ]
    }

    /// False when one does not fit.
    private mutating func set(_ values: [Int128?]) -> Bool {
        var fits = true
        func narrow<Number: FixedWidthInteger>(_ value: Int128?) -> Number? {
            guard let value else { return nil }
            let number = Number(exactly: value)
            if number == nil { fits = false }
            return number
        }
        maxOrderQuantity = narrow(values[0]).map(Quantity.init(raw:))
        maxOrderNotional = values[1].map(Money.init(raw:))
        maxPositionQuantity = narrow(values[2]).map(Quantity.init(raw:))
        maxPositionNotional = values[3].map(Money.init(raw:))
        maxPositionEquityFraction = narrow(values[4]).map(Rate.init(raw:))
        priceCollar = narrow(values[5]).map(Rate.init(raw:))
        maxOrdersPerSecond = narrow(values[6])
        maxOrdersPerMinute = narrow(values[7])
        marketDataMaxAgeNanoseconds = narrow(values[8])
        maxGrossExposure = values[9].map(Money.init(raw:))
        maxNetExposure = values[10].map(Money.init(raw:))
        maxConcentration = narrow(values[11]).map(Rate.init(raw:))
        maxLeverage = narrow(values[12]).map(Rate.init(raw:))
        maxDailyLoss = values[13].map(Money.init(raw:))
        guard let base = DailyLossBase(rawValue: narrow(values[14]) ?? 0) else { return false }
        dailyLossBase = base
        budgetCap = values[15].map(Money.init(raw:))
        budgetAllocation = values[16].map(Money.init(raw:))
        maxDrawdown = narrow(values[17]).map(Rate.init(raw:))
        guard let base = DrawdownBase(rawValue: narrow(values[18]) ?? 0) else { return false }
        drawdownBase = base
        repeatLimit = narrow(values[19])
        rejectStreak = narrow(values[20])
        repeatWindowNanoseconds = narrow(values[21])
        maxOpenOrders = narrow(values[22])
        duplicateWindowNanoseconds = narrow(values[23])
        maxSlippage = narrow(values[24]).map(Rate.init(raw:))
        maxConsecutiveLosses = narrow(values[25])
        cooldownNanoseconds = narrow(values[26])
        return fits
    }
}
