import API
import Configuration
import Journal
import MarketData
import Trading

// Trading sessions for clients. To start or end one takes several commands, and only one client at a time does so.

extension RunningHost {
    func startSession(_ request: TradingSessionRequest, by requester: Requester) async throws(HostRefusal)
        -> TradingSessionView
    {
        let entry = try await ask { core throws(HostRefusal) in
            var wanted = request
            let running = try core.enterSessions(&wanted, by: requester)
            return (running: running, wanted: wanted)
        }
        if let running = entry.running { return running.view }
        do throws(HostRefusal) {
            let session = try await start(entry.wanted, by: requester)
            await onEngine { $0.leaveSessions() }
            return session.view
        } catch {
            await onEngine { $0.leaveSessions() }
            throw error
        }
    }

    private func start(_ request: TradingSessionRequest, by requester: Requester) async throws(HostRefusal)
        -> TradingSession
    {
        // What can be refused is refused before the session that runs is ended.
        if request.kind == .backtest { try await checkData(request) }
        let old = try await ask { core throws(HostRefusal) in core.sessions.running }
        if let old { _ = try await end(old, as: .stopped, by: requester) }
        let session = try await ask(.required) { core throws(HostRefusal) in
            try core.openSession(request, by: requester)
        }
        do throws(HostRefusal) {
            for member in session.members { try await bind(member.strategy, request.symbols, by: requester) }
            try await ask(.required) { core throws(HostRefusal) in
                for member in session.members where !member.wasEnabled {
                    _ = try core.switchStrategy(member.strategy, on: true, by: requester)
                }
                if request.kind == .backtest { try core.startBacktest(of: session) }
            }
        } catch {
            _ = try? await end(session, as: .failed, by: requester, problem: error.text)
            throw error
        }
        return session
    }

    private func bind(_ strategy: String, _ instruments: [String], by requester: Requester) async throws(HostRefusal) {
        let plan = try await ask { core throws(HostRefusal) in try core.bindingPlan(strategy, instruments) }
        if let plan { _ = try await replace(plan, by: requester) }
    }

    func stopSession(_ id: String, by requester: Requester) async throws(HostRefusal) -> TradingSessionView {
        let running = try await ask { core throws(HostRefusal) -> TradingSession? in
            guard let running = core.sessions.running, running.id == id else { return nil }
            guard !core.sessions.isBusy else { throw .conflict("a session is being started or ended; try again") }
            core.sessions.isBusy = true
            return running
        }
        guard let running else {
            let ended = try await stored(id)
            throw .conflict("the session \(id) has ended already: \(ended.state.rawValue)")
        }
        do throws(HostRefusal) {
            let isWhole = running.request.kind == .collect
            let session = try await end(running, as: isWhole ? .completed : .stopped, by: requester)
            await onEngine { $0.leaveSessions() }
            return session.view
        } catch {
            await onEngine { $0.leaveSessions() }
            throw error
        }
    }

    /// Its strategies are what they were before, what it recorded is on the disk, and its backtest has ended.
    private func end(
        _ running: TradingSession, as state: TradingSessionView.State, by requester: Requester, problem: String? = nil
    ) async throws(HostRefusal) -> TradingSession {
        var session = running
        for member in session.members {
            try await ask(.required) { core throws(HostRefusal) in try core.release(member, by: requester) }
            let isOurs = try await ask { core throws(HostRefusal) in core.holds(member, running) }
            if isOurs { try await bind(member.strategy, member.instruments, by: requester) }
        }
        let work = try await ask { core throws(HostRefusal) in core.takeSessionWork() }
        work.backtest?.cancel()
        if let recorder = work.recorder {
            let end = await closed(recorder)
            session = session.collected(recorder, end)
        }
        return try await ask(.required) { [session] core throws(HostRefusal) in
            guard core.sessions.running?.id == session.id else {
                throw .conflict("the session \(session.id) has ended already")
            }
            return core.closeSession(session, as: state, by: requester, problem: problem)
        }
    }

    private func closed(_ recorder: SessionRecorder) async -> SessionRecorder.End {
        let end = try? await BlockingWork.run { recorder.close() }
        return end ?? SessionRecorder.End(notice: "", problem: nil)
    }

    // MARK: What was

    func session(_ id: String) async throws(HostRefusal) -> TradingSessionView {
        let running = try await ask { core throws(HostRefusal) in core.runningSession }
        if let running, running.id == id { return running.view }
        return try await stored(id).view
    }

    func sessions(limit: Int) async throws(HostRefusal) -> [TradingSessionView] {
        let records = try await read { try $0.tradingSessions(kind: nil, limit: limit) }
        let running = try await ask { core throws(HostRefusal) in core.runningSession }
        return records.compactMap { $0.id == running?.id ? running?.view : TradingSession($0)?.view }
    }

    private func stored(_ id: String) async throws(HostRefusal) -> TradingSession {
        guard let record = try await read({ try $0.tradingSession(id) }), let session = TradingSession(record) else {
            throw .unknown(kind: "session", id: id)
        }
        return session
    }

