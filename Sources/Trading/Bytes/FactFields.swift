// The records inside of facts, field by field. The order of the fields is for good: journals hold it.

extension ByteWriter {
    /// With conditions the kind carries a mark and they follow; without, these are the bytes of builds that had none.
    public mutating func put(_ intent: OrderIntent) {
        put(intent.strategy)
        put(intent.instrument)
        put(intent.tag)
        put(intent.side.rawValue)
        let hasConditions = !intent.conditions.isNone
        put(intent.kind.rawValue | (hasConditions ? OrderConditions.mark : 0))
        put(intent.timeInForce.rawValue)
        put(intent.reduceOnly)
        put(intent.origin.rawValue)
        put(intent.quantity)
        put(intent.price)
        put(intent.stopPrice)
        if hasConditions { put(intent.conditions) }
    }

    /// A form number, then the fields; those of a bracket in the second form only.
    public mutating func put(_ conditions: OrderConditions) {
        let isOfBracket = conditions.hasBracket || conditions.entry != 0
        put(UInt8(isOfBracket ? 2 : 1))
        put(conditions.trail.raw)
        put(conditions.trail.isFraction)
        put(conditions.expireTime)
        put(conditions.postOnly)
        guard isOfBracket else { return }
        put(conditions.stopLoss)
        put(conditions.takeProfit)
        put(conditions.entry)
        put(conditions.isSecondLeg)
    }

    public mutating func put(_ order: Order) {
        put(order.intent)
        put(order.id)
        put(order.account)
        put(order.state.rawValue)
        put(order.isTriggered)
        put(order.protection)
        put(order.filled)
        put(order.filledValue)
        put(order.priority)
        put(order.submittedAt)
        put(order.updatedAt)
    }

    public mutating func put(_ fill: Fill) {
        put(fill.id)
        put(fill.orderID)
        put(fill.strategy)
        put(fill.account)
        put(fill.instrument)
        put(fill.side.rawValue)
        put(fill.liquidity.rawValue)
        put(fill.price)
        put(fill.quantity)
        put(fill.value)
        put(fill.commission)
        put(fill.time)
    }

    public mutating func put(_ trip: RoundTrip) {
        put(trip.id)
        put(trip.strategy)
        put(trip.instrument)
        put(trip.side.rawValue)
        put(trip.quantity)
        put(trip.entryTime)
        put(trip.entryPrice)
        put(trip.exitTime)
        put(trip.exitPrice)
        put(trip.commission)
        put(trip.pnl)
    }

    public mutating func put(_ financing: Financing) {
        put(financing.kind.rawValue)
        put(financing.strategy)
        put(financing.account)
        put(financing.instrument)
        put(financing.rate)
        put(financing.quantity)
        put(financing.mark)
        put(financing.paid)
        put(financing.time)
    }

    public mutating func put(_ start: DayStart) {
        put(start.scope.rawValue)
        put(start.index)
        put(start.day)
        put(start.balance)
        put(start.equity)
        put(start.time)
    }

    public mutating func put(_ breach: DailyLossBreach) {
        put(breach.scope.rawValue)
        put(breach.index)
        put(breach.loss)
        put(breach.limit)
        put(breach.isLatched)
        put(breach.time)
    }

    public mutating func put(_ peak: EquityPeak) {
        put(peak.scope.rawValue)
        put(peak.index)
        put(peak.equity)
        put(peak.time)
    }

    public mutating func put(_ latch: RunawayLatch) {
        put(latch.strategy)
        put(latch.isLatched)
        put(latch.cause.rawValue)
        put(latch.count)
        put(latch.limit)
        put(latch.time)
    }

    public mutating func put(_ breach: ProgramBreach) {
        put(breach.account)
        put(breach.rule.rawValue)
        put(breach.loss)
        put(breach.limit)
        put(breach.time)
    }

    /// With `used` the scope carries a mark and the number follows, a warning is another mark; without, these are the bytes of
    /// builds that had none.
    public mutating func put(_ finding: Finding) {
        put(finding.rule.rawValue)
        let marks = (finding.used == nil ? 0 : Finding.usedMark) | (finding.isWarning ? Finding.warningMark : 0)
        put(finding.scope.rawValue | marks)
        put(finding.reason.rawValue)
        put(finding.observed)
        put(finding.limit)
        if let used = finding.used { put(used) }
    }

    /// A warning without its findings.
    public mutating func put(_ warning: OrderWarning) {
        put(warning.intent)
        put(warning.orderID)
        put(warning.account)
        put(warning.time)
    }

    /// A denial without its findings.
    public mutating func put(_ denial: Denial) {
        put(denial.intent)
        put(denial.orderID)
        put(denial.account)
        put(denial.failedRules)
        put(denial.time)
    }
}

