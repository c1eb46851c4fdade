import Controls
import Engine
import Execution
import Trading

/// Every order that the facts tell of: in one state at a time, by legal moves only, with what the venue's rules ask of it.
struct ShadowOrders {
    /// What the shadow keeps beside an order that works.
    struct Note {
        /// The event in which it was accepted or got another price; it trades in later ones.
        var since: UInt64
        var tradableFrom: Int64
        /// The event in which its stop triggered.
        var triggeredIn: UInt64 = 0
        /// A limit order that has met an event: it rests, and trades as maker.
        var hasArrived = false
        /// The event in which its trigger followed the market.
        var trailedIn: UInt64 = 0
    }

    private let setup: EngineSetup
    /// Working orders by instrument, the oldest first.
    private var working: [[Order]]
    private var notes: [UInt64: Note] = [:]
    /// Final states of orders that are done.
    private(set) var done: [UInt64: OrderState] = [:]
    private(set) var lastID: UInt64 = 0

    init(_ setup: EngineSetup) {
        self.setup = setup
        working = Array(repeating: [], count: setup.instruments.count)
    }

    func working(_ instrument: Int) -> [Order] { working[instrument] }
    var workingCount: Int { working.reduce(0) { $0 + $1.count } }
    func note(_ id: UInt64) -> Note? { notes[id] }

    func order(_ id: UInt64, _ instrument: UInt32) -> Order? {
        Int(instrument) < working.count ? working[Int(instrument)].first { $0.id == id } : nil
    }

    mutating func rest(_ id: UInt64) { notes[id]?.hasArrived = true }

    /// A trailing stop's trigger is at `price` from event `event` on.
    mutating func trail(_ order: Order, to price: Int64, in event: UInt64) {
        let instrument = Int(order.intent.instrument)
        guard let place = working[instrument].firstIndex(where: { $0.id == order.id }) else { return }
        working[instrument][place].intent.stopPrice = Price(raw: price)
        notes[order.id]?.trailedIn = event
    }

    /// Ids come in the order of the orders, each once.
    mutating func takeID(_ id: UInt64) throws(Violation) {
        guard id > lastID else { throw Violation("order id \(id) after \(lastID)") }
        lastID = id
    }

    mutating func accept(_ order: Order, in event: UInt64) throws(Violation) {
        try takeID(order.id)
        guard order.state == .submitted, order.filled == .zero, order.filledValue == .zero, !order.isTriggered,
            order.submittedAt == order.updatedAt
        else { throw Violation("accepted as \(order)") }
        guard workingCount < setup.workingOrdersMax else { throw Violation("order \(order.id) has no room") }
        working[Int(order.intent.instrument)].append(order)
        notes[order.id] = Note(
            since: event, tradableFrom: order.submittedAt.nanoseconds + setup.venue.latencyNanoseconds)
    }

    private static let legalMoves: Set<[OrderState]> = [
        [.submitted, .partiallyFilled], [.submitted, .filled], [.submitted, .cancelled], [.submitted, .expired],
        [.partiallyFilled, .partiallyFilled], [.partiallyFilled, .filled], [.partiallyFilled, .cancelled],
        [.partiallyFilled, .expired],
    ]

    /// What each reason may make of an order; nil = its state stays.
    private static func target(_ reason: OrderReason, _ order: Order) -> OrderState? {
        switch reason {
        case .modified, .triggered: nil
        case .reduceOnly, .bracket: order.state.isTerminal ? .cancelled : nil
        case .fill: order.remaining == .zero ? .filled : .partiallyFilled
        case .dayEnd, .expireTime: .expired
        default: .cancelled
        }
    }

    /// A change of a working order.
    mutating func change(_ order: Order, _ reason: OrderReason, in event: UInt64) throws(Violation) {
        let instrument = Int(order.intent.instrument)
        guard instrument < working.count, let place = working[instrument].firstIndex(where: { $0.id == order.id })
        else {
            throw Violation(
                "change of order \(order.id), which does not work (\(done[order.id].map(\.name) ?? "unknown"))")
        }
        let old = working[instrument][place]
        if let target = ShadowOrders.target(reason, order) {
            guard order.state == target, ShadowOrders.legalMoves.contains([old.state, target]) else {
                throw Violation("order \(order.id): \(old.state.name) → \(order.state.name) by \(reason)")
            }
        } else if order.state != old.state {
            throw Violation("order \(order.id): \(reason) made \(order.state.name) of \(old.state.name)")
        }
        try checkKept(old, order, reason)
        if reason == .triggered { notes[order.id]?.triggeredIn = event }
        if reason == .modified, order.intent.price != old.intent.price || order.intent.stopPrice != old.intent.stopPrice
        {
            notes[order.id]?.since = event
            notes[order.id]?.hasArrived = false
            notes[order.id]?.tradableFrom = order.updatedAt.nanoseconds + setup.venue.latencyNanoseconds
        }
        if order.state.isTerminal {
            working[instrument].remove(at: place)
            notes[order.id] = nil
            done[order.id] = order.state
        } else {
            working[instrument][place] = order
        }
    }

    /// What a change for this reason must not touch.
    private func checkKept(_ old: Order, _ new: Order, _ reason: OrderReason) throws(Violation) {
        var expected = old
        expected.state = new.state
        expected.updatedAt = new.updatedAt
        expected.priority = new.priority
        switch reason {
        case .modified:
            expected.intent.quantity = new.intent.quantity
            expected.intent.price = new.intent.price
            expected.intent.stopPrice = new.intent.stopPrice
            expected.protection = new.protection
        case .triggered:
            guard old.isDormant else { throw Violation("order \(old.id) triggered without being a waiting stop") }
            expected.isTriggered = true
            expected.protection = new.protection
        case .fill:
            expected.filled = new.filled
            expected.filledValue = new.filledValue
        case .reduceOnly, .bracket:
            guard new.intent.quantity <= old.intent.quantity else { throw Violation("order \(old.id) grew") }
            expected.intent.quantity = new.intent.quantity
        default: break
        }
        guard expected == new else { throw Violation("\(reason) changed more than it may: \(old) → \(new)") }
        guard new.filled <= new.intent.quantity else {
            throw Violation("order \(new.id) is filled beyond its quantity")
        }
    }
}

/// What the simulation found wrong.
struct Violation: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
