import API
import Configuration
import Engine
import Journal
import MarketData
import Trading

/// The trading session that runs, of which there is one at most.
struct SessionBook {
    var running: TradingSession?
    /// One is being started or ended, which takes several commands.
    var isBusy = false
    private(set) var lastNumber: UInt64
    var collection: DataCollection?
    var backtest: SessionBacktest?

    init(running: TradingSession?, lastNumber: UInt64) {
        self.running = running
        self.lastNumber = lastNumber
    }

    mutating func nextNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }
}

extension HostStart {
    /// The one that ran when the host before ended.
    static func session(_ recovered: Recovery, _ notices: inout [String]) -> TradingSession? {
        guard let record = recovered.runningSessions.last else { return nil }
        guard let session = TradingSession(record) else {
            notices.append("the trading session \(record.id) cannot be read and does not go on")
            return nil
        }
        return session
    }
}

extension TradingSession {
    /// Its strategies are what the session made them, whatever their files say.
    func apply(to folder: inout StrategiesFolder) {
        guard request.kind == .paper else { return }
        for index in folder.strategies.indices {
            guard members.contains(where: { $0.strategy == folder.strategies[index].id }) else { continue }
            folder.strategies[index].instruments = request.symbols
            folder.strategies[index].enabled = true
        }
    }
}

extension HostCore {
    // MARK: Start

    /// Judges a request: the session that runs, where it is the one that is asked for; else nil, and nobody else can start or
    /// end one until `leaveSessions`.
    func enterSessions(_ request: inout TradingSessionRequest, by requester: Requester) throws(HostRefusal)
        -> TradingSession?
    {
        try check(&request)
        guard !sessions.isBusy else { throw .conflict("a session is being started or ended; try again") }
        guard !isClosing else { throw .unavailable("the host is stopping") }
        if request.isIdempotent, let running = sessions.running, running.isOf(request) { return running }
        if let running = sessions.running, let own = request.accounts, !mayEnd(running, own, requester) {
            throw .conflict("a session runs that is not yours to end: one runs at a time")
        }
        sessions.isBusy = true
        return nil
    }

    /// `own`: the accounts that the requester trades on. What trades on none belongs to who started it.
    private func mayEnd(_ session: TradingSession, _ own: [String], _ requester: Requester) -> Bool {
        guard session.request.kind == .paper else { return session.startedBy == requester.user }
        return accounts(ofStrategies: session.request.strategies).allSatisfy(own.contains)
    }

    func leaveSessions() { sessions.isBusy = false }

