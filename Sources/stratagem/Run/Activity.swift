import CStrategyABI
import Engine
import Trading

/// What happened lately, as lines for people: fills, denials with their reasons, faults, what strategies logged.
final class Activity {
    enum Kind: Sendable { case fill, denial, problem, note }

    struct Line: Sendable {
        let time: Timestamp
        let kind: Kind
        let strategy: String
        let text: String
        /// What two lines have in common that say the same with other numbers.
        let topic: String
        /// How often it happened, the last time at `time`.
        var count = 1

        /// The same again, at another time and perhaps with other numbers.
        func repeats(_ other: Line) -> Bool {
            topic == other.topic && strategy == other.strategy && kind == other.kind
        }
    }

    /// Lines that nobody has taken yet; the oldest go when they become too many.
    private var lines: [Line] = []
    private(set) var lost = 0
    private static let linesMax = 2000
    private var names: [String]
    private let instruments: [String]

    /// Ids by index.
    init(_ names: HostNames) {
        self.names = names.strategies
        instruments = names.instruments
    }

    /// Of one more strategy.
    func addName(_ id: String) { names.append(id) }

    /// Takes the lines since the last call, and how many were dropped before them.
    func takeLines() -> (lines: [Line], lost: Int) {
        defer {
            lines.removeAll(keepingCapacity: true)
            lost = 0
        }
        return (lines, lost)
    }

    /// `topic` is the text where nothing else is given.
    func add(_ kind: Kind, _ strategy: Int, _ time: Timestamp, _ text: String, topic: String? = nil) {
        let name = names.indices.contains(strategy) ? names[strategy] : ""
        if lines.count == Activity.linesMax {
            lines.removeFirst(Activity.linesMax / 2)
            lost += Activity.linesMax / 2
        }
        lines.append(
            Line(time: time, kind: kind, strategy: name, text: text.printable, topic: topic ?? text))
    }

    // MARK: From facts

    func take(_ log: FactLog) {
        for event in log.events { take(event, log) }
    }

    private func take(_ event: TradingEvent, _ log: FactLog) {
        func name(_ instrument: UInt32) -> String {
            Int(instrument) < instruments.count ? instruments[Int(instrument)] : "instrument \(instrument)"
        }
        switch event {
        case .orderFilled(let fill):
            let liquidity = fill.liquidity == .maker ? "maker" : "taker"
            add(
                .fill, Int(fill.strategy), fill.time,
                "\(fill.side.name) \(fill.quantity) \(name(fill.instrument)) @ \(fill.price) \(liquidity)")
        case .orderDenied(let denial):
            let intent = denial.intent
            let findings = log.findings[denial.findings]
            add(
                .denial, Int(intent.strategy), denial.time,
                "denied \(intent.side.name) \(intent.quantity) \(name(intent.instrument)): "
                    + findings.map(\.text).joined(separator: "; "),
                topic: "\(intent.side.name) \(intent.instrument) \(denial.failedRules)")
        case .orderChanged(let order, let reason):
            guard let text = reason.surprise else { return }
            add(
                .problem, Int(order.intent.strategy), order.updatedAt,
                "\(order.intent.side.name) \(order.remaining) \(name(order.intent.instrument)) \(order.state.name.lowercased()): \(text)"
            )
        case .intentRefused(let strategy, _, let fault, let count, let time):
            add(
                .problem, Int(strategy), time, "\(count == 1 ? "an intent" : "\(count) intents") refused: \(fault.text)"
            )
        case .tradingStateChanged(let scope, let index, let state, let time):
            add(.note, -1, time, "\(scope.name) \(index): trading is \(state.name)")
        case .dailyLossExceeded(let breach):
            add(
                .problem, breach.scope == .strategy ? Int(breach.index) : -1, breach.time,
                "the day's loss of \(breach.loss) is beyond the limit of \(breach.limit)"
                    + (breach.isLatched ? ": only reducing orders until tomorrow" : ""))
        case .runawayLatched(let latch):
            add(
                latch.isLatched ? .problem : .note, Int(latch.strategy), latch.time,
                latch.isLatched
                    ? "stopped as a runaway: \(latch.count) \(latch.cause.name) in a row, \(latch.limit) allowed; enable it again"
                    : "released: it may send orders again")
        case .programBreached(let breach):
            add(
                .problem, -1, breach.time,
                "\(breach.rule.name): account \(breach.account) has lost \(breach.loss), the limit is \(breach.limit): only reducing orders "
                    + (breach.rule == .totalDrawdown ? "until an admin releases it" : "until tomorrow"))
        case .accountReset(let account, let balance, let time):
            add(.note, -1, time, "account \(account) begins anew with \(balance)")
        case .financed(let payment):
            add(
                .note, Int(payment.strategy), payment.time,
                "\(payment.kind.name) of \(payment.quantity) \(name(payment.instrument)) @ \(payment.mark): "
                    + (payment.paid < .zero ? "received \(-payment.paid)" : "paid \(payment.paid)"))
        case .programReleased(let account, let time): add(.note, -1, time, "account \(account) was released")
        case .orderAccepted, .orderWarned, .roundTripClosed, .dayStarted, .priceMarked, .orderRested, .orderTrailed,
            .equityPeaked:
            return
        }
    }

    func take(_ lines: [StrategyLine]) {
        for line in lines {
            switch line.level {
            case UInt32(STRATEGY_LOG_ERROR), UInt32(STRATEGY_LOG_WARNING):
                add(.problem, line.strategy, line.time, line.text)
            case UInt32(STRATEGY_LOG_INFO): add(.note, line.strategy, line.time, line.text)
            default: continue
            }
        }
    }
}

extension Finding {
    /// "risk.order-size: the order's notional is above the limit (account: 3250, limit 1000)".
    var text: String {
        var text = "\(rule.name): \(reason.text)"
        if observed != 0 || limit != 0 {
            text +=
                " (\(scope.name): \(DecimalText.format(observed, scale: 8)), limit \(DecimalText.format(limit, scale: 8)))"
        }
        return text
    }
}

extension OrderReason {
    /// What a trader wants to know of an order that ended otherwise than it was sent to; nil = nothing unusual.
    fileprivate var surprise: String? {
        switch self {
        case .protectionPrice: "the market moved beyond the protection price"
        case .triggerDenied: "the gate refused the triggered stop"
        case .venue: "the venue refused it"
        case .postOnly: "post-only, and it would have traded on arrival"
        case .selfTrade: "an own order would have traded with it"
        default: nil
        }
    }
}
