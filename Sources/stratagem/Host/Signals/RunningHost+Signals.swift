import API
import Configuration
import Features
import Journal
import Signals
import Trading

// Signals as clients ask for them.

extension RunningHost {
    func latestSignals(accounts: [String]?) async throws(HostRefusal) -> [SignalView] {
        let (records, names) = try await ask { core throws(HostRefusal) in
            let seen = accounts.map { core.hostNames.accountIndices($0) }
            let records = core.universe.instruments.indices.compactMap { core.signals.latest($0, accounts: seen) }
            return (records, core.hostNames)
        }
        return records.map { names.view(of: $0) }
    }

    func generateSignal(_ request: SignalRequest, by requester: Requester) async throws(HostRefusal)
        -> GeneratedSignalView
    {
        let source = try await read { core throws(HostRefusal) in
            guard let index = core.instrument(request.instrument) else {
                throw .invalid([.unknownInstrument(request.instrumentPath, request.instrument)])
            }
            return try core.signalSource(index, try core.signalModel(request.model), request.timeframe)
        }
        let draft = try await draft(source, request)
        let isMeasured = request.features.isEmpty && request.prices.isEmpty && request.price == nil
        let (record, names) = try await ask(.required) { core throws(HostRefusal) in
            (core.addSignal(draft.record(as: .request, isCounted: isMeasured)), core.hostNames)
        }
        return draft.view(names.view(of: record))
    }

    func testSignal(_ request: TestSignalRequest, by requester: Requester) async throws(HostRefusal) -> SignalView {
        let source = try await read { core throws(HostRefusal) in
            guard core.settings.mode != .live else { throw .forbidden("not while the mode is live") }
            guard let index = core.instrument(request.instrument) else {
                throw .invalid([.unknownInstrument("symbol", request.instrument)])
            }
            return try core.signalSource(index, SignalModel.rules, nil)
        }
        let draft = try await draft(source, nil, opinion: request.opinion)
        let (record, names) = try await ask(.required) { core throws(HostRefusal) in
            (
                core.addSignal(draft.record(as: .test, origin: request.scenario.rawValue, isCounted: false)),
                core.hostNames
            )
        }
        return names.view(of: record)
    }

    private func draft(_ source: SignalSource, _ request: SignalRequest?, opinion: Opinion? = nil)
        async throws(HostRefusal) -> SignalDraft
    {
        do {
            return try await BlockingWork.run { try SignalDraft(source, request, opinion: opinion) }
        } catch let refusal as HostRefusal {
            throw refusal
        } catch {
            throw .unavailable("the signal was not computed: \(error)")
        }
    }

    func signals(_ query: SignalQuery) async throws(HostRefusal) -> SignalPage {
        let (filter, names) = try await ask { core throws(HostRefusal) in
            var filter = SignalFilter(
                page: HistoryPage(from: query.from, to: query.to, limit: query.limit, offset: query.offset))
            if let name = query.instrument {
                guard let index = core.instrument(name) else {
                    throw .invalid([.unknownInstrument("instrument", name)])
                }
                filter.instrument = index
            }
            filter.accounts = query.accounts.map { core.hostNames.accountIndices($0) }
            filter.status = query.status.map(SignalRecord.Status.init)
            return (filter, core.hostNames)
        }
        let found = try await stored { journal in try journal.signals(filter) }
        return SignalPage(signals: found.signals.map { names.view(of: $0) }, count: found.count)
    }

    func signalPerformance() async throws(HostRefusal) -> SignalPerformanceView {
        let (now, horizon, names) = try await ask { core throws(HostRefusal) in
            (core.marketTime, core.host.signals.horizonSeconds, core.hostNames)
        }
        let day = Timestamp.nanosecondsPerDay
        let (week, month) = try await stored { journal in
            (try journal.signalTallies(since: now + -7 * day), try journal.signalTallies(since: now + -30 * day))
        }
        var view = SignalPerformanceView(horizonSeconds: horizon)
        view.week = SignalPerformanceView.Window(week)
        view.month = SignalPerformanceView.Window(month)
        let confidence = month.reduce(0) { $0 + $1.confidence }
        view.averageConfidence = view.month.decided == 0 ? 0 : confidence / Double(view.month.decided)
        view.undecided = month.reduce(0) { $0 + $1.undecided }
        view.unknown = month.reduce(0) { $0 + $1.unknown }
        view.bySymbol = month.filter { $0.decided > 0 }.map { tally in
            (names.symbol(tally.instrument), SignalPerformanceView.Window([tally]))
        }
        return view
    }