    private func read<T: Sendable>(_ query: @escaping @Sendable (Journal) throws -> T) async throws(HostRefusal) -> T {
        do {
            return try await BlockingWork.run { [journal] in try query(journal) }
        } catch {
            throw .unavailable("the journal cannot be read: \(error)")
        }
    }

    func dataSessions(limit: Int) async throws(HostRefusal) -> (sessions: [DataSessionView], count: Int) {
        let kind = SessionKind.collect.rawValue
        let (records, count) = try await read {
            (try $0.tradingSessions(kind: kind, limit: limit), try $0.tradingSessionCount(kind: kind))
        }
        return try await ask { core throws(HostRefusal) in
            let running = core.runningSession
            let sessions = records.compactMap { record in
                running?.id == record.id ? running : TradingSession(record)
            }
            return (sessions.map(core.dataView), count)
        }
    }

    /// A backtest needs a recording that has ended and has its symbols.
    private func checkData(_ request: TradingSessionRequest) async throws(HostRefusal) {
        let id = request.dataSession ?? ""
        let data = try await stored(id)
        guard data.request.kind == .collect else { throw .conflict("the session \(id) did not collect data") }
        guard data.state != .running else { throw .conflict("the session \(id) still collects data; stop it first") }
        let missing = request.symbols.filter { !data.request.symbols.contains($0) }
        guard missing.isEmpty else {
            throw .invalid("symbols", "the session \(id) has no data of \(missing.joined(separator: ", "))")
        }
        guard request.symbols.count * request.strategies.count <= SessionBacktest.runsMax else {
            throw .invalid("symbols", "makes more than \(SessionBacktest.runsMax) runs with these strategies")
        }
        try await ask { core throws(HostRefusal) in
            guard RecordingReader.isRecording(DataCollection.path(core.dataPath, id)) else {
                throw .conflict("the recording of the session \(id) is gone")
            }
        }
    }
}

extension HostCore {
    /// With what it has recorded up to now.
    var runningSession: TradingSession? {
        guard var session = sessions.running else { return nil }
        if let collection = sessions.collection { session.records = UInt64(collection.recorder.counts().records) }
        if let backtest = sessions.backtest { session.runs = backtest.runs }
        return session
    }

    /// A strategy that the session switched on is switched off.
    func release(_ member: TradingSession.Member, by requester: Requester) throws(HostRefusal) {
        guard !member.wasEnabled, let slot = strategies.firstIndex(where: { $0.id == member.strategy }),
            strategies[slot].configuration?.enabled == true
        else { return }
        _ = try switchStrategy(member.strategy, on: false, by: requester)
    }

    /// The strategy is still bound to the session's symbols: nobody has changed that in between.
    func holds(_ member: TradingSession.Member, _ session: TradingSession) -> Bool {
        guard let record = strategies.first(where: { $0.id == member.strategy }), record.plugin != nil else {
            return false
        }
        return record.configuration?.instruments == session.request.symbols
    }

    /// What runs beside the engine for the session; the caller ends it.
    func takeSessionWork() -> (recorder: SessionRecorder?, backtest: SessionBacktest?) {
        defer { sessions.collection = nil }
        return (sessions.collection?.recorder, sessions.backtest)
    }

    func dataView(_ session: TradingSession) -> DataSessionView {
        let end = session.endedAt ?? Timestamp(nanoseconds: WallClock.now)
        let seconds = (end.nanoseconds - session.startedAt.nanoseconds) / Timestamp.nanosecondsPerSecond
        var types: [String] = []
        let kinds = session.request.symbols.compactMap { instrument($0) }.map { universe.feeds[$0] }
        if kinds.contains(where: { !$0.intersection([.trades, .quotes]).isEmpty }) { types.append("tick_prices") }
        if kinds.contains(where: { $0.contains(.depth) }) { types.append("orderbook") }
        if kinds.contains(where: { $0.contains(.bars) }) { types.append("candles") }
        return DataSessionView(session: session.view, dataTypes: types, seconds: Int(max(0, seconds)))
    }

    /// Runs the session's strategies over what another one recorded, beside the engine.
    func startBacktest(of session: TradingSession) throws(HostRefusal) {
        guard let post = beside, let data = session.request.dataSession else {
            throw .unavailable("nothing can run beside the engine here")
        }
        let backtest = SessionBacktest(
            session.request, program: backtestProgram, strategies: folderPath, data: dataPath,
            recording: DataCollection.path(dataPath, data), name: session.id)
        sessions.backtest = backtest
        post {
            let problem = backtest.run()
            return { core in core.finish(backtest, of: session, problem) }
        }
    }

    private func finish(_ backtest: SessionBacktest, of session: TradingSession, _ problem: String?) {
        // One that was cancelled is closed by whoever did so.
        guard sessions.backtest === backtest, !backtest.isCancelled, var running = sessions.running,
            running.id == session.id
        else { return }
        running.runs = backtest.runs
        let failed = problem ?? running.runs.first { $0.problem != nil }.map { _ in "some runs failed; see results" }
        _ = closeSession(
            running, as: failed == nil ? .completed : .failed, by: HostCore.sessionOperator, problem: failed)
    }
}
