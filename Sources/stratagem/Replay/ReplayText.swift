import CStrategyABI
import Engine
import MarketData
import Trading

/// What a replay found, for people and programs.
struct ReplayText {
    private let outcomes: [Replay.Outcome]
    private let notes: [String]
    private let instruments: [String]

    init(_ replay: Replay) {
        outcomes = replay.outcomes
        notes = replay.notes
        instruments = replay.recording.header.instruments.map(\.instrument.id)
    }

    /// In one line; nil = everything is as it was.
    var firstDifference: String? {
        for outcome in outcomes {
            let id = outcome.strategy.code.strategy
            if let fault = outcome.strategy.fault { return "\(id) broke down: \(fault)" }
            if let difference = outcome.strategy.difference {
                return "\(id) says something else after event \(difference.event), \(difference.time)"
            }
        }
        return nil
    }

    var lines: [String] {
        var table = TextTable([("strategy", .left), ("events", .right), ("equal intents", .right), ("result", .left)])
        for outcome in outcomes {
            let strategy = outcome.strategy
            let result =
                strategy.fault.map { "broke down: \($0)" } ?? (strategy.difference == nil ? "the same" : "differs")
            table.add([
                strategy.code.strategy, String(strategy.events), String(strategy.intents), result,
            ])
        }
        return table.lines + notes + outcomes.flatMap { difference($0.strategy) }
    }

    private func difference(_ strategy: ReplayedStrategy) -> [String] {
        guard let difference = strategy.difference else { return [] }
        func side(_ name: String, _ intents: [IntentRecord]) -> [String] {
            let lines = IntentText.lines(intents, instruments: instruments)
            return (lines.isEmpty ? ["nothing"] : lines).map { "  \(name) \($0)" }
        }
        let first = difference.event - difference.events.count + 1
        let events = difference.events.enumerated().map {
            "  \(first + $0.offset)  \(EventText.line($0.element, instruments))"
        }
        return ["", "\(strategy.code.strategy): the first difference comes after event \(difference.event):"] + events
            + side("then: ", difference.recorded) + side("today:", difference.today)
    }

    func json(_ session: String) -> JSON {
        .object([
            ("session", .string(session)), ("equal", .boolean(firstDifference == nil && !outcomes.isEmpty)),
            (
                "strategies",
                .array(
                    outcomes.map { outcome in
                        let strategy = outcome.strategy
                        return .object([
                            ("strategy", .string(strategy.code.strategy)), ("events", .integer(strategy.events)),
                            ("equal_intents", .integer(strategy.intents)), ("fault", .optional(strategy.fault)),
                            ("difference", strategy.difference.map(json) ?? .null),
                        ])
                    })
            ),
            ("notes", .array(notes.map { .string($0) })),
        ])
    }

    private func json(_ difference: ReplayedStrategy.Difference) -> JSON {
        func texts(_ lines: [String]) -> JSON { .array(lines.map { .string($0) }) }
        return .object([
            ("event", .integer(difference.event)), ("time", .string(difference.time.description)),
            ("recorded", texts(IntentText.lines(difference.recorded, instruments: instruments))),
            ("today", texts(IntentText.lines(difference.today, instruments: instruments))),
            ("events", texts(difference.events.map { EventText.line($0, instruments) })),
        ])
    }
}

/// Events for people, a line each.
enum EventText {
    static func line(_ record: EventRecord, _ instruments: [String]) -> String {
        let index = Int(record.instrument)
        let name = instruments.indices.contains(index) ? instruments[index] : "instrument \(index)"
        return "\(record.timestamp) \(name) \(what(record))"
    }

    private static func what(_ record: EventRecord) -> String {
        switch record.kind {
        case .bar:
            let bar = record.asBar
            let prices = [bar.open, bar.high, bar.low, bar.close].map { Price(raw: $0).description }
            return "bar \(prices.joined(separator: " ")), volume \(Quantity(raw: bar.volume))"
        case .trade:
            let trade = record.asTrade
            return "trade \(Quantity(raw: trade.quantity)) at \(Price(raw: trade.price))"
        case .quote:
            let quote = record.asQuote
            return "quote \(Price(raw: quote.bid_price)) / \(Price(raw: quote.ask_price))"
        case .depth: return "depth"
        case .more: return "(more of it)"
        default: return type(record)
        }
    }

    private static func type(_ record: EventRecord) -> String {
        switch Int(record.type) {
        case STRATEGY_EVENT_ORDER, STRATEGY_EVENT_EXTERNAL_ORDER:
            let update = unsafeBitCast(record, to: strategy_order_update_v1_t.self)
            let state = OrderState(rawValue: update.state)?.name ?? "state \(update.state)"
            return "order (tag \(update.tag)): \(state)"
        case STRATEGY_EVENT_DENIAL: return "denial"
        case STRATEGY_EVENT_POSITION: return "position"
        case STRATEGY_EVENT_TIMER: return "timer"
        case STRATEGY_EVENT_TRADING_STATE: return "trading state"
        case STRATEGY_EVENT_SESSION: return "session"
        default: return "event of type \(record.type)"
        }
    }
}
