import API
import Configuration
import Engine
import Journal
import Trading

// The bridge as clients see it.

extension RunningHost {
    func bridgeStatus() async throws(HostRefusal) -> BridgeStatusView {
        try await ask { core throws(HostRefusal) in core.bridgeStatus }
    }

    func configureBridge(_ change: BridgeChange, by requester: Requester) async throws(HostRefusal)
        -> BridgeConfigurationView
    {
        try await ask(.required) { core throws(HostRefusal) in try core.configureBridge(change, by: requester) }
    }

    func deadLetters(_ query: DeadLetterQuery) async throws(HostRefusal) -> DeadLetterPage {
        let (filter, names, common) = try await ask { core throws(HostRefusal) in
            var filter = SignalFilter(page: HistoryPage(limit: query.limit, offset: query.offset))
            filter.bridge = .dead
            let common = core.accounts[core.bridge.account].id
            if let accounts = query.accounts {
                filter.accounts = core.hostNames.accountIndices(accounts)
                filter.includesCommon = accounts.contains(common)
            }
            return (filter, core.hostNames, common)
        }
        let found = try await stored { journal in try journal.signals(filter) }
        return DeadLetterPage(letters: found.signals.map { names.letter($0, common) }, count: found.count)
    }
}

extension HostNames {
    fileprivate func letter(_ record: SignalRecord, _ common: String) -> DeadLetterView {
        DeadLetterView(
            signal: view(of: record), account: record.account.map { account(Int32($0)) } ?? common,
            attempts: record.bridging.attempts, failedAt: record.bridging.endedAt,
            rules: record.bridging.rule.split(separator: " ").map(String.init), reason: record.bridging.reason)
    }
}

/// The bridge as a client left it.
struct BridgeSwitch: Codable, Equatable {
    var isOn: Bool
    /// Of a rate.
    var riskLimit: Int64
    /// Of host.yaml when the change was made: the file wins when it has changed since.
    var fileHash: String

    static let settingName = "bridge"
}

extension Bridge {
    /// As host.yaml has it, or as a client left it since.
    init(_ start: HostStart) {
        let settings = start.wiring.host.bridge
        let account = start.wiring.setup.accounts.firstIndex { $0.id == settings.account } ?? 0
        self.init(settings, account: account)
        guard let record = start.recovered.hostSettings.last(where: { $0.name == BridgeSwitch.settingName }),
            let kept: BridgeSwitch = JournalText.decode(record.value),
            kept.fileHash == FileHash.sha256(start.folderPath + "/host.yaml")
        else { return }
        isOn = kept.isOn
        riskLimit = Rate(raw: kept.riskLimit)
    }
}

extension HostCore {
    var bridgeStatus: BridgeStatusView {
        var status = BridgeStatusView()
        let tally = signals.bridged
        status.isEnabled = bridge.isOn
        status.queueDepth = tally.waiting
        status.processingRate = bridge.rate(processed: tally.processed, clock: MonotonicClock.now)
        status.averageProcessingSeconds = bridge.averageSeconds
        (status.passed, status.sent, status.failed) = (tally.passed, tally.sent, tally.dead)
        status.pendingTrades = trades.trades.count { trade in
            trade.channel == HostCore.bridgeRequester.channel && !trade.isEntryDone
        }
        status.lastProcessedAt = tally.lastEndedAt
        return status
    }

    private var bridgeConfiguration: BridgeConfigurationView {
        let settings = engineSettings
        return BridgeConfigurationView(
            isEnabled: bridge.isOn, signalThreshold: settings.signalThreshold,
            maxPositionSize: settings.maxPositionSize, riskLimit: bridge.riskLimit)
    }

    /// All of it or nothing. Threshold and position size are those of /config.
    func configureBridge(_ change: BridgeChange, by requester: Requester) throws(HostRefusal) -> BridgeConfigurationView
    {
        var settings = EngineSettingsChange()
        settings.signalThreshold = change.signalThreshold
        settings.maxPositionSize = change.maxPositionSize
        let faults = faults(of: settings)
        guard faults.isEmpty else {
            throw .invalid(faults.map { RequestFault(path: "max_position_size", message: $0.message) })
        }
        _ = try self.change(settings, by: requester, reason: "POST /bridge/configure")
        let old = (bridge.isOn, bridge.riskLimit)
        if let limit = change.riskLimit { bridge.riskLimit = limit }
        if let isOn = change.isEnabled { bridge.isOn = isOn }
        if old != (bridge.isOn, bridge.riskLimit) {
            let kept = BridgeSwitch(
                isOn: bridge.isOn, riskLimit: bridge.riskLimit.raw,
                fileHash: FileHash.sha256(folderPath + "/host.yaml"))
            note(BridgeSwitch.settingName, JournalText.encode(kept), by: requester)
        }
        return bridgeConfiguration
    }
}
