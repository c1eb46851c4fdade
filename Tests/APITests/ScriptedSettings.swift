import API
import Synchronization
import Trading

/// What a scripted host is set to, and the list of its market.
struct SettingsScript: Sendable {
    var settings = EngineSettings(
        mode: .paper, maxPositionSize: .one, signalThreshold: EngineSettings.standardSignalThreshold,
        maxDrawdown: .one, stopLoss: .one)
    var faults: [RequestFault] = []
    var changes: [EngineSettingsChange] = []
    var symbols: [ExchangeSymbolView] = []
    var areSymbolsComplete = true
}

extension ScriptedHost {
    func engineSettings() async throws(HostRefusal) -> EngineSettings { script.withLock { $0.settings.settings } }

    func faults(of change: EngineSettingsChange) async throws(HostRefusal) -> [RequestFault] {
        script.withLock { $0.settings.faults }
    }

    func change(_ change: EngineSettingsChange, by requester: Requester) async throws(HostRefusal) -> EngineSettings {
        try script.withLock { script throws(HostRefusal) in
            guard change.mode != .live else { throw .unavailable("there is no venue") }
            script.settings.changes.append(change)
            return script.settings.settings
        }
    }

    func setMode(_ mode: TradingMode, balance: Money?, by requester: Requester) async throws(HostRefusal) -> Money {
        var change = EngineSettingsChange()
        change.mode = mode
        _ = try await self.change(change, by: requester)
        return balance ?? Money(raw: 7 * 100_000_000)
    }

    func exchangeSymbols() async throws(HostRefusal) -> (symbols: [ExchangeSymbolView], isComplete: Bool) {
        script.withLock { ($0.settings.symbols, $0.settings.areSymbolsComplete) }
    }
}
