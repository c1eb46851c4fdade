public import Trading

/// Orders at a venue outside of the process. Nothing is taken for granted: a time-out is never a rejection, an order is never
/// sent twice, and what has not been answered is asked after until it is resolved.
///
///     sent ──▶ working ──▶ ending ──▶ ended
///       └─ no answer: probe ─▶ status | unknown, unknown, unknown ─▶ rejected: it never arrived
///
/// Time comes with the calls; commands and outcomes are taken by the caller after each.
public struct InFlightOrders: Sendable {
    public struct Terms: Sendable, Equatable {
        /// Without an answer for so long an order is probed; then after twice, four times … as long.
        public var timeoutNanoseconds: Int64 = 2_000_000_000
        /// An order that works is asked after so often, for fills that were lost.
        public var auditNanoseconds: Int64 = 30_000_000_000
        /// So often in a row a venue has to say that it does not know an order before that is believed.
        public var unknownsMax = 3
        public var ordersMax = 10_000
        public init() {}
    }

    private enum Stage: Equatable {
        case sent
        case working
        /// Its end is known, fills that belong to it are missing.
        case ending(OrderState, OrderReason, filled: Quantity)
        case ended
    }

    private struct Entry {
        let id: UInt64
        let quantity: Quantity
        var stage = Stage.sent
        var filled = Quantity.zero
        var fillIDs: [UInt64] = []
        var dueAt: Timestamp
        var probes = 0
        var probesSent = 0
        /// So often in a row the venue did not know it, each time after another probe.
        var unknowns = 0
        var unknownAfter = 0
        var isCancelWanted = false
        /// The venue did not know it, and it ended for the host.
        var isGivenUp = false
    }

    private let terms: Terms
    /// By id. Ended ones stay until room is needed, so that what comes late is recognised.
    private var entries: [Entry] = []
    private var endedCount = 0
    public private(set) var commands: [VenueCommand] = []
    public private(set) var outcomes: [VenueOutcome] = []

    public init(terms: Terms = Terms()) { self.terms = terms }

    public var openCount: Int { entries.count - endedCount }
    public mutating func takeCommands() -> [VenueCommand] {
        defer { commands.removeAll(keepingCapacity: true) }
        return commands
    }
    public mutating func takeOutcomes() -> [VenueOutcome] {
        defer { outcomes.removeAll(keepingCapacity: true) }
        return outcomes
    }

    // MARK: - What the host wants

    /// Sends an approved order; false when there is no room for it. Ids rise.
    public mutating func place(id: UInt64, _ intent: OrderIntent, at now: Timestamp) -> Bool {
        precondition(id > entries.last?.id ?? 0, "order \(id) after \(entries.last?.id ?? 0)")
        guard openCount < terms.ordersMax else { return false }
        // The oldest that have ended make room.
        if entries.count >= 2 * terms.ordersMax {
            entries.removeAll { $0.stage == .ended }
            endedCount = 0
        }
        entries.append(
            Entry(id: id, quantity: intent.quantity, dueAt: now + terms.timeoutNanoseconds))
        commands.append(.place(id: id, intent))
        return true
    }

    /// False when nothing works under the id.
    public mutating func cancel(id: UInt64, at now: Timestamp) -> Bool {
        guard let place = place(of: id), entries[place].stage != .ended else { return false }
        entries[place].isCancelWanted = true
        expectAnswer(place, now)
        commands.append(.cancel(id: id))
        return true
    }

    /// Asks after orders whose answer is due, and sends their cancels again.
    public mutating func advance(to now: Timestamp) {
        for place in entries.indices where entries[place].stage != .ended && entries[place].dueAt <= now {
            entries[place].probes += 1
            entries[place].probesSent += 1
            let wait = terms.timeoutNanoseconds << Int64(min(entries[place].probes, 5))
            entries[place].dueAt = now + wait
            // A cancel of what has arrived does no harm twice; of what has not it must not overtake the order.
            if entries[place].isCancelWanted, entries[place].stage == .working {
                commands.append(.cancel(id: entries[place].id))
            }
            commands.append(.probe(id: entries[place].id))
        }
    }

    // MARK: - What the venue says

    public mutating func receive(_ message: VenueMessage, at now: Timestamp) {
        guard let place = place(of: message.id) else { return }
        if case .unknown = message {} else { entries[place].unknowns = 0 }
        switch message {
        case .accepted: arrive(place, now)
        case .rejected: end(place, .rejected, .venue, filled: entries[place].filled, now)
        case .filled(_, let fill): take(fill, place, now)
        case .cancelled(_, let filled): end(place, .cancelled, .cancelRequested, filled: filled, now)
        case .status(_, let state, let fills): take(state, fills, place, now)
        case .unknown: missing(place, now)
        }
    }

