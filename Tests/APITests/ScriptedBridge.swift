import API
import Synchronization
import Trading

/// The bridge as a test wants it, and what was asked for.
struct BridgeScript: Sendable {
    var status = BridgeStatusView()
    var configuration = BridgeConfigurationView(
        isEnabled: false, signalThreshold: EngineSettings.standardSignalThreshold, maxPositionSize: .one,
        riskLimit: Rate(raw: 150_000_000))
    var letters = DeadLetterPage(letters: [], count: 0)
    var changes: [BridgeChange] = []
    var queries: [DeadLetterQuery] = []
}

extension ScriptedHost {
    func bridgeStatus() async throws(HostRefusal) -> BridgeStatusView { script.withLock { $0.bridge.status } }
    func configureBridge(_ change: BridgeChange, by requester: Requester) async throws(HostRefusal)
        -> BridgeConfigurationView
    {
        script.withLock { script in
            script.bridge.changes.append(change)
            return script.bridge.configuration
        }
    }
    func deadLetters(_ query: DeadLetterQuery) async throws(HostRefusal) -> DeadLetterPage {
        script.withLock { script in
            script.bridge.queries.append(query)
            return script.bridge.letters
        }
    }
}
