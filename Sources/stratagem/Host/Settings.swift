import API
import Configuration
import Engine
import Journal
import Trading

/// What clients set of the host as a whole, beside limits: the journal keeps each by its name.
struct HostSettings {
    var mode = TradingMode.paper
    var signalThreshold = EngineSettings.standardSignalThreshold
    /// Fraction of the entry price at which positions of strategies are closed; nil = the strategies' own alone.
    var stopLoss: Rate?

    static let modeName = "trading.mode"
    static let signalThresholdName = "trading.signal_threshold"
    static let stopLossName = "risk.stop_loss"

    init() {}

    /// What another version wrote and this one cannot read is left at its default.
    init(_ records: [HostSettingRecord]) {
        for record in records {
            switch record.name {
            case HostSettings.modeName: mode = TradingMode(rawValue: record.value) ?? mode
            case HostSettings.signalThresholdName: signalThreshold = Rate(record.value) ?? signalThreshold
            case HostSettings.stopLossName: stopLoss = Rate(record.value).flatMap(HostSettings.limit)
            default: break
            }
        }
    }

    /// 1 stands for none.
    static func limit(_ rate: Rate) -> Rate? { rate > .zero && rate < .one ? rate : nil }
}

extension RunningHost {
    func engineSettings() async throws(HostRefusal) -> EngineSettings {
        try await ask { core throws(HostRefusal) in core.engineSettings }
    }

    func faults(of change: EngineSettingsChange) async throws(HostRefusal) -> [RequestFault] {
        try await ask { core throws(HostRefusal) in
            core.faults(of: change)
                + (change.mode == .live ? [RequestFault(path: "trading.mode", message: HostCore.noVenue)] : [])
        }
    }

    func change(_ change: EngineSettingsChange, by requester: Requester) async throws(HostRefusal) -> EngineSettings {
        try await ask(.required) { core throws(HostRefusal) in try core.change(change, by: requester) }
    }

    func setMode(_ mode: TradingMode, balance: Money?, by requester: Requester) async throws(HostRefusal) -> Money {
        try await ask(.required) { core throws(HostRefusal) in
            try core.setMode(mode, by: requester)
            if let balance { try core.resetAccount(0, balance: balance, by: requester) }
            return core.engine.openingBalance(account: 0)
        }
    }
}

extension HostCore {
    static let noVenue = "live trading is not configured: there is no venue"

    /// Document 002 knows one portfolio: the first account.
    var engineSettings: EngineSettings {
        let limits = limitsView(0)
        return EngineSettings(
            mode: settings.mode, maxPositionSize: limits.maxPositionSize, signalThreshold: settings.signalThreshold,
            maxDrawdown: limits.maxDrawdown, stopLoss: settings.stopLoss ?? .one)
    }

    /// What is in force already may be said again, whatever the ceiling.
    func faults(of change: EngineSettingsChange) -> [RequestFault] {
        let ceiling = host.trading.maxPositionSizeCeiling
        guard let size = change.maxPositionSize, size > ceiling, size != engineSettings.maxPositionSize else {
            return []
        }
        return [
            RequestFault(path: "trading.max_position_size", message: "Value exceeds maximum allowed (\(ceiling))")
        ]
    }

    func change(
        _ change: EngineSettingsChange, by requester: Requester, reason: String = "PUT /config"
    ) throws(HostRefusal) -> EngineSettings {
        let faults = faults(of: change)
        guard faults.isEmpty else { throw .invalid(faults) }
        if let mode = change.mode { try setMode(mode, by: requester) }
        let old = engineSettings
        var limits = LimitChange()
        limits.maxPositionSize = change.maxPositionSize == old.maxPositionSize ? nil : change.maxPositionSize
        limits.maxDrawdown = change.maxDrawdown == old.maxDrawdown ? nil : change.maxDrawdown
        limits.reason = reason
        if !limits.allValues.isEmpty { _ = try setLimits(limits, by: requester) }
        if let threshold = change.signalThreshold, threshold != old.signalThreshold {
            settings.signalThreshold = threshold
            note(HostSettings.signalThresholdName, threshold.description, by: requester)
        }
        if let loss = change.stopLoss, loss != old.stopLoss {
            settings.stopLoss = HostSettings.limit(loss)
            note(HostSettings.stopLossName, loss.description, by: requester)
            for slot in strategies.indices { protect(slot) }
        }
        return engineSettings
    }

    /// The mode's name, durably. Live needs a venue, and there is none.
    func setMode(_ mode: TradingMode, by requester: Requester) throws(HostRefusal) {
        guard mode != .live else { throw .unavailable(HostCore.noVenue) }
        guard mode != settings.mode else { return }
        settings.mode = mode
        note(HostSettings.modeName, mode.rawValue, by: requester)
    }

    /// Keeps a setting, and writes down who made it.
    func note(_ name: String, _ value: String, by requester: Requester) {
        notes.append(
            .setting(
                HostSettingRecord(
                    name: name, value: value, changedBy: requester.user,
                    time: Timestamp(nanoseconds: WallClock.now))))
        audit("settings.change", name, by: requester, ["value": value])
    }

    // MARK: Protection

    /// A strategy's own terms, and what is set over them: of several distances the smallest.
    func protection(_ slot: Int, _ own: ProtectionTerms) -> ProtectionTerms {
        let session = sessions.running?.terms(of: strategies[slot].id) ?? SessionTerms()
        return own.tighter(ProtectionTerms(stopLoss: settings.stopLoss)).tighter(session.protection)
    }

    /// Brings a strategy's stops and targets to what is in force.
    func protect(_ slot: Int) {
        guard let risk = strategies[slot].configuration?.risk else { return }
        engine.setProtection(strategy: slot, protection(slot, ProtectionTerms(risk)))
    }
}