extension ByteReader {
    public mutating func intent() throws(CodingFault) -> OrderIntent {
        let strategy = try number(Int32.self)
        let instrument = try number(UInt32.self)
        let tag = try number(UInt64.self)
        let side = try choice("side", Side.self)
        let kindStart = offset
        let markedKind = try number(UInt8.self)
        guard let kind = OrderKind(rawValue: markedKind & ~OrderConditions.mark) else {
            throw CodingFault(offset: kindStart, .unknown("order kind", UInt64(markedKind)))
        }
        let timeInForce = try choice("time in force", TimeInForce.self)
        let isReduceOnly = try bool()
        let origin = try choice("origin", OrderOrigin.self)
        var intent = OrderIntent(
            strategy: strategy, instrument: instrument, tag: tag, side: side, kind: kind, quantity: try fixed(),
            price: try fixed(), stopPrice: try fixed(), timeInForce: timeInForce, reduceOnly: isReduceOnly,
            origin: origin)
        if markedKind & OrderConditions.mark != 0 { intent.conditions = try conditions() }
        return intent
    }

    public mutating func conditions() throws(CodingFault) -> OrderConditions {
        let form = try number(UInt8.self)
        guard form == 1 || form == 2 else { throw fault("unknown form of an order's conditions") }
        var conditions = OrderConditions(
            trail: TrailingDistance(raw: try number(), isFraction: try bool()), expireTime: try timestamp(),
            postOnly: try bool())
        guard form == 2 else { return conditions }
        conditions.stopLoss = try fixed()
        conditions.takeProfit = try fixed()
        conditions.entry = try number()
        conditions.isSecondLeg = try bool()
        return conditions
    }

    public mutating func order() throws(CodingFault) -> Order {
        let intent = try intent()
        var order = Order(
            id: try number(), intent: intent, account: try number(), at: Timestamp(nanoseconds: 0))
        order.state = try choice("order state")
        order.isTriggered = try bool()
        order.protection = try fixed()
        order.filled = try fixed()
        order.filledValue = try money()
        order.priority = try number()
        order.submittedAt = try timestamp()
        order.updatedAt = try timestamp()
        return order
    }

    public mutating func fill() throws(CodingFault) -> Fill {
        Fill(
            id: try number(), orderID: try number(), strategy: try number(), account: try number(),
            instrument: try number(), side: try choice("side"), liquidity: try choice("liquidity"),
            price: try fixed(), quantity: try fixed(), value: try money(), commission: try money(),
            time: try timestamp())
    }

    public mutating func financing() throws(CodingFault) -> Financing {
        Financing(
            kind: try choice("kind of financing"), strategy: try number(), account: try number(),
            instrument: try number(), rate: try fixed(), quantity: try fixed(), mark: try fixed(), paid: try money(),
            time: try timestamp())
    }

    public mutating func dayStart() throws(CodingFault) -> DayStart {
        DayStart(
            scope: try choice("scope"), index: try number(), day: try number(), balance: try money(),
            equity: try money(), time: try timestamp())
    }

    public mutating func dailyLossBreach() throws(CodingFault) -> DailyLossBreach {
        DailyLossBreach(
            scope: try choice("scope"), index: try number(), loss: try money(), limit: try money(),
            isLatched: try bool(), time: try timestamp())
    }

    public mutating func equityPeak() throws(CodingFault) -> EquityPeak {
        EquityPeak(
            scope: try choice("scope"), index: try number(), equity: try money(), time: try timestamp())
    }

    public mutating func runawayLatch() throws(CodingFault) -> RunawayLatch {
        RunawayLatch(
            strategy: try number(), isLatched: try bool(), cause: try choice("cause of a latch"),
            count: try number(), limit: try number(), time: try timestamp())
    }

    public mutating func programBreach() throws(CodingFault) -> ProgramBreach {
        ProgramBreach(
            account: try number(), rule: try choice("rule"), loss: try money(), limit: try money(),
            time: try timestamp())
    }

    public mutating func roundTrip() throws(CodingFault) -> RoundTrip {
        RoundTrip(
            id: try number(), strategy: try number(), instrument: try number(), side: try choice("side"),
            quantity: try fixed(), entryTime: try timestamp(), entryPrice: try fixed(), exitTime: try timestamp(),
            exitPrice: try fixed(), commission: try money(), pnl: try money())
    }

    public mutating func finding() throws(CodingFault) -> Finding {
        let rule = try choice("rule", RuleID.self)
        let start = offset
        let mark = try number(UInt8.self)
        guard let scope = LimitScope(rawValue: mark & ~(Finding.usedMark | Finding.warningMark)) else {
            throw CodingFault(offset: start, .unknown("scope", UInt64(mark)))
        }
        let reason = try choice("reason of a denial", FindingReason.self)
        var finding = Finding(
            rule, reason, scope: scope, observed: try number(), limit: try number(),
            used: mark & Finding.usedMark == 0 ? nil : try number())
        finding.isWarning = mark & Finding.warningMark != 0
        return finding
    }
}

extension OrderConditions {
    fileprivate static let mark: UInt8 = 0x80
}

extension Finding {
    fileprivate static let usedMark: UInt8 = 0x80
    fileprivate static let warningMark: UInt8 = 0x40
}
