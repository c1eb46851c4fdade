import Trading

/// Facts as bytes: little-endian integers in a fixed order and no Double, so that equal runs give equal bytes anywhere.
public struct CanonicalBytes: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    public mutating func append(_ log: FactLog) {
        for event in log.events { append(event, findings: log.findings) }
    }

    private mutating func append(_ event: TradingEvent, findings: [Finding]) {
        switch event {
        case .orderAccepted(let order):
            put(UInt8(1))
            append(order)
        case .orderDenied(let denial):
            put(UInt8(2))
            append(denial.intent)
            put(denial.orderID)
            put(denial.account)
            put(denial.failedRules)
            put(denial.time.nanoseconds)
            for finding in findings[denial.firstFinding..<(denial.firstFinding + denial.findingCount)] {
                put(finding.rule.rawValue)
                put(finding.scope.rawValue)
                put(finding.reason.rawValue)
                put(finding.observed)
                put(finding.limit)
            }
        case .orderChanged(let order, let reason):
            put(UInt8(3))
            put(reason.rawValue)
            append(order)
        case .orderFilled(let fill):
            put(UInt8(4))
            append(fill)
        case .roundTripClosed(let trip):
            put(UInt8(5))
            append(trip)
        case .tradingStateChanged(let scope, let index, let state, let time):
            put(UInt8(6))
            put(scope.rawValue)
            put(index)
            put(state.rawValue)
            put(time.nanoseconds)
        case .intentRefused(let strategy, let type, let fault, let count, let time):
            put(UInt8(7))
            put(strategy)
            put(type)
            put(fault.rawValue)
            put(count)
            put(time.nanoseconds)
        }
    }

    private mutating func append(_ intent: OrderIntent) {
        put(intent.strategy)
        put(intent.instrument)
        put(intent.tag)
        put(intent.side.rawValue)
        put(intent.kind.rawValue)
        put(intent.timeInForce.rawValue)
        put(UInt8(intent.reduceOnly ? 1 : 0))
        put(intent.origin.rawValue)
        put(intent.quantity.raw)
        put(intent.price.raw)
        put(intent.stopPrice.raw)
    }

    private mutating func append(_ order: Order) {
        append(order.intent)
        put(order.id)
        put(order.account)
        put(order.state.rawValue)
        put(UInt8(order.isTriggered ? 1 : 0))
        put(order.protection.raw)
        put(order.filled.raw)
        put(order.filledValue.raw)
        put(order.priority)
        put(order.submittedAt.nanoseconds)
        put(order.updatedAt.nanoseconds)
    }

    private mutating func append(_ fill: Fill) {
        put(fill.id)
        put(fill.orderID)
        put(fill.strategy)
        put(fill.account)
        put(fill.instrument)
        put(fill.side.rawValue)
        put(fill.liquidity.rawValue)
        put(fill.price.raw)
        put(fill.quantity.raw)
        put(fill.value.raw)
        put(fill.commission.raw)
        put(fill.time.nanoseconds)
    }

    private mutating func append(_ trip: RoundTrip) {
        put(trip.id)
        put(trip.strategy)
        put(trip.instrument)
        put(trip.side.rawValue)
        put(trip.quantity.raw)
        put(trip.entryTime.nanoseconds)
        put(trip.entryPrice.raw)
        put(trip.exitTime.nanoseconds)
        put(trip.exitPrice.raw)
        put(trip.commission.raw)
        put(trip.pnl.raw)
    }

    private mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
