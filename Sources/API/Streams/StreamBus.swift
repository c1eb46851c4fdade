import NIOCore
import ServiceLifecycle
import Synchronization

/// Between the host and those who listen: takes news and pictures of the market from it, encodes each message once and gives
/// it to all who listen to its topic. While nobody listens it asks for nothing.
final class StreamBus: Service {
    struct State {
        var listeners: [Topic: Set<StreamListener>] = [:]
        /// What each listener listens to.
        var topics: [StreamListener: Set<Topic>] = [:]
        /// The place of the last news that was given out.
        var cursor: UInt64 = 0
        /// The newest message of each market topic, for those who come later.
        var latest: [Topic: ByteBuffer] = [:]
    }

    let host: any TradingHost
    let meter: SocketMeter
    let state = Mutex(State())
    /// The market is looked at so often, however fast it moves.
    let marketMilliseconds: Int64
    let marketWakeUp: WakeUp
    let deskWakeUp: WakeUp
    static let pageEntries = 128

    init(_ host: any TradingHost, _ meter: SocketMeter, marketMilliseconds: Int64 = 100) {
        self.host = host
        self.meter = meter
        self.marketMilliseconds = marketMilliseconds
        marketWakeUp = WakeUp()
        deskWakeUp = WakeUp()
        state.withLock { $0.cursor = host.newsPlace(after: .max).cursor }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask { await self.followNews() }
                group.addTask { await self.followMarket() }
                group.addTask { await self.followDesk() }
            }
        }
    }

    // MARK: Listening

    /// Those of `topics` that are new; what is known of the market comes at once.
    func listen(_ listener: StreamListener, to topics: Set<Topic>) {
        let known = state.withLock { state -> [StreamMessage] in
            if state.topics.isEmpty {
                // Nobody has listened until now: nothing from before is anybody's news.
                state.cursor = max(state.cursor, host.newsPlace(after: .max).cursor)
            }
            let new = topics.subtracting(state.topics[listener, default: []])
            state.topics[listener, default: []].formUnion(new)
            for topic in new { state.listeners[topic, default: []].insert(listener) }
            return new.compactMap { topic in
                state.latest[topic].map { StreamMessage(topic: topic, bytes: $0, key: .topic(topic)) }
            }
        }
        for message in known { listener.give(message) }
        if topics.contains(where: { $0.want != nil }) { marketWakeUp.ring() }
        if topics.contains(.desk) { deskWakeUp.ring() }
    }

    func stopListening(_ listener: StreamListener, to topics: Set<Topic>? = nil) {
        state.withLock { state in
            let known = state.topics[listener] ?? []
            let leaving = topics ?? known
            for topic in leaving.intersection(known) {
                state.listeners[topic]?.remove(listener)
                guard state.listeners[topic]?.isEmpty == true else { continue }
                state.listeners[topic] = nil
                state.latest[topic] = nil
            }
            let rest = known.subtracting(leaving)
            state.topics[listener] = rest.isEmpty ? nil : rest
        }
    }

    /// Number of the newest durable fact.
    var lastSequence: UInt64 { host.newsPlace(after: .max).lastSequence }

    func topics(of listener: StreamListener) -> Set<Topic> { state.withLock { $0.topics[listener] ?? [] } }

    /// Whether somebody listens to one of these.
    func isHeard(_ topic: Topic) -> Bool { state.withLock { $0.listeners[topic] != nil } }

    func deliver(_ messages: [StreamMessage]) {
        state.withLock { state in
            for message in messages { state.deliver(message) }
        }
    }

    // MARK: News

    private func followNews() async {
        for await _ in host.newsSignals() {
            while distributeNews() {}
            deskWakeUp.ring()
        }
    }

    /// A page of it, in one go, so that who comes back meanwhile misses nothing and gets nothing twice. False = there is no more.
    private func distributeNews() -> Bool {
        let lost = state.withLock { state -> (isMore: Bool, cut: Set<StreamListener>) in
            guard !state.topics.isEmpty else { return (false, []) }
            let page = host.news(after: state.cursor, limit: StreamBus.pageEntries)
            var cut: Set<StreamListener> = []
            if page.hasGap {
                cut = state.listeners.filter { $0.key.want == nil }.reduce(into: []) { $0.formUnion($1.value) }
            }
            for entry in page.entries {
                state.cursor = entry.place
                for message in StreamMessages.of(entry, for: state.listeners.keys) { state.deliver(message) }
            }
            return (page.entries.count == StreamBus.pageEntries, cut)
        }
        for listener in lost.cut { listener.onLoss(.overrun) }
        return lost.isMore
    }

    /// Gives `listener` the order events between the fact `sequence` and now that it was not given. The answer tells how many,
    /// and whether they are all.
    func resume(_ listener: StreamListener, after sequence: UInt64, before end: UInt64) -> Resumption {
        state.withLock { state in
            let place = host.newsPlace(after: sequence)
            var resumption = Resumption(count: 0, isComplete: place.isComplete, lastSequence: place.lastSequence)
            let topics = state.topics[listener] ?? []
            var cursor = place.cursor
            let end = min(end, state.cursor)
            while cursor < end {
                let page = host.news(after: cursor, limit: StreamBus.pageEntries)
                if page.hasGap { resumption.isComplete = false }
                guard !page.entries.isEmpty else { break }
                for entry in page.entries where entry.place <= end {
                    guard entry.sequence > 0 else { continue }
                    for message in StreamMessages.of(entry, for: topics) {
                        guard message.isSeen(by: listener) else { continue }
                        listener.give(message)
                        if message.topic == .desk || message.topic == .orderEvents { resumption.count += 1 }
                    }
                }
                cursor = page.entries.last?.place ?? end
            }
            return resumption
        }
    }

    /// Begins to listen to orders; the place from which on they come by themselves.
    func join(_ listener: StreamListener, _ topic: Topic = .desk) -> UInt64 {
        listen(listener, to: [topic])
        return state.withLock { $0.cursor }
    }
}

struct Resumption: Sendable {
    /// Order events that were given once more.
    var count: Int
    /// False = some are no longer in memory.
    var isComplete: Bool
    /// Number of the newest durable fact.
    var lastSequence: UInt64
}

extension StreamBus.State {
    func deliver(_ message: StreamMessage) {
        for listener in listeners[message.topic] ?? [] { listener.give(message) }
    }
}