    /// It is at the venue.
    private mutating func arrive(_ place: Int, _ now: Timestamp) {
        switch entries[place].stage {
        case .sent:
            entries[place].stage = .working
            outcomes.append(.accepted(id: entries[place].id))
            rest(place, now)
        case .ended:
            // It was given up and came after all: it must not work without the host.
            guard entries[place].isGivenUp else { return }
            commands.append(.cancel(id: entries[place].id))
        case .working, .ending: return
        }
    }

    private mutating func take(_ fill: VenueFill, _ place: Int, _ now: Timestamp) {
        guard !entries[place].fillIDs.contains(fill.id) else { return }
        entries[place].fillIDs.append(fill.id)
        arrive(place, now)
        let entry = entries[place]
        guard entry.stage != .ended, fill.quantity.raw > 0, fill.quantity <= entry.quantity - entry.filled else {
            return outcomes.append(.strayFill(id: entry.id, fill))
        }
        entries[place].filled = entry.filled + fill.quantity
        outcomes.append(.filled(id: entry.id, fill))
        if entries[place].filled == entry.quantity { return close(place, .filled, .fill) }
        if case .ending(let state, let reason, let filled) = entry.stage {
            end(place, state, reason, filled: filled, now)
        }
    }

    private mutating func take(_ state: OrderState, _ fills: [VenueFill], _ place: Int, _ now: Timestamp) {
        for fill in fills { take(fill, place, now) }
        let filled = fills.reduce(Quantity.zero) { $0 + $1.quantity }
        switch state {
        case .cancelled: end(place, .cancelled, .cancelRequested, filled: filled, now)
        case .expired: end(place, .expired, .expireTime, filled: filled, now)
        case .rejected: end(place, .rejected, .venue, filled: filled, now)
        case .filled, .submitted, .partiallyFilled, .pending, .denied:
            arrive(place, now)
            if entries[place].stage == .working { rest(place, now) }
        }
    }

    /// The end counts once all that was traded before it is known.
    private mutating func end(
        _ place: Int, _ state: OrderState, _ reason: OrderReason, filled: Quantity, _ now: Timestamp
    ) {
        guard entries[place].stage != .ended else { return }
        guard entries[place].filled >= filled else {
            entries[place].stage = .ending(state, reason, filled: filled)
            return expectAnswer(place, now)
        }
        close(place, state, reason)
    }

    /// No such order. Right after it was sent that may be too early, and one that was there may be asked after at the wrong door:
    /// it is believed after some times in a row.
    private mutating func missing(_ place: Int, _ now: Timestamp) {
        let entry = entries[place]
        // An answer that came twice is one answer.
        guard entry.stage != .ended, entry.probesSent > entry.unknownAfter else { return }
        entries[place].unknownAfter = entry.probesSent
        entries[place].unknowns += 1
        guard entries[place].unknowns >= terms.unknownsMax else {
            entries[place].dueAt = now + terms.timeoutNanoseconds
            return
        }
        let neverCame = entries[place].stage == .sent
        entries[place].isGivenUp = true
        close(place, neverCame ? .rejected : .cancelled, .unknownOrder)
    }

    private mutating func close(_ place: Int, _ state: OrderState, _ reason: OrderReason) {
        entries[place].stage = .ended
        endedCount += 1
        outcomes.append(.ended(id: entries[place].id, state, reason))
    }

    // MARK: - When to ask

    private mutating func expectAnswer(_ place: Int, _ now: Timestamp) {
        entries[place].probes = 0
        entries[place].dueAt = now + terms.timeoutNanoseconds
    }

    /// Nothing is awaited: it is asked after now and then, or soon when it is to be cancelled.
    private mutating func rest(_ place: Int, _ now: Timestamp) {
        entries[place].probes = 0
        let isCancelled = entries[place].isCancelWanted
        entries[place].dueAt = now + (isCancelled ? terms.timeoutNanoseconds : terms.auditNanoseconds)
    }

    private func place(of id: UInt64) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].id == id ? low : nil
    }
}

extension VenueMessage {
    public var id: UInt64 {
        switch self {
        case .accepted(let id), .rejected(let id), .filled(let id, _), .cancelled(let id, _), .status(let id, _, _),
            .unknown(let id):
            id
        }
    }
}
