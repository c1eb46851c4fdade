import API
import Journal
import Signals
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    /// The bridge as clients see it, of a host on its own thread.
    @Suite("Bridge of a running host")
    struct RunningBridgeTests {
        private let folder = HostFolder()

        private func running(_ host: String) async throws -> RunningLife {
            folder.writeHost("signals: {every: off, horizon: 1h}\n" + host)
            let running = try RunningLife(folder)
            try await running.waitForPrices()
            return running
        }

        /// Of a model, or of a strategy of the account.
        private func add(_ running: RunningLife, account: Int? = nil) async throws {
            try await running.host.ask(.required) { core throws(HostRefusal) in
                let source = try core.signalSource(0, .rules, "1s")
                let draft = try SignalDraft(source, opinion: Opinion(probability: 0.9))
                var record = draft.record(as: account == nil ? .model : .strategy, isCounted: true)
                record.account = account
                _ = core.addSignal(record)
            }
        }

        @Test("dead letters are listed by page, with account, rule and reason, and only to those of the account")
        func letters() async throws {
            let running = try await running(
                """
                bridge: {enabled: true, account: second}
                accounts: {first: {}, second: {}}
                limits: {max_order_notional: 1000}
                """)
            defer { running.stop() }
            try await add(running)
            try await add(running, account: 0)
            try await add(running, account: 1)
            let deadline = MonotonicClock.now + 60_000_000_000
            var query = DeadLetterQuery(offset: 0, limit: 2)
            var page = try await running.host.deadLetters(query)
            while page.count < 3, MonotonicClock.now < deadline {
                try await Task.sleep(for: .milliseconds(20))
                page = try await running.host.deadLetters(query)
            }
            #expect(page.count == 3 && page.letters.map(\.signal.id) == ["sig-3", "sig-2"])
            #expect(page.letters.map(\.account) == ["second", "first"])
            #expect(page.letters.allSatisfy { $0.rules == ["risk.order-size"] && $0.attempts == 1 })
            #expect(page.letters.allSatisfy { $0.reason == "the order's notional is above the limit" })
            query.accounts = ["first"]
            let first = try await running.host.deadLetters(query)
            #expect(first.letters.map(\.signal.id) == ["sig-2"] && first.count == 1)
            query.accounts = ["second"]
            let second = try await running.host.deadLetters(query)
            #expect(second.letters.map(\.signal.id) == ["sig-3", "sig-1"])
            query.accounts = []
            let none = try await running.host.deadLetters(query)
            #expect(none.count == 0)
            let figures = await running.host.figures()
            #expect(figures.bridge.failed == 3 && figures.bridge.isEnabled)
        }
    }
}
