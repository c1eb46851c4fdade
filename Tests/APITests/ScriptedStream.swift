import API
import Synchronization
import Trading

/// What a scripted host tells by itself.
struct StreamScript: Sendable {
    var entries: [NewsEntry] = []
    var lastSequence: UInt64 = 0
    /// Entries up to this place have been let go.
    var forgotten: UInt64 = 0
    var pictures: [MarketWant: MarketPicture] = [:]
    var bell: AsyncStream<Void>.Continuation?
}

extension ScriptedHost {
    func news(after cursor: UInt64, limit: Int) -> NewsPage {
        script.withLock { script in
            let stream = script.stream
            let kept = stream.entries.filter { $0.place > max(cursor, stream.forgotten) }
            return NewsPage(
                entries: Array(kept.prefix(limit)), hasGap: cursor < stream.forgotten && !kept.isEmpty)
        }
    }

    func newsPlace(after sequence: UInt64) -> NewsPlace {
        script.withLock { script in
            let stream = script.stream
            let earlier = stream.entries.last { $0.sequence > 0 && $0.sequence <= sequence }?.place ?? 0
            let newest = stream.entries.last?.place ?? 0
            return NewsPlace(
                cursor: sequence == .max ? newest : earlier, isComplete: earlier >= stream.forgotten,
                lastSequence: stream.lastSequence)
        }
    }

    func newsSignals() -> AsyncStream<Void> {
        let (signals, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        script.withLock { $0.stream.bell = bell }
        return signals
    }

    func pictures(_ wants: [MarketWant]) async -> [MarketPicture?] {
        script.withLock { script in wants.map { script.stream.pictures[$0] } }
    }

    /// Something has happened.
    func tell(_ news: News..., from sequence: UInt64 = 0) {
        let bell = script.withLock { script in
            for (index, item) in news.enumerated() {
                let place = (script.stream.entries.last?.place ?? 0) + 1
                let number = sequence == 0 ? 0 : sequence + UInt64(index)
                script.stream.entries.append(NewsEntry(place: place, sequence: number, news: item))
                script.stream.lastSequence = max(script.stream.lastSequence, number)
            }
            return script.stream.bell
        }
        bell?.yield()
    }

    func show(_ want: MarketWant, _ picture: MarketPicture) {
        script.withLock { $0.stream.pictures[want] = picture }
    }
}

extension News {
    static func order(_ number: UInt64, filled: Quantity = .zero, account: String = "paper") -> News {
        let intent = OrderIntent(strategy: 0, instrument: 0, tag: 0, side: .buy, kind: .market, quantity: .one)
        var order = Order(id: number, intent: intent, account: 0, at: Timestamp(nanoseconds: 0))
        order.filled = filled
        return .order(
            OrderView(
                order: order, id: "ord-\(number)", strategy: "sma_cross", instrument: "BTC_USDT", account: account,
                multiplier: 1))
    }
}