    func stored<T: Sendable>(_ read: @escaping @Sendable (Journal) throws -> T) async throws(HostRefusal) -> T {
        do {
            return try await BlockingWork.run { [journal] in try read(journal) }
        } catch {
            throw .unavailable("signals cannot be read from the journal: \(error)")
        }
    }
}

extension SignalPerformanceView.Window {
    fileprivate init(_ tallies: [SignalTally]) {
        self.init()
        right = tallies.reduce(0) { $0 + $1.right }
        decided = tallies.reduce(0) { $0 + $1.decided }
    }
}

extension SignalRecord.Status {
    fileprivate init(_ status: SignalView.Status) {
        self =
            switch status {
            case .pending: .pending
            case .executed: .executed
            case .cancelled: .cancelled
            }
    }
}

extension TestSignalRequest {
    fileprivate var opinion: Opinion {
        switch scenario {
        case .bullMarket: Opinion(direction: .buy, confidence: confidence, strength: confidence)
        case .bearMarket, .flashCrash: Opinion(direction: .sell, confidence: confidence, strength: -confidence)
        case .sideways, .highVolatility: Opinion(direction: .hold, confidence: confidence, strength: 0)
        }
    }
}

extension SignalDraft {
    /// With what the market looks like.
    fileprivate func view(_ signal: SignalView) -> GeneratedSignalView {
        var view = GeneratedSignalView(signal: signal)
        view.isConfirmedByVolume = isConfirmedByVolume
        guard let analysis else { return view }
        view.phase = analysis.phase.rawValue
        view.blocks = analysis.blocks.filter { $0.mitigated == nil }.map { block in
            GeneratedSignalView.Zone(
                isBullish: block.bias == .bullish, bottom: block.bottom, top: block.top, time: block.time)
        }
        view.gaps = analysis.gaps.filter { $0.filled == nil }.map { gap in
            GeneratedSignalView.Zone(isBullish: gap.bias == .bullish, bottom: gap.bottom, top: gap.top, time: gap.time)
        }
        return view
    }
}

extension HostNames {
    func accountIndices(_ ids: [String]) -> [Int] { ids.compactMap { accounts.firstIndex(of: $0) } }

    /// The short name where there is one.
    func symbol(_ instrument: Int) -> String {
        symbols.indices.contains(instrument) ? symbols[instrument] : "unknown"
    }

    func view(of record: SignalRecord) -> SignalView {
        let instrument = record.instrument
        var view = SignalView(
            id: SignalRecord.name(record.id),
            instrument: instruments.indices.contains(instrument) ? instruments[instrument] : "unknown",
            symbol: symbol(instrument), source: record.source.view, origin: record.origin,
            direction: record.direction.view, confidence: record.confidence, strength: record.strength,
            isUp: record.isUp, timeframe: record.timeframe, generatedAt: record.generatedAt, dueAt: record.dueAt)
        view.account = record.account.map { account(Int32($0)) }
        (view.entry, view.stop, view.target) = (record.entry, record.stop, record.target)
        view.riskReward = record.riskReward
        view.sentiment = record.sentiment
        view.featureCount = record.featureCount
        view.status = record.status.view
        view.executedAt = record.executedAt
        view.verdict = record.verdict.view
        if let detail: SignalDetail = JournalText.decode(record.detailJSON) {
            view.technical = detail.technical.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            view.reasons = detail.reasons.map { ($0.name, $0.share, $0.text) }
        }
        return view
    }
}

extension SignalRecord.Source {
    fileprivate var view: SignalView.Source {
        switch self {
        case .model: .model
        case .strategy: .strategy
        case .request: .request
        case .test: .test
        }
    }
}

extension SignalRecord.Direction {
    fileprivate var view: SignalView.Direction {
        switch self {
        case .buy: .buy
        case .sell: .sell
        case .hold: .hold
        }
    }
}

extension SignalRecord.Status {
    fileprivate var view: SignalView.Status {
        switch self {
        case .pending: .pending
        case .executed: .executed
        case .cancelled: .cancelled
        }
    }
}

extension SignalRecord.Verdict {
    fileprivate var view: SignalView.Verdict {
        switch self {
        case .undecided: .undecided
        case .right: .right
        case .wrong: .wrong
        case .unknown: .unknown
        }
    }
}
