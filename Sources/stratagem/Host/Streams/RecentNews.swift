import API
import Journal
import Synchronization
import Trading

/// What clients hear of, in the order of the journal: the newest of it, kept for those whose connection broke. The journal's
/// thread puts in what has become durable, the API's threads read; the engine's thread only hands over.
final class RecentNews: Sendable {
    /// Of one turn of the engine.
    struct Batch: Sendable {
        var events: [TradingEvent]
        /// Number of the first of `events`.
        var firstSequence: UInt64
        /// Of the execution engine, as they are after the events.
        var trades: [TradeRecord]
        /// New ones.
        var signals: [SignalRecord] = []
        var alerts: [AlertView]
        var sessions: [SessionNews]
        var names: HostNames

        var isEmpty: Bool { events.isEmpty && signals.isEmpty && alerts.isEmpty && sessions.isEmpty }
    }

    private enum Item {
        case order(Order)
        case fill(Fill, trade: UInt64)
        case alert(AlertView)
        case session(SessionNews)
        case signal(SignalRecord)
    }

    private struct Entry {
        var sequence: UInt64
        var item: Item
    }

    private struct State {
        var entries: [Entry] = []
        /// Where the oldest one is, once all room is taken.
        var start = 0
        /// The place of the newest.
        var lastPlace: UInt64 = 0
        var lastSequence: UInt64
        /// Order events from this number on are all here.
        var completeFrom: UInt64
        /// Not durable yet, because the journal does not work.
        var waiting: [Batch] = []
        var names: HostNames?
        var bell: AsyncStream<Void>.Continuation?
    }

    private let state: Mutex<State>
    private let capacity: Int
    private static let waitingMax = 10_000

    /// Facts up to `lastSequence` are an earlier life's.
    init(lastSequence: UInt64, capacity: Int = 20_000) {
        self.capacity = capacity
        state = Mutex(State(lastSequence: lastSequence, completeFrom: lastSequence + 1))
    }

    // MARK: Putting in

    /// On the journal's thread, in the order of the batches.
    func take(_ batch: Batch, isDurable: Bool) {
        let bell = state.withLock { state -> AsyncStream<Void>.Continuation? in
            guard isDurable else {
                if state.waiting.count == RecentNews.waitingMax { lose(state.waiting.removeFirst(), &state) }
                state.waiting.append(batch)
                return nil
            }
            // Success means that all before it is on the disk as well.
            for earlier in state.waiting { add(earlier, &state) }
            state.waiting.removeAll()
            add(batch, &state)
            return state.bell
        }
        bell?.yield()
    }

    private func add(_ batch: Batch, _ state: inout State) {
        state.names = batch.names
        for (index, event) in batch.events.enumerated() {
            let sequence = batch.firstSequence + UInt64(index)
            switch event {
            case .orderAccepted(let order), .orderChanged(let order, _):
                put(Entry(sequence: sequence, item: .order(order)), &state)
            case .orderFilled(let fill):
                let trade = batch.trades.first { $0.orderID == fill.orderID && $0.orderID != 0 }?.id ?? 0
                put(Entry(sequence: sequence, item: .fill(fill, trade: trade)), &state)
            default: break
            }
        }
        if !batch.events.isEmpty { state.lastSequence = batch.firstSequence + UInt64(batch.events.count) - 1 }
        for alert in batch.alerts { put(Entry(sequence: 0, item: .alert(alert)), &state) }
        for signal in batch.signals { put(Entry(sequence: 0, item: .signal(signal)), &state) }
        for session in batch.sessions { put(Entry(sequence: 0, item: .session(session)), &state) }
    }

    private func put(_ entry: Entry, _ state: inout State) {
        state.lastPlace += 1
        guard state.entries.count == capacity else { return state.entries.append(entry) }
        let gone = state.entries[state.start]
        if gone.sequence > 0 { state.completeFrom = gone.sequence + 1 }
        state.entries[state.start] = entry
        state.start = (state.start + 1) % capacity
    }

    /// It becomes durable without anybody hearing of it here.
    private func lose(_ batch: Batch, _ state: inout State) {
        guard !batch.events.isEmpty else { return }
        state.completeFrom = batch.firstSequence + UInt64(batch.events.count)
    }

    // MARK: Reading

    func signals() -> AsyncStream<Void> {
        let (signals, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.bell = bell }
        return signals
    }

    func page(after cursor: UInt64, limit: Int) -> NewsPage {
        state.withLock { state in
            let oldest = state.lastPlace - UInt64(state.entries.count) + 1
            let first = max(cursor + 1, oldest)
            guard first <= state.lastPlace, let names = state.names else {
                return NewsPage(entries: [], hasGap: false)
            }
            let last = min(state.lastPlace, first + UInt64(limit) - 1)
            let entries = (first...last).map { place in
                let entry = state.entries[(state.start + Int(place - oldest)) % state.entries.count]
                return NewsEntry(place: place, sequence: entry.sequence, news: RecentNews.news(entry.item, names))
            }
            return NewsPage(entries: entries, hasGap: cursor + 1 < oldest)
        }
    }

    func place(after sequence: UInt64) -> NewsPlace {
        state.withLock { state in
            // From the newest back: who comes back has missed little.
            var age = 0
            while age < state.entries.count {
                let index = (state.start + state.entries.count - 1 - age) % state.entries.count
                let entry = state.entries[index]
                if entry.sequence > 0, entry.sequence <= sequence { break }
                age += 1
            }
            let isKnown = sequence == .max || sequence <= state.lastSequence
            let isComplete = isKnown && sequence >= state.completeFrom - 1
            return NewsPlace(
                cursor: state.lastPlace - UInt64(age), isComplete: isComplete, lastSequence: state.lastSequence)
        }
    }

    private static func news(_ item: Item, _ names: HostNames) -> News {
        switch item {
        case .order(let order): .order(names.view(of: order))
        case .fill(let fill, let trade):
            .fill(
                names.view(of: fill), account: names.account(fill.account),
                trade: trade == 0 ? nil : TradeRecord.name(trade))
        case .alert(let alert): .alert(alert)
        case .session(let session): .session(session)
        case .signal(let signal): .signal(names.view(of: signal))
        }
    }
}

extension HostNames {
    func account(_ index: Int32) -> String {
        accounts.indices.contains(Int(index)) ? accounts[Int(index)] : "unknown"
    }
}
