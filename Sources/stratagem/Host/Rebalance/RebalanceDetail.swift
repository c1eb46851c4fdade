import API
import Journal
import Portfolio
import Trading

/// What of a rebalancing its record keeps as JSON.
struct RebalanceDetail: Codable, Equatable {
    struct Order: Codable, Equatable {
        var instrument: Int
        var isBuy: Bool
        /// Raw numbers; amounts of the account's currency as texts, for they may be wider than Int64.
        var quantity: Int64
        var price: Int64
        var value: String
        var cost: String
        /// It goes out at once; the others wait for such ones.
        var isShrinking: Bool
        var decision = RebalanceOrderView.Decision.waiting.rawValue
        var rules: [String] = []
        var orderID: UInt64?
    }

    var orders: [Order] = []
    var notes: [String] = []

    /// Its next orders to be sent: the shrinking ones, and once there are none left the others.
    var next: [Int] {
        let waiting = orders.indices.filter { orders[$0].isWaiting }
        let shrinking = waiting.filter { orders[$0].isShrinking }
        return shrinking.isEmpty ? waiting : shrinking
    }
}

extension RebalanceDetail.Order {
    init(_ trade: RebalancePlan.Trade, instrument: Int, price: Price) {
        self.init(
            instrument: instrument, isBuy: trade.side == .buy, quantity: trade.quantity.raw, price: price.raw,
            value: String(trade.value.raw), cost: String(trade.cost.raw), isShrinking: trade.isShrinking)
    }

    var side: Side { isBuy ? .buy : .sell }
    var isWaiting: Bool { decision == RebalanceOrderView.Decision.waiting.rawValue }

    mutating func decide(_ decision: RebalanceOrderView.Decision, _ rules: [String] = []) {
        self.decision = decision.rawValue
        self.rules = rules
    }
}

extension RebalanceRecord {
    static let kind = "rebalance"
    static func name(_ number: UInt64) -> String { "\(kind)-\(number)" }

    /// A text that another version wrote is read as one without orders.
    var detail: RebalanceDetail {
        get { JournalText.decode(detailJSON) ?? RebalanceDetail() }
        set { detailJSON = JournalText.encode(newValue) }
    }
}

extension HostNames {
    func view(of run: RebalanceRun) -> RebalanceView {
        let (record, detail) = (run.record, run.detail)
        return RebalanceView(
            id: RebalanceRecord.name(record.id), account: account(Int32(record.account)), status: record.state.view,
            reason: record.reason, time: record.updatedAt, orders: detail.orders.map(view(of:)), notes: detail.notes)
    }

    func view(of order: RebalanceDetail.Order) -> RebalanceOrderView {
        func money(_ text: String) -> Money { Money(raw: Int128(text) ?? 0) }
        return RebalanceOrderView(
            instrument: instruments.indices.contains(order.instrument) ? instruments[order.instrument] : "unknown",
            symbol: symbol(order.instrument), side: order.side, quantity: Quantity(raw: order.quantity),
            price: Price(raw: order.price), value: money(order.value), cost: money(order.cost),
            decision: RebalanceOrderView.Decision(rawValue: order.decision) ?? .denied, rules: order.rules,
            orderID: order.orderID.map { "ord-\($0)" })
    }
}

extension RebalanceRecord.State {
    fileprivate var view: RebalanceView.Status {
        switch self {
        case .started: .started
        case .completed: .completed
        case .skipped: .skipped
        }
    }
}
