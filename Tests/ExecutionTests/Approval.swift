import Controls
import Execution
import Testing
import Trading

// Only a gate makes an `ApprovedOrder`, so the tests own one without limits.

func price(_ text: String) -> Price { Price(text)! }
func quantity(_ text: String) -> Quantity { Quantity(text)! }
func money(_ text: String) -> Money { Money(text)! }
func rate(_ text: String) -> Rate { Rate(text)! }

let second: Int64 = 1_000_000_000
let noon = Timestamp(year: 2024, month: 3, day: 1, hour: 12)!

let cent = InstrumentTerms(
    tick: price("0.01"), lot: quantity("0.01"), minQuantity: quantity("0.01"), maxQuantity: quantity("1000000"))

/// A gate that lets everything pass which is an order at all.
struct PermissiveGate: ~Copyable {
    private var gate = Gate(accountCount: 3, strategyCount: 3, instrumentCount: 2)

    init() {
        // A collar of zero around the last trade makes that price the protection price of a market order.
        var limits = LimitSet()
        limits.priceCollar = .zero
        gate.setLimits(limits, scope: .account, index: 2)
    }

    /// Orders with a protection price go over the third account, the one with a collar.
    mutating func approve(
        _ intent: OrderIntent, _ purpose: OrderContext.Purpose = .submit, orderID: UInt64 = 0, account: Int32 = 0,
        protection: Price = .zero, terms: InstrumentTerms = cent, at time: Timestamp = noon
    ) throws -> ApprovedOrder {
        var order = OrderContext(
            intent: intent, purpose: purpose, account: protection == .zero ? account : 2, terms: terms, time: time)
        order.orderID = orderID
        order.market.last = protection == .zero ? price("100") : protection
        order.market.lastTime = time
        order.funds.equity = money("90000000000")
        order.funds.cash = order.funds.equity
        order.funds.otherExposure = .zero
        order.funds.reservedCash = .zero
        order.funds.rate = .one
        order.isSelfTradeChecked = false
        // A reduce-only order needs something to reduce.
        if intent.reduceOnly { order.own.position = Quantity(raw: -intent.side.sign * Int64.max / 4) }
        switch gate.judge(&order) {
        case .approved(let approved): return approved
        case .denied: throw Denied(findings: (0..<gate.findingCount).map { "\(gate.finding($0).reason)" })
        }
    }

    struct Denied: Error { let findings: [String] }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
