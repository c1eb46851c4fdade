import API
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Backtests of clients")
    struct BacktestTests {
        private let folder = HostFolder()
        private static let start = Timestamp(nanoseconds: 1_699_999_200_000_000_000)

        private func life() throws -> RunningLife {
            try RunningLife(folder) { $0.backtestProgram = HostFolder.pluginFolder + "/stratagem" }
        }

        private func request(_ instruments: [String] = []) -> BacktestRequest {
            BacktestRequest(
                instruments: instruments, from: BacktestTests.start,
                to: BacktestTests.start + 600 * Timestamp.nanosecondsPerSecond)
        }

        private func ended(_ id: String, _ life: RunningLife) async throws -> BacktestView {
            let deadline = MonotonicClock.now + 120_000_000_000
            while true {
                let view = try await life.host.backtest(id, of: "alpha")
                if view.endedAt != nil { return view }
                try #require(MonotonicClock.now < deadline)
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        @Test("trade simulated history with what operators have set, equally each time, and touch no account")
        func completes() async throws {
            folder.addCross("alpha", "enabled: false")
            let life = try life()
            let before = try await life.host.portfolio(ofAccount: nil)
            var request = request(["ETH"])
            request.timeframe = "1s"
            request.initialBalance = Money("5000")
            let queued = try await life.host.startBacktest("alpha", request, by: HostLife.person)
            #expect(queued.instruments == ["ETH_USDT"] && queued.account == "paper")
            let first = try await ended(queued.id, life)
            #expect(first.state == .completed && first.error == nil, "\(first)")
            guard case .number(let trades)? = first.result?["performance"]?["total_trades"] else {
                Issue.record("\(first)")
                return
            }
            #expect((Int(trades) ?? 0) > 3)
            #expect(first.result?["data"]?["file"] == .string("simulator, seed 5"))
            #expect(first.result?["parameters"]?["slow"] == .number("4"))
            let page = try await life.host.backtestReport(queued.id, of: "alpha")
            guard case .string(let hash)? = first.result?["state_hash"] else {
                Issue.record("\(first)")
                return
            }
            #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains(hash))
            let again = try await ended(
                try await life.host.startBacktest("alpha", request, by: HostLife.person).id, life)
            #expect(again.result?["state_hash"] == first.result?["state_hash"])
            // What is changed over the API counts, and the request's own word above it.
            var change = StrategyChange()
            change.parameters = ["slow": .number("9")]
            _ = try await life.host.configure("alpha", change, by: HostLife.person)
            request.parameters = [("fast", "3")]
            let changed = try await ended(
                try await life.host.startBacktest("alpha", request, by: HostLife.person).id, life)
            #expect(changed.result?["parameters"]?["slow"] == .number("9"), "\(changed)")
            #expect(changed.result?["parameters"]?["fast"] == .number("3"))
            #expect(changed.result?["state_hash"] != first.result?["state_hash"])
            let listed = try await life.host.backtests(of: "alpha")
            #expect(listed.map(\.id) == [changed.id, again.id, first.id] && listed.allSatisfy { $0.result == nil })
            let after = try await life.host.portfolio(ofAccount: nil)
            #expect(after.equity == before.equity)
            life.stop()
        }

        @Test("what cannot run is refused at once, and named")
        func refusals() async throws {
            folder.addCross("alpha", "enabled: false")
            let life = try life()
            func refusal(_ strategy: String, _ request: BacktestRequest) async -> HostRefusal? {
                do {
                    _ = try await life.host.startBacktest(strategy, request, by: HostLife.person)
                    return nil
                } catch { return error }
            }
            #expect(await refusal("none", request()) == .unknown(kind: "strategy", id: "none"))
            #expect(
                await refusal("alpha", request(["NONE"])) == .invalid([.unknownInstrument("instruments.0", "NONE")]))
            var wrong = request()
            wrong.parameters = [("none", "1")]
            #expect(
                await refusal("alpha", wrong)
                    == .invalid("parameters.none", "is no parameter of alpha; they are: fast, slow, quantity"))
            await #expect(throws: HostRefusal.unknown(kind: "backtest", id: "bt_1")) {
                try await life.host.backtest("bt_1", of: "alpha")
            }
            var long = request()
            long.to = long.from + 40 * Timestamp.nanosecondsPerDay
            let view = try await ended(
                try await life.host.startBacktest("alpha", long, by: HostLife.person).id, life)
            #expect(view.state == .failed && view.error?.contains("the simulator makes 31 days at most") == true)
            await #expect(throws: HostRefusal.conflict("the backtest \(view.id) is failed: it has no report")) {
                try await life.host.backtestReport(view.id, of: "alpha")
            }
            life.stop()
        }
    }
}
