/// Facts as bytes and back: what a journal keeps.
///
/// A fact is one byte that says what it is and in which form, then its fields, little-endian, without gaps. The numbers
/// of facts, rules, reasons and states are append-only, so that every journal stays readable; a new form of a fact gets a
/// new number. Indices are written as they are: the host keeps them stable, its lists only grow at the end.
public enum FactCoding {
    /// What a fact's first byte says.
    enum Form: UInt8 {
        case orderAccepted = 1
        // 2 is a denial without the number of its findings, which the state hash covers and nobody reads back.
        case orderChanged = 3
        case orderFilled = 4
        case roundTripClosed = 5
        case tradingStateChanged = 6
        case intentRefused = 7
        case orderDenied = 8
        case priceMarked = 9
        case orderRested = 10
        case dayStarted = 11
        case dailyLossExceeded = 12
        case orderTrailed = 13
        case accountReset = 14
        case financed = 15
        case equityPeaked = 20
        case runawayLatched = 21
        // From 40 on what compliance programs add.
        case orderWarned = 40
        case programBreached = 41
        case programReleased = 42
    }

    /// Appends one fact. `findings` is the list that a denial's `firstFinding` points into.
    public static func append(_ event: TradingEvent, findings: [Finding], to bytes: inout [UInt8]) {
        var writer = ByteWriter(taking: &bytes)
        append(event, findings: findings, to: &writer)
        writer.finish(into: &bytes)
    }

    public static func append(_ event: TradingEvent, findings: [Finding], to writer: inout ByteWriter) {
        switch event {
        case .orderAccepted(let order):
            writer.put(Form.orderAccepted.rawValue)
            writer.put(order)
        case .orderDenied(let denial):
            writer.put(Form.orderDenied.rawValue)
            writer.put(denial)
            writer.put(UInt8(denial.findingCount))
            for finding in findings[denial.findings] { writer.put(finding) }
        case .orderChanged(let order, let reason):
            writer.put(Form.orderChanged.rawValue)
            writer.put(reason.rawValue)
            writer.put(order)
        case .orderFilled(let fill):
            writer.put(Form.orderFilled.rawValue)
            writer.put(fill)
        case .orderWarned(let warning):
            writer.put(Form.orderWarned.rawValue)
            writer.put(warning)
            writer.put(UInt8(warning.findingCount))
            for finding in findings[warning.findings] { writer.put(finding) }
        case .roundTripClosed(let trip):
            writer.put(Form.roundTripClosed.rawValue)
            writer.put(trip)
        default: appendSmall(event, to: &writer)
        }
    }

    private static func appendSmall(_ event: TradingEvent, to writer: inout ByteWriter) {
        switch event {
        case .tradingStateChanged(let scope, let index, let state, let time):
            writer.put(Form.tradingStateChanged.rawValue)
            writer.put(scope.rawValue)
            writer.put(index)
            writer.put(state.rawValue)
            writer.put(time)
        case .intentRefused(let strategy, let type, let fault, let count, let time):
            writer.put(Form.intentRefused.rawValue)
            writer.put(strategy)
            writer.put(type)
            writer.put(fault.rawValue)
            writer.put(count)
            writer.put(time)
        case .priceMarked(let instrument, let price, let time):
            writer.put(Form.priceMarked.rawValue)
            writer.put(instrument)
            writer.put(price)
            writer.put(time)
        case .orderRested(let id, let instrument, let time):
            writer.put(Form.orderRested.rawValue)
            writer.put(id)
            writer.put(instrument)
            writer.put(time)
        case .orderTrailed(let id, let instrument, let stopPrice, let time):
            writer.put(Form.orderTrailed.rawValue)
            writer.put(id)
            writer.put(instrument)
            writer.put(stopPrice)
            writer.put(time)
        case .financed(let financing):
            writer.put(Form.financed.rawValue)
            writer.put(financing)
        case .dayStarted(let start):
            writer.put(Form.dayStarted.rawValue)
            writer.put(start)
        case .dailyLossExceeded(let breach):
            writer.put(Form.dailyLossExceeded.rawValue)
            writer.put(breach)
        case .equityPeaked(let peak):
            writer.put(Form.equityPeaked.rawValue)
            writer.put(peak)
        case .runawayLatched(let latch):
            writer.put(Form.runawayLatched.rawValue)
            writer.put(latch)
        case .programBreached(let breach):
            writer.put(Form.programBreached.rawValue)
            writer.put(breach)
        case .programReleased(let account, let time):
            writer.put(Form.programReleased.rawValue)
            writer.put(account)
            writer.put(time)
        case .accountReset(let account, let balance, let time):
            writer.put(Form.accountReset.rawValue)
            writer.put(account)
            writer.put(balance)
            writer.put(time)
        case .orderAccepted, .orderDenied, .orderChanged, .orderFilled, .roundTripClosed, .orderWarned: break
        }
    }

