import Configuration
import Engine
import Portfolio
import Trading

/// A host at one moment, for whoever shows it.
struct HostStatus: Sendable {
    let time: Timestamp
    let start: Timestamp
    let eventCount: UInt64
    let accounts: [AccountStatus]
    let strategies: [StrategyStatus]
}

struct AccountStatus: Sendable {
    let id: String
    let currency: String
    let cash: Money
    /// nil = something in it has no conversion rate.
    let equity: Money?
    let opening: Money
}

struct HeldPosition: Equatable, Sendable {
    let instrument: String
    let quantity: Quantity
    let averagePrice: Price

    /// "BTC_USDT +0.05".
    var text: String { "\(instrument) \(quantity > .zero ? "+" : "")\(quantity)" }
}

struct StrategyStatus: Sendable {
    enum State: String, Sendable {
        /// `off` = not enabled in its configuration.
        case running, slow, stopped, off, fault, quarantined
        /// For narrow columns.
        var short: String {
            switch self {
            case .running: "run"
            case .stopped: "stop"
            case .quarantined: "quar"
            case .slow, .off, .fault: rawValue
            }
        }
    }

    let id: String
    let plugin: String
    let state: State
    let counters: StrategyCounters
    let positions: [HeldPosition]
    /// In the account's currency; nil = something in it has no conversion rate.
    let totals: StrategyTotals?

    /// Of closes, after all commission and what holding cost: what has reached the account.
    var realized: Money? { totals.map(\.settled) }
    var unrealized: Money? { totals.map(\.unrealized) }

    var positionText: String { positions.isEmpty ? "flat" : positions.map(\.text).joined(separator: " ") }
}

extension HostStatus {
    /// The end of a run for programs.
    func json(seconds: Double, source: String, refused: [RefusedStrategy]) -> JSON {
        .object([
            ("seconds", .double(seconds)), ("market", .string(source)), ("from", .string(start.description)),
            ("to", .string(time.description)), ("events", .integer(eventCount)),
            ("events_per_second", .double(seconds > 0 ? Double(eventCount) / seconds : nil)),
            ("accounts", .array(accounts.map(\.json))), ("strategies", .array(strategies.map(\.json))),
            (
                "refused",
                .array(
                    refused.map { refused in
                        .object([
                            ("id", .string(refused.id)),
                            ("reasons", .array(refused.findings.map { .string($0.description) })),
                        ])
                    })
            ),
        ])
    }
}

extension AccountStatus {
    var json: JSON {
        .object([
            ("id", .string(id)), ("currency", .string(currency)), ("opening_balance", .string(opening.description)),
            ("cash", .string(cash.description)), ("equity", .optional(equity?.description)),
        ])
    }
}

extension StrategyStatus {
    var json: JSON {
        .object([
            ("id", .string(id)), ("plugin", .string(plugin)), ("state", .string(state.rawValue)),
            ("events", .integer(counters.events)), ("orders", .integer(counters.orders)),
            ("fills", .integer(counters.fills)), ("denials", .integer(counters.denials)),
            ("refused_intents", .integer(counters.refusedIntents)),
            (
                "positions",
                .array(
                    positions.map {
                        .object([
                            ("instrument", .string($0.instrument)), ("quantity", .string($0.quantity.description)),
                            ("average_price", .string($0.averagePrice.description)),
                        ])
                    })
            ),
            ("realized_pnl", .optional(totals?.realized.description)),
            ("unrealized_pnl", .optional(totals?.unrealized.description)),
            ("commission", .optional(totals?.commission.description)),
            ("funding_paid", .optional(totals?.financing.funding.description)),
            ("borrow_paid", .optional(totals?.financing.borrow.description)),
        ])
    }
}
