import Foundation
import Synchronization
import Testing
import Trading

@testable import Journal

/// A folder that goes with its test.
final class TemporaryFolder: Sendable {
    let path: String
    init() {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)").path
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    var journal: String { path + "/journal.sqlite" }
}

/// Facts as an engine would write them: each order is accepted, filled and changed; every fifth is denied instead.
struct SampleFacts {
    private var orderID: UInt64 = 0
    private var fillID: UInt64 = 0
    private var number = 0

    init() {}

    /// Goes on behind what a journal holds.
    init(after recovery: Recovery) {
        orderID = recovery.lastOrderID
        fillID = recovery.lastFillID
        number = Int(orderID) / 4 * 5
    }

    static func time(_ seconds: Int) -> Timestamp {
        Timestamp(nanoseconds: 1_650_000_000_000_000_000 + Int64(seconds) * 1_000_000_000)
    }

    static func intent(_ number: Int) -> OrderIntent {
        OrderIntent(
            strategy: Int32(number % 3), instrument: UInt32(number % 2), tag: UInt64.max - UInt64(number),
            side: number % 2 == 0 ? .buy : .sell, kind: .limit, quantity: Quantity(raw: 100_000_000 + Int64(number)),
            price: Price(raw: 46_319_000_000_000 + Int64(number)))
    }

    /// The facts of `count` intents, in one batch.
    mutating func batch(_ count: Int = 1, notes: [HostFact] = []) -> JournalBatch {
        var events: [TradingEvent] = []
        var findings: [Finding] = []
        for _ in 0..<count {
            number += 1
            if number % 5 == 0 { deny(&events, &findings) } else { trade(&events) }
        }
        return JournalBatch(events: events, findings: findings, notes: notes, wallTime: Self.time(number + 7))
    }

    private func deny(_ events: inout [TradingEvent], _ findings: inout [Finding]) {
        let first = findings.count
        findings.append(Finding(.orderSize, .orderQuantity, scope: .strategy, observed: 12, limit: 10))
        findings.append(
            Finding(.buyingPower, .insufficientFunds, scope: .account, observed: Int128(1) << 90, limit: -5))
        events.append(
            .orderDenied(
                Denial(
                    intent: Self.intent(number), account: 0,
                    failedRules: RuleID.orderSize.mask | RuleID.buyingPower.mask, firstFinding: first, findingCount: 2,
                    time: Self.time(number))))
    }

    private mutating func trade(_ events: inout [TradingEvent]) {
        orderID += 1
        fillID += 1
        var order = Order(id: orderID, intent: Self.intent(number), account: 0, at: Self.time(number))
        order.state = .submitted
        events.append(.orderAccepted(order))
        let value = Money(raw: number % 2 == 0 ? 4_631_900_000_000 : Int128(1) << 100)
        events.append(
            .orderFilled(
                Fill(
                    id: fillID, orderID: orderID, strategy: order.intent.strategy, account: 0,
                    instrument: order.intent.instrument, side: order.intent.side, liquidity: .taker,
                    price: order.intent.price, quantity: order.intent.quantity, value: value,
                    commission: Money(raw: -Int128(number)), time: Self.time(number))))
        order.state = .filled
        order.filled = order.intent.quantity
        order.filledValue = value
        events.append(.orderChanged(order, .fill))
    }
}

/// Facts as bytes: two lists of facts are the same when these are.
func bytes(_ events: [TradingEvent], _ findings: [Finding]) -> [UInt8] {
    var bytes: [UInt8] = []
    for event in events { FactCoding.append(event, findings: findings, to: &bytes) }
    return bytes
}

/// What acknowledgements said, in their order.
final class Answers: Sendable {
    private let list = Mutex<[(number: Int, error: JournalError.Code?)]>([])

    func taker(_ number: Int) -> @Sendable (Result<Void, JournalError>) -> Void {
        { result in
            var code: JournalError.Code?
            if case .failure(let error) = result { code = error.code }
            self.list.withLock { $0.append((number, code)) }
        }
    }

    var numbers: [Int] { list.withLock { $0.map(\.number) } }
    var errors: [JournalError.Code] { list.withLock { $0.compactMap(\.error) } }
}

/// Looks again and again until it is so, ten seconds at most.
func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        usleep(10_000)
    }
    return false
}