    /// Reads facts to the end of `bytes`. Denials point into the findings that come with them.
    public static func read(_ bytes: [UInt8]) throws(CodingFault) -> (events: [TradingEvent], findings: [Finding]) {
        var reader = ByteReader(bytes)
        var events: [TradingEvent] = []
        var findings: [Finding] = []
        while reader.remaining > 0 { events.append(try read(&reader, &findings)) }
        return (events, findings)
    }

    /// Reads one fact; the findings of a denial go to the end of `findings`.
    public static func read(
        _ reader: inout ByteReader, _ findings: inout [Finding]
    ) throws(CodingFault) -> TradingEvent {
        switch try reader.choice("kind of fact", Form.self) {
        case .orderAccepted: return .orderAccepted(try reader.order())
        case .orderDenied: return .orderDenied(try denial(&reader, &findings))
        case .orderChanged:
            let reason = try reader.choice("reason of a change", OrderReason.self)
            return .orderChanged(try reader.order(), reason)
        case .orderFilled: return .orderFilled(try reader.fill())
        case .roundTripClosed: return .roundTripClosed(try reader.roundTrip())
        case .tradingStateChanged:
            return .tradingStateChanged(
                scope: try reader.choice("scope"), index: try reader.number(),
                state: try reader.choice("trading state"),
                time: try reader.timestamp())
        case .intentRefused:
            return .intentRefused(
                strategy: try reader.number(), type: try reader.number(), fault: try reader.choice("fault"),
                count: try reader.number(), time: try reader.timestamp())
        case .priceMarked:
            return .priceMarked(
                instrument: try reader.number(), price: try reader.fixed(), time: try reader.timestamp())
        case .orderRested:
            return .orderRested(id: try reader.number(), instrument: try reader.number(), time: try reader.timestamp())
        case .orderTrailed:
            return .orderTrailed(
                id: try reader.number(), instrument: try reader.number(), stopPrice: try reader.fixed(),
                time: try reader.timestamp())
        case .accountReset:
            return .accountReset(
                account: try reader.number(), balance: try reader.money(), time: try reader.timestamp())
        case .financed: return .financed(try reader.financing())
        case .dayStarted: return .dayStarted(try reader.dayStart())
        case .dailyLossExceeded: return .dailyLossExceeded(try reader.dailyLossBreach())
        case .equityPeaked: return .equityPeaked(try reader.equityPeak())
        case .runawayLatched: return .runawayLatched(try reader.runawayLatch())
        case .orderWarned: return .orderWarned(try warning(&reader, &findings))
        case .programBreached: return .programBreached(try reader.programBreach())
        case .programReleased:
            return .programReleased(account: try reader.number(), time: try reader.timestamp())
        }
    }

    private static func denial(
        _ reader: inout ByteReader, _ findings: inout [Finding]
    ) throws(CodingFault) -> Denial {
        var denial = Denial(
            intent: try reader.intent(), orderID: try reader.number(), account: try reader.number(),
            failedRules: try reader.number(), firstFinding: findings.count, findingCount: 0,
            time: try reader.timestamp())
        denial.findingCount = try read(&reader, into: &findings)
        return denial
    }

    private static func warning(
        _ reader: inout ByteReader, _ findings: inout [Finding]
    ) throws(CodingFault) -> OrderWarning {
        var warning = OrderWarning(
            intent: try reader.intent(), orderID: try reader.number(), account: try reader.number(),
            firstFinding: findings.count, findingCount: 0, time: try reader.timestamp())
        warning.findingCount = try read(&reader, into: &findings)
        return warning
    }

    /// As many findings as the next byte says.
    private static func read(_ reader: inout ByteReader, into findings: inout [Finding]) throws(CodingFault) -> Int {
        let count = Int(try reader.number(UInt8.self))
        var own: [Finding] = []
        for _ in 0..<count { own.append(try reader.finding()) }
        findings.append(contentsOf: own)
        return count
    }
}

extension OrderWarning {
    /// Where its findings stand.
    public var findings: Range<Int> { firstFinding..<(firstFinding + findingCount) }
}

extension Denial {
    /// Where its findings stand.
    public var findings: Range<Int> { firstFinding..<(firstFinding + findingCount) }
}
