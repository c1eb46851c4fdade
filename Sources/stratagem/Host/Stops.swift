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
    /// Stops whose positions are not closed yet, by id.
    var flattening: Set<String> = []

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
        var view = StopView(
            id: "stop-\(stops.lastNumber)", request: request, time: Timestamp(nanoseconds: WallClock.now),
            requester: requester, affected: affected)
        if request.isDrill {
            view.resolvedAt = view.time
            view.resolvedBy = requester.user
            view.resolution = "a drill: nothing was stopped"
        }
        keep(view, in: scope)
        return view
    }

    /// Writes a stop down, and enforces it unless it is a drill.
    func keep(_ stop: StopView, in scope: StopScope) {
        stops.add(stop)
        notes.append(.stop(StopRecord(stop)))
        audit(
            stop.request.isDrill ? "emergency-drill" : "emergency-stop", stop.id, by: stop.requester,
            ["scope": stop.request.scope.rawValue, "reason": stop.request.reason])
        if stop.isActive { enforce(stop, in: scope) }
    }

    private func enforce(_ stop: StopView, in scope: StopScope) {
        applyStops()
        switch stop.request.mode {
        case .stop, .reduce: break
        case .cancel: cancelAll(in: scope)
        case .flatten:
            cancelAll(in: scope)
            stops.flattening.insert(stop.id)
            tendStops()
        }
        alerts.raise(.stopThrown(stop), at: engine.now)
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
        stops.flattening.remove(id)
        applyStops()
        notes.append(.stop(StopRecord(stops.stops[index])))
        audit("emergency-release", id, by: requester, ["reason": reason, "authorized_by": authorizedBy])
        return stops.stops[index]
    }

    // MARK: Latches

    /// Sets every latch to the strictest of the stops that are in force.
    func applyStops() {
        let stopped = stops.active.compactMap { stop in
            (try? scope(of: stop.request)).map { ($0, stop.request.mode == .reduce ? TradingState.reducing : .halted) }
        }
        for scope in everyScope {
            let thrown = stopped.filter { $0.0 == scope }.map(\.1).max { $0.rawValue < $1.rawValue } ?? .active
            latch(scope, scope.scope == .system && isJournalBlocked ? .halted : thrown)
        }
    }

    private func latch(_ scope: StopScope, _ thrown: TradingState) {
        let state = engine.tradingState(scope: scope.scope, index: scope.index)
        guard scope.scope == .account || scope.scope == .strategy else {
            if state != thrown { engine.setTradingState(thrown, scope: scope.scope, index: scope.index) }
            return
        }
        // The day's loss keeps its own latch until the day is over; a stop takes it over, and outlives the day.
        let day = engine.day(scope: scope.scope, index: scope.index)
        let wanted = thrown == .active && day.isBreached ? .reducing : thrown
        if state != wanted || (thrown != .active && day.isLatched) {
            engine.setTradingState(wanted, scope: scope.scope, index: scope.index)
        }
    }

    private var everyScope: [StopScope] {
        [StopScope(scope: .system, index: 0)]
            + accounts.indices.map { StopScope(scope: .account, index: $0) }
            + strategies.indices.map { StopScope(scope: .strategy, index: $0) }
            + universe.instruments.indices.map { StopScope(scope: .instrument, index: $0) }
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

    /// Positions of flattening stops are closed at the market, again and again until they are flat.
    func tendStops() {
        for stop in stops.active where stops.flattening.contains(stop.id) {
            guard let scope = try? scope(of: stop.request) else { continue }
            var isFlat = true
            forEachBook(in: scope) { strategy, instrument in
                guard engine.position(strategy: strategy, instrument: instrument).quantity != .zero else { return }
                isFlat = false
                let totals = engine.workingTotals(strategy: strategy, instrument: instrument)
                guard totals.buys == .zero, totals.sells == .zero else { return }
                engine.flattenPosition(strategy: strategy, instrument: instrument)
            }
            if isFlat { stops.flattening.remove(stop.id) }
        }
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

    private func cancelAll(in scope: StopScope) {
        forEachBook(in: scope) { engine.cancelOrders(strategy: $0, instrument: $1) }
    }

    /// "strategy sma_cross", "2 working orders", "position BTC_USDT +0.05 of sma_cross".
    private func affected(by scope: StopScope) -> [String] {
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
        return running.map { "strategy \($0)" } + (working == 0 ? [] : ["\(working) working orders"]) + positions
    }
}
