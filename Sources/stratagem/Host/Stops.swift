import API
import Controls
import Engine
import Execution
import FoundationEssentials
import Journal
import Trading

/// Emergency stops, thrown and lifted. Several may cover an order: the strictest holds.
struct StopRegister {
    var stops: [StopView] = []
    var lastNumber: UInt64 = 0

    var active: [StopView] { stops.filter(\.isActive) }
    /// Lifted ones beyond these are in the journal only.
    static let keptMax = 500

    mutating func add(_ stop: StopView) {
        stops.append(stop)
        if stops.count > StopRegister.keptMax, let old = stops.firstIndex(where: { !$0.isActive }) {
            stops.remove(at: old)
        }
    }
}

extension HostCore {
    /// Throws a stop: it latches, acts on what works and is held, and says what it has affected.
    func throwStop(_ request: StopRequest, by requester: Requester) throws(HostRefusal) -> StopView {
        let scope = try scope(of: request)
        let affected = affected(by: scope)
        stops.lastNumber += 1
        engine.numberStops(from: stops.lastNumber + 1)
        var view = StopView(
            id: "stop-\(stops.lastNumber)", request: request, time: Timestamp(nanoseconds: WallClock.now),
            requester: requester, affected: affected)
        if request.isDrill {
            view.resolvedAt = view.time
            view.resolvedBy = requester.user
            view.resolution = "a drill: nothing was stopped"
        }
        keep(view, in: scope)
        return withRemaining(view)
    }

    /// Writes a stop down, and enforces it unless it is a drill.
    func keep(_ stop: StopView, in scope: StopScope) {
        note(stop)
        guard stop.isActive, let thrown = stop.emergencyStop(in: scope) else { return }
        engine.throwStop(thrown)
        cancelWaitingTrades(of: stop, in: scope)
        guard ![HostCore.pauseChannel, HostCore.closeChannel].contains(stop.requester.channel) else { return }
        alerts.raise(.stopThrown(stop), of: accounts(of: stop.request), at: engine.now)
    }

    func note(_ stop: StopView) {
        stops.add(stop)
        notes.append(.stop(StopRecord(stop)))
        audit(
            stop.request.isDrill ? "emergency-drill" : "emergency-stop", stop.id, by: stop.requester,
            ["scope": stop.request.scope.rawValue, "reason": stop.request.reason])
    }

    /// Writes down that a stop has ended by itself.
    func resolve(_ id: String, _ resolution: String, by requester: Requester) {
        guard let index = stops.stops.firstIndex(where: { $0.id == id && $0.isActive }) else { return }
        stops.stops[index].resolvedAt = wallTime
        stops.stops[index].resolvedBy = requester.user
        stops.stops[index].resolution = resolution
        notes.append(.stop(StopRecord(stops.stops[index])))
        audit("emergency-release", id, by: requester, ["reason": resolution])
    }

    func releaseStop(_ id: String, reason: String, authorizedBy: String, by requester: Requester)
        throws(HostRefusal) -> StopView
    {
        guard let index = stops.stops.firstIndex(where: { $0.id == id }) else { throw .unknown(kind: "stop", id: id) }
        guard stops.stops[index].isActive else { throw .conflict("\(id) was resolved already") }
        if stops.stops[index].requester.channel == "file", StopFile.exists(in: dataPath) {
            throw .conflict("the file STOP is still in the data folder: remove it first")
        }
        stops.stops[index].resolvedAt = Timestamp(nanoseconds: WallClock.now)
        stops.stops[index].resolvedBy = authorizedBy
        stops.stops[index].resolution = reason
        if let number = HostNames.number(id, "stop") { engine.releaseStop(id: number) }
        notes.append(.stop(StopRecord(stops.stops[index])))
        audit("emergency-release", id, by: requester, ["reason": reason, "authorized_by": authorizedBy])
        return stops.stops[index]
    }

    // MARK: Latches

    /// Puts all stops in force into the engine: at the start, and when a strategy has come that one of them may name.
    func applyStops() {
        engine.resumeStops(
            stops.active.compactMap { stop in
                (try? scope(of: stop.request)).flatMap { stop.emergencyStop(in: $0) }
            })
        putUpBreakers()
    }

