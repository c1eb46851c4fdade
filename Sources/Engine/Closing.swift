import Controls
import Execution
import Portfolio
public import Trading

// How a flattening stop comes to its end: cancel, wait for the terminal states, close what is left at the market, look
// whether it is flat, and again. It goes on with the events of the instrument, which are what an order needs to trade.

/// A position that a stop closes, until it is flat.
struct Closing: BitwiseCopyable {
    let strategy: Int32
    let instrument: Int32
    /// Times that orders were sent, or would have been refused.
    var attempts: Int32 = 0
    var nextAttempt = Timestamp(nanoseconds: .min)
    /// Why the gate said no the last time.
    var refusal: FindingReason?
}

/// What a flattening stop has not closed yet.
public struct StopResidual: Sendable, Equatable {
    public var strategy: Int
    public var instrument: Int
    /// Signed.
    public var quantity: Quantity
    /// Of it, what orders at work are to close.
    public var working: Quantity
    public var attempts: Int
    /// Why the gate refused the last order.
    public var refusal: FindingReason?
}

extension Engine {
    /// What a stop has still to close; empty = it is flat, or it closes nothing.
    public func residuals(of id: UInt64) -> [StopResidual] {
        guard let stop = emergency.stops.first(where: { $0.id == id }), stop.mode == .flatten else { return [] }
        return emergency.closings.filter { covers(stop, Int($0.strategy), Int($0.instrument)) }.map { closing in
            let (strategy, instrument) = (Int(closing.strategy), Int(closing.instrument))
            let held = ledger.position(strategy: strategy, instrument: instrument).quantity
            return StopResidual(
                strategy: strategy, instrument: instrument, quantity: held,
                working: orders.totals(strategy: strategy, instrument: instrument).working(held.closingSide),
                attempts: Int(closing.attempts), refusal: closing.refusal)
        }
    }

    /// Begins to close what a book holds; a flat one needs nothing.
    mutating func startClosing(_ strategy: Int, _ instrument: Int) {
        let isKnown = emergency.closings.contains {
            $0.strategy == Int32(strategy) && $0.instrument == Int32(instrument)
        }
        guard !isKnown, ledger.position(strategy: strategy, instrument: instrument).quantity != .zero else { return }
        emergency.closings.append(Closing(strategy: Int32(strategy), instrument: Int32(instrument)))
        booksDue += 1
        tendClosings(instrument)
    }

    /// After a fill: a book may be flat now, and what a fill opened that came in although everything was cancelled is closed.
    mutating func closeAgain(_ strategy: Int, _ instrument: Int) {
        guard isFlattened(strategy, instrument) else { return }
        startClosing(strategy, instrument)
        tendClosings(instrument)
    }

    func isFlattened(_ strategy: Int, _ instrument: Int) -> Bool {
        emergency.stops.contains { $0.mode == .flatten && covers($0, strategy, instrument) }
    }

    /// Looks after the positions in an instrument that are being closed.
    mutating func tendClosings(_ instrument: Int) {
        for place in emergency.closings.indices where emergency.closings[place].instrument == Int32(instrument) {
            tendClosing(place)
        }
        dropClosings { engine, closing in
            closing.instrument == Int32(instrument)
                && engine.ledger.position(strategy: Int(closing.strategy), instrument: instrument).quantity == .zero
        }
    }

    mutating func dropClosings(where isOver: (borrowing Engine, Closing) -> Bool) {
        for place in emergency.closings.indices.reversed() where isOver(self, emergency.closings[place]) {
            emergency.closings.remove(at: place)
            booksDue -= 1
        }
    }

    private mutating func tendClosing(_ place: Int) {
        let closing = emergency.closings[place]
        let (strategy, instrument) = (Int(closing.strategy), Int(closing.instrument))
        guard now >= closing.nextAttempt, !isBeingClosed(strategy, instrument),
            ledger.position(strategy: strategy, instrument: instrument).quantity != .zero
        else { return }
        cancelBook(strategy, instrument)
        emergency.closings[place].attempts += 1
        emergency.closings[place].refusal = close(strategy, instrument, isQuiet: closing.attempts > 0)
        let pause = Closing.pauseNanoseconds << Int64(min(closing.attempts, Closing.doublingsMax))
        emergency.closings[place].nextAttempt = now + min(pause, Closing.pauseMaxNanoseconds)
    }

    /// Orders that close the position are at work: their end comes first.
    private func isBeingClosed(_ strategy: Int, _ instrument: Int) -> Bool {
        var working = orders.first(instrument)
        while working != OrderManager.none {
            let intent = orders.order(working).intent
            if intent.strategy == Int32(strategy), intent.origin == .liquidation { return true }
            working = orders.next(working)
        }
        return false
    }

    /// Sends what closes a position; why the gate says no, where it does. `isQuiet` asks it first, so that trying again and again
    /// leaves one denial in the journal, not thousands.
    private mutating func close(_ strategy: Int, _ instrument: Int, isQuiet: Bool) -> FindingReason? {
        if isQuiet {
            guard let intent = closingIntent(strategy, instrument) else { return nil }
            guard gate.assess(view(intent, purpose: .submit)) == 0 else { return gate.finding(0).reason }
        }
        return flatten(strategy, instrument)
    }
}

extension Closing {
    /// Between two attempts: twice as long each time, up to a minute of the market's time.
    static let pauseNanoseconds = Timestamp.nanosecondsPerSecond
    static let pauseMaxNanoseconds = 60 * Timestamp.nanosecondsPerSecond
    static let doublingsMax: Int32 = 6
}

extension Quantity {
    /// The side of an order that closes a position of this size.
    var closingSide: Side { raw > 0 ? .sell : .buy }
}
