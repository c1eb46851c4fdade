import API
import Synchronization
import Trading

/// Signals as a test wants them, and what was asked for.
struct SignalScript: Sendable {
    var latest: [SignalView] = []
    var page = SignalPage(signals: [], count: 0)
    var performance = SignalPerformanceView(horizonSeconds: 3600)
    var requests: [SignalRequest] = []
    var tests: [TestSignalRequest] = []
    var queries: [SignalQuery] = []
}

extension ScriptedHost {
    private func made() throws(HostRefusal) -> SignalView {
        guard let signal = script.withLock({ $0.signals.latest.first }) else { throw .unavailable("no price yet") }
        return signal
    }

    func latestSignals(accounts: [String]?) async throws(HostRefusal) -> [SignalView] {
        script.withLock { $0.signals.latest }
    }
    func generateSignal(_ request: SignalRequest, by requester: Requester) async throws(HostRefusal)
        -> GeneratedSignalView
    {
        script.withLock { $0.signals.requests.append(request) }
        var generated = GeneratedSignalView(signal: try made())
        generated.gaps = [
            .init(isBullish: true, bottom: .one, top: .one, time: Timestamp(nanoseconds: 0))
        ]
        return generated
    }
    func testSignal(_ request: TestSignalRequest, by requester: Requester) async throws(HostRefusal) -> SignalView {
        script.withLock { $0.signals.tests.append(request) }
        return try made()
    }
    func signals(_ query: SignalQuery) async throws(HostRefusal) -> SignalPage {
        script.withLock { script in
            script.signals.queries.append(query)
            return script.signals.page
        }
    }
    func signalPerformance() async throws(HostRefusal) -> SignalPerformanceView {
        script.withLock { $0.signals.performance }
    }
}