    private func check(_ request: inout TradingSessionRequest) throws(HostRefusal) {
        var faults = request.budgetFaults
        var symbols: [String] = []
        for (place, name) in request.symbols.enumerated() {
            guard let index = instrument(name) else {
                faults.append(.unknownInstrument("symbols.\(place)", name))
                continue
            }
            let id = universe.instruments[index].id
            if !symbols.contains(id) { symbols.append(id) }
        }
        request.symbols = symbols
        var strategies: [String] = []
        for id in request.strategies where !strategies.contains(id) { strategies.append(id) }
        request.strategies = strategies
        for id in strategies {
            guard let configuration = self.strategies.first(where: { $0.id == id })?.configuration else { continue }
            for symbol in symbols where request.kind == .paper && !configuration.isCapable(of: symbol) {
                faults.append(
                    RequestFault(path: "symbols", message: "capabilities.instruments of \(id) does not list \(symbol)"))
            }
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        var slots: [Int] = []
        for id in strategies {
            if let broken = neverWired.first(where: { $0.id == id }) {
                throw .conflict("\(id) is faulted: \(broken.problem ?? "")")
            }
            slots.append(try wired(id))
        }
        for slot in slots where [.faulted, .quarantined].contains(state(slot)) && request.kind == .paper {
            throw .conflict("\(self.strategies[slot].id) is \(state(slot).rawValue): \(problem(slot) ?? "")")
        }
        guard request.kind != .live else { throw .unavailable(HostCore.noVenue) }
    }

    /// The session is in force from here on: its limits hold before any of its strategies trades for it.
    func openSession(_ request: TradingSessionRequest, by requester: Requester) throws(HostRefusal) -> TradingSession {
        let time = Timestamp(nanoseconds: WallClock.now)
        let number = sessions.nextNumber()
        var session = TradingSession(
            number: number, id: TradingSession.id(request.kind, number, at: time), request: request,
            startedBy: requester.user, startedAt: time)
        if request.kind == .paper {
            let budgets = request.budgets
            for id in request.strategies {
                let slot = try wired(id)
                session.members.append(
                    TradingSession.Member(
                        strategy: id, instruments: strategies[slot].configuration?.instruments ?? [],
                        wasEnabled: strategies[slot].configuration?.enabled == true,
                        budget: budgets[id]?.description))
            }
        }
        if request.kind == .collect { sessions.collection = try collection(of: session) }
        sessions.running = session
        reviewTerms(of: session)
        sessionNews.append(news(of: session, isStarted: true, at: time))
        notes.append(.tradingSession(session.record))
        audit(
            "session.start", session.id, by: requester,
            [
                "type": request.kind.rawValue, "symbols": request.symbols.joined(separator: " "),
                "strategies": request.strategies.joined(separator: " "), "request": session.record.requestJSON,
            ])
        return session
    }

    private func collection(of session: TradingSession) throws(HostRefusal) -> DataCollection {
        let path = DataCollection.path(dataPath, session.id)
        let folder = DataCollection.folder(dataPath)
        if let obstacle = DataCollection.folderObstacle(folder) { throw .unavailable(obstacle) }
        do {
            let recorder = try SessionRecorder(path, universe, start: marketTime, goesOn: true)
            return DataCollection(
                recorder, instruments: session.request.symbols.compactMap { instrument($0) },
                of: universe.instruments.count)
        } catch {
            throw .unavailable("the recording cannot be made: \(error)")
        }
    }

    private func reviewTerms(of session: TradingSession) {
        for member in session.members {
            guard let slot = strategies.firstIndex(where: { $0.id == member.strategy }) else { continue }
            keepLimits(strategy: slot)
            protect(slot)
        }
    }

    /// What gives a strategy these instruments, and no memory of others; nil = it has them, or no code.
    func bindingPlan(_ id: String, _ instruments: [String]) throws(HostRefusal) -> StrategyPlan? {
        let slot = try wired(id)
        let indices = instruments.compactMap { instrument($0) }
        let record = strategies[slot]
        guard var configuration = record.configuration, let plugin = record.plugin, indices != record.instruments
        else { return nil }
        configuration.instruments = indices.map { universe.instruments[$0].id }
        var plan = plan(slot, configuration, plugin)
        plan.override = record.override
        plan.memory = .discard
        plan.instruments = indices
        plan.timeframe = universe.timeframe(configuration.timeframe, of: indices)
        plan.terms = terms(slot, configuration, indices, plan.timeframe)
        return plan
    }

    // MARK: End

    /// Ends the session's record; what it put over its strategies' limits is gone.
    func closeSession(
        _ session: TradingSession, as state: TradingSessionView.State, by requester: Requester, problem: String? = nil
    ) -> TradingSession {
        var ended = session
        ended.state = state
        ended.problem = problem ?? session.problem
        ended.endedAt = Timestamp(nanoseconds: WallClock.now)
        if sessions.running?.id == session.id {
            sessions.running = nil
            sessions.backtest = nil
            sessions.collection = nil
            reviewTerms(of: session)
        }
        notes.append(.tradingSession(ended.record))
        sessionNews.append(news(of: ended, isStarted: false, at: ended.endedAt ?? ended.startedAt))
        audit("session.stop", ended.id, by: requester, ["state": state.rawValue, "problem": ended.problem ?? ""])
        return ended
    }

    /// What clients hear that see the accounts of its strategies.
    private func news(of session: TradingSession, isStarted: Bool, at time: Timestamp) -> SessionNews {
        var news = SessionNews(
            isStarted: isStarted, id: session.id, type: session.request.kind.rawValue,
            symbols: session.request.symbols, time: time)
        news.accounts = accounts(ofStrategies: session.request.strategies)
        return news
    }

    /// Who ends a session that comes to its end by itself.
    static let sessionOperator = Requester(user: "", channel: "host")

    /// After a restart: what was collected goes on in the same file, a backtest begins anew.
    func resumeSession() {
        guard let session = sessions.running else { return }
        do throws(HostRefusal) {
            switch session.request.kind {
            case .collect: sessions.collection = try collection(of: session)
            case .backtest: try startBacktest(of: session)
            case .paper, .live: break
            }
        } catch {
            _ = closeSession(session, as: .failed, by: HostCore.sessionOperator, problem: error.text)
        }
    }

    /// A recording that has become too large, or too large for the disk, ends.
    func tendCollection() {
        guard let collection = sessions.collection, let session = sessions.running, !sessions.isBusy, let beside,
            let obstacle = collection.obstacle(in: DataCollection.folder(dataPath))
        else { return }
        sessions.collection = nil
        let recorder = collection.recorder
        beside {
            let end = recorder.close()
            return { core in
                guard core.sessions.running?.id == session.id else { return }
                _ = core.closeSession(
                    session.collected(recorder, end), as: .completed, by: HostCore.sessionOperator, problem: obstacle)
            }
        }
    }
}

extension TradingSession {
    /// The same as is asked for.
    func isOf(_ request: TradingSessionRequest) -> Bool {
        var wanted = request
        wanted.isIdempotent = self.request.isIdempotent
        wanted.accounts = self.request.accounts
        return wanted == self.request
    }

    /// With what a recorder that was closed has written.
    func collected(_ recorder: SessionRecorder, _ end: SessionRecorder.End) -> TradingSession {
        var session = self
        let counts = recorder.counts()
        session.records = UInt64(counts.records)
        if let problem = end.problem { session.problem = problem.what }
        if counts.dropped > 0, session.problem == nil {
            session.problem = "\(counts.dropped) records were lost: the disk did not keep up"
        }
        return session
    }
}
