import API
import Synchronization
import Trading

/// Backtests of a scripted host: every request is answered with one that waits.
struct BacktestScript: Sendable {
    var requests: [BacktestRequest] = []
    var kept: [BacktestView] = []
}

extension ScriptedHost {
    func startBacktest(_ strategy: String, _ request: BacktestRequest, by requester: Requester)
        async throws(HostRefusal) -> BacktestView
    {
        script.withLock { script in
            script.backtests.requests.append(request)
            return BacktestView(
                id: "bt_1", strategy: strategy, account: "paper", state: .queued, instruments: request.instruments,
                from: request.from, to: request.to, createdAt: Timestamp(nanoseconds: 1_737_196_200_000_000_000))
        }
    }

    func backtests(of strategy: String) async throws(HostRefusal) -> [BacktestView] {
        recentBacktests().filter { $0.strategy == strategy }
    }

    func backtest(_ id: String, of strategy: String) async throws(HostRefusal) -> BacktestView {
        guard let found = recentBacktests().first(where: { $0.id == id && $0.strategy == strategy }) else {
            throw .unknown(kind: "backtest", id: id)
        }
        return found
    }

    func cancelBacktest(_ id: String, of strategy: String, by requester: Requester) async throws(HostRefusal)
        -> BacktestView
    {
        var view = try await backtest(id, of: strategy)
        view.state = .failed
        view.error = "cancelled by \(requester.user)"
        return view
    }

    func backtestReport(_ id: String, of strategy: String) async throws(HostRefusal) -> String {
        "<!DOCTYPE html><p>\(try await backtest(id, of: strategy).id)"
    }

    func recentBacktests() -> [BacktestView] { script.withLock { $0.backtests.kept } }
}
