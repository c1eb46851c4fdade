import Controls
import Execution
import Portfolio
public import Trading

// Emergency stops act between two events: halt, then cancel, then close. What stands below is all that the core keeps of
// them; who threw one and why is the host's to keep, in the same commit as the facts that follow from it.

/// A stop that is in force, as the core knows it.
public struct EmergencyStop: Sendable, BitwiseCopyable, Equatable {
    public enum Mode: UInt8, Sendable, BitwiseCopyable, CaseIterable {
        /// Halted: cancels pass, and what an operator, a liquidation or the host's protection sends to reduce.
        case stop
        /// Only orders that shrink a position pass.
        case reduce
        /// Halted, and all working orders are cancelled, protective ones too.
        case cancel
        /// That, and all positions are closed at the market.
        case flatten

        var state: TradingState { self == .reduce ? .reducing : .halted }
        /// Protective pairs are gone and stay away while it is in force.
        var endsOrders: Bool { self == .cancel || self == .flatten }
    }

    public var id: UInt64
    public var scope: LimitScope
    public var index: Int
    public var mode: Mode

    public init(id: UInt64, scope: LimitScope, index: Int = 0, mode: Mode) {
        self.id = id
        self.scope = scope
        self.index = index
        self.mode = mode
    }
}

/// Of all stops.
struct Emergency {
    var stops: [EmergencyStop] = []
    /// Positions that stops close and that are not flat yet.
    var closings: [Closing] = []
    /// The host cannot make new orders durable: none may be sent anywhere.
    var isJournalBlocked = false
    /// Some stop ends orders; some closes positions.
    var endsOrders = false
    var flattens = false

    mutating func review() {
        endsOrders = stops.contains { $0.mode.endsOrders }
        flattens = stops.contains { $0.mode == .flatten }
    }
}

extension Engine {
    public var stopsInForce: [EmergencyStop] { emergency.stops }

    /// Throws a stop, between two events. When it returns nothing of its scope passes the gate that may not, what it cancels
    /// is cancelled, and the first orders that close positions are on their way; `residuals` says what is left.
    public mutating func throwStop(_ stop: EmergencyStop) {
        latch(stop)
        endOrders(of: stop)
        deliverAnswers()
    }

    /// First of all: nothing that anybody answers to what follows may pass.
    mutating func latch(_ stop: EmergencyStop) {
        precondition(gate.has(stop.scope, stop.index), "a stop of \(stop.scope.name) \(stop.index)")
        emergency.stops.append(stop)
        emergency.review()
        reviewLatch(stop.scope, stop.index)
    }

    mutating func endOrders(of stop: EmergencyStop) {
        guard stop.mode.endsOrders else { return }
        forEachBook(of: stop) { engine, strategy, instrument in
            engine.cancelBook(strategy, instrument)
            if stop.mode == .flatten { engine.startClosing(strategy, instrument) }
        }
    }

    /// Ends a stop; false = it is not in force. What other stops cover stays stopped.
    @discardableResult
    public mutating func releaseStop(id: UInt64) -> Bool {
        guard release(id) else { return false }
        deliverAnswers()
        return true
    }

    @discardableResult
    mutating func release(_ id: UInt64) -> Bool {
        guard let place = emergency.stops.firstIndex(where: { $0.id == id }) else { return false }
        let stop = emergency.stops.remove(at: place)
        emergency.review()
        reviewLatch(stop.scope, stop.index)
        dropClosings { !$0.isFlattened(Int($1.strategy), Int($1.instrument)) }
        if stop.mode.endsOrders { forEachBook(of: stop) { $0.protect($1, $2) } }
        rearm(after: id)
        return true
    }

    /// After a recovery: the stops that were in force. Their latches are back with the facts; what is not flat yet is closed.
    public mutating func resumeStops(_ stops: [EmergencyStop]) {
        for stop in stops {
            precondition(gate.has(stop.scope, stop.index), "a stop of \(stop.scope.name) \(stop.index)")
        }
        emergency.stops = stops
        emergency.review()
        reviewLatches()
        for stop in stops where stop.mode == .flatten {
            forEachBook(of: stop) { $0.startClosing($1, $2) }
        }
        deliverAnswers()
    }

    /// The journal takes no new orders (true), or does again.
    public mutating func blockOrders(_ isBlocked: Bool) {
        emergency.isJournalBlocked = isBlocked
        reviewLatch(.system, 0)
        deliverAnswers()
    }

    // MARK: - Latches

    /// Sets every latch to the strictest of the stops in force.
    public mutating func reviewLatches() {
        reviewLatch(.system, 0)
        for account in 0..<accounts.count { reviewLatch(.account, account) }
        for strategy in slots.indices { reviewLatch(.strategy, strategy) }
        for instrument in 0..<instruments.count { reviewLatch(.instrument, instrument) }
        deliverAnswers()
    }

    private mutating func reviewLatch(_ scope: LimitScope, _ index: Int) {
        var wanted = TradingState.active
        for stop in emergency.stops where stop.scope == scope && stop.index == index {
            wanted = wanted.stricter(stop.mode.state)
        }
        let state = gate.tradingState(scope: scope, index: index)
        guard scope == .account || scope == .strategy else {
            if scope == .system, emergency.isJournalBlocked { wanted = .halted }
            if state != wanted { latch(wanted, scope, index) }
            return
        }
        // The day's loss keeps its own latch until the day is over; a stop takes it over, and outlives the day.
        let standing = wanted == .active ? ownLatch(scope, index) : wanted
        guard state != standing || (wanted != .active && days.totals(scope, index).isLatched) else { return }
        takeOverLatch(scope, index)
        latch(standing, scope, index)
    }

    /// What an account's or a strategy's own limits hold it in.
    private func ownLatch(_ scope: LimitScope, _ index: Int) -> TradingState {
        days.totals(scope, index).isBreached ? .reducing : .active
    }

    // MARK: - Books

    /// Cancels everything that works for a strategy in an instrument but the orders that close its position.
    mutating func cancelBook(_ strategy: Int, _ instrument: Int) {
        cancelAll(strategy: strategy, instrument: instrument, .halted) { $0.origin != .liquidation }
    }

    /// A stop keeps the protective pair of this book away.
    func isUnprotected(_ strategy: Int, _ instrument: Int) -> Bool {
        emergency.endsOrders
            && emergency.stops.contains { $0.mode.endsOrders && covers($0, strategy, instrument) }
    }

    func covers(_ stop: EmergencyStop, _ strategy: Int, _ instrument: Int) -> Bool {
        switch stop.scope {
        case .system: true
        case .account: slots[strategy].account == Int32(stop.index)
        case .strategy: strategy == stop.index
        case .instrument: instrument == stop.index
        }
    }

    private mutating func forEachBook(of stop: EmergencyStop, _ body: (inout Engine, Int, Int) -> Void) {
        for strategy in slots.indices {
            for instrument in 0..<instruments.count where covers(stop, strategy, instrument) {
                body(&self, strategy, instrument)
            }
        }
    }
}

extension TradingState {
    func stricter(_ other: TradingState) -> TradingState { rawValue >= other.rawValue ? self : other }
}