    /// The strictest latch that covers an order, and the stop behind it.
    func halt(strategy: Int, instrument: Int) -> String? {
        let account = strategies[strategy].account
        let covering: [(LimitScope, Int)] = [
            (.system, 0), (.account, account), (.strategy, strategy), (.instrument, instrument),
        ]
        let isHalted = covering.contains { engine.tradingState(scope: $0.0, index: $0.1) == .halted }
        guard isHalted else { return nil }
        for stop in stops.active where stop.request.mode != .reduce {
            guard let scope = try? scope(of: stop.request) else { continue }
            if covering.contains(where: { $0.0 == scope.scope && $0.1 == scope.index }) {
                return "trading is stopped by \(stop.id): \(stop.request.reason)"
            }
        }
        return isJournalBlocked
            ? "the journal does not take orders at the moment; they are denied until it does"
            : "trading is halted"
    }

    /// With what it has not closed yet: "BTC_USDT +0.05 of sma_cross: the market is closed".
    func withRemaining(_ stop: StopView) -> StopView {
        guard stop.isActive, let number = HostNames.number(stop.id, "stop") else { return stop }
        var stop = stop
        stop.remaining = engine.residuals(of: number).map { residual in
            let what = "\(universe.instruments[residual.instrument].id) \(residual.quantity)"
            return "\(what) of \(strategies[residual.strategy].id)"
                + (residual.refusal.map { ": \($0.text)" } ?? ": \(residual.working) at work")
                + (residual.attempts > 1 ? ", tried \(residual.attempts) times" : "")
        }
        return stop
    }

    // MARK: Scopes

    struct StopScope: Equatable {
        let scope: LimitScope
        let index: Int
    }

    func scope(of request: StopRequest) throws(HostRefusal) -> StopScope {
        guard request.scope != .system else { return StopScope(scope: .system, index: 0) }
        guard let target = request.target else {
            throw .invalid("target_id", "required for scope \(request.scope.rawValue)")
        }
        switch request.scope {
        case .system: return StopScope(scope: .system, index: 0)
        case .account:
            guard let index = accounts.firstIndex(where: { $0.id == target }) else {
                throw .unknown(kind: "account", id: target)
            }
            return StopScope(scope: .account, index: index)
        case .agent: return StopScope(scope: .strategy, index: try slot(target))
        case .instrument:
            guard let index = instrument(target) else { throw .unknown(kind: "instrument", id: target) }
            return StopScope(scope: .instrument, index: index)
        }
    }

    private func forEachBook(in scope: StopScope, _ body: (_ strategy: Int, _ instrument: Int) -> Void) {
        for strategy in strategies.indices {
            for instrument in universe.instruments.indices {
                let isMeant =
                    switch scope.scope {
                    case .system: true
                    case .account: strategies[strategy].account == scope.index
                    case .strategy: strategy == scope.index
                    case .instrument: instrument == scope.index
                    }
                if isMeant { body(strategy, instrument) }
            }
        }
    }

    /// "strategy sma_cross", "2 working orders", "position BTC_USDT +0.05 of sma_cross".
    func affected(by scope: StopScope) -> [String] {
        var running: [String] = []
        var positions: [String] = []
        var working = 0
        forEachBook(in: scope) { strategy, instrument in
            let id = strategies[strategy].id
            if engine.isEnabled(strategy: strategy), !running.contains(id) { running.append(id) }
            let held = engine.position(strategy: strategy, instrument: instrument).quantity
            if held != .zero {
                positions.append("position \(universe.instruments[instrument].id) \(held) of \(id)")
            }
            working += engine.workingOrders(instrument: instrument).count { $0.intent.strategy == Int32(strategy) }
        }
        let waiting = waitingTrades(in: scope).map { "\(TradeRecord.name($0.id)), which waits" }
        return running.map { "strategy \($0)" } + (working == 0 ? [] : ["\(working) working orders"]) + waiting
            + positions
    }
}

extension StopView {
    /// nil = its id is none of ours.
    fileprivate func emergencyStop(in scope: HostCore.StopScope) -> EmergencyStop? {
        let mode: EmergencyStop.Mode =
            switch request.mode {
            case .stop: .stop
            case .reduce: .reduce
            case .cancel: .cancel
            case .flatten: .flatten
            }
        return HostNames.number(id, "stop").map {
            EmergencyStop(id: $0, scope: scope.scope, index: scope.index, mode: mode)
        }
    }
}
