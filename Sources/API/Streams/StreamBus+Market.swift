import NIOCore
import Synchronization
import Trading

// What is looked at now and then: the market several times a second, positions and strategies once a second.

extension StreamBus {
    /// Asks for what somebody listens to, and gives out what has changed.
    func followMarket() async {
        var shown: [MarketWant: MarketPicture] = [:]
        while !Task.isCancelled {
            let topics = state.withLock { state in state.listeners.keys.filter { $0.want != nil } }
            if topics.isEmpty {
                shown.removeAll()
                guard await marketWakeUp.wait() else { return }
                continue
            }
            let wants = Array(Set(topics.compactMap(\.want)))
            let pictures = await host.pictures(wants)
            var changed: [MarketWant: MarketPicture] = [:]
            var now: [MarketWant: MarketPicture] = [:]
            for (want, picture) in zip(wants, pictures) {
                guard let picture else { continue }
                now[want] = picture
                if shown[want] != picture { changed[want] = picture }
            }
            distribute(topics, changed, now, before: shown)
            shown = now
            guard (try? await Task.sleep(for: .milliseconds(marketMilliseconds))) != nil else { return }
        }
    }

    private func distribute(
        _ topics: [Topic], _ changed: [MarketWant: MarketPicture], _ now: [MarketWant: MarketPicture],
        before: [MarketWant: MarketPicture]
    ) {
        state.withLock { state in
            for topic in topics {
                // Somebody may have begun to listen to a picture that others have seen already.
                let isNew = state.latest[topic] == nil
                guard let want = topic.want, let picture = isNew ? now[want] : changed[want] else { continue }
                let messages = StreamMessages.of(picture, topic, before: isNew ? nil : before[want])
                for message in messages { state.deliver(message) }
                if state.listeners[topic] != nil { state.latest[topic] = messages.last?.bytes }
            }
        }
    }

    // MARK: Positions and strategies

    /// After each fill and once a second, at most ten times a second.
    func followDesk() async {
        var positions: [String: PositionView] = [:]
        var strategies: [String: StrategyView] = [:]
        var backtests: [String: BacktestView] = [:]
        var isFirst = true
        while !Task.isCancelled {
            guard isHeard(.desk) else {
                isFirst = true
                guard await deskWakeUp.wait() else { return }
                continue
            }
            if let open = try? await host.positions(strategy: nil) {
                let now = Dictionary(open.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
                if !isFirst { deliver(StreamMessages.positions(now, before: positions)) }
                positions = now
            }
            if let all = try? await host.strategies() {
                let now = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
                if !isFirst { deliver(StreamMessages.strategies(all, before: strategies)) }
                strategies = now
            }
            let tests = host.recentBacktests()
            if !isFirst { deliver(StreamMessages.backtests(tests, before: backtests)) }
            backtests = Dictionary(tests.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            isFirst = false
            guard await pause() else { return }
        }
    }

    /// A second, or until there is news; false = it is over.
    private func pause() async -> Bool {
        guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { return false }
        await withTaskGroup { group in
            group.addTask { _ = await self.deskWakeUp.wait() }
            group.addTask { try? await Task.sleep(for: .milliseconds(900)) }
            await group.next()
            group.cancelAll()
        }
        return !Task.isCancelled
    }
}
