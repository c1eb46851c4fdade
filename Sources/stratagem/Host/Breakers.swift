import API
import Configuration
import Engine
import Journal
import Trading

/// A breaker of host.yaml for one of its targets.
struct PlacedBreaker {
    let settings: BreakerSettings
    let terms: Breaker
    /// nil = the system.
    let target: String?

    /// Who throws its stops.
    var requester: Requester { Requester(user: "breaker \(settings.name)", channel: PlacedBreaker.channel) }
    static let channel = "breaker"

    var scope: StopRequest.Scope {
        switch settings.scope {
        case .system: .system
        case .account: .account
        case .agent: .agent
        case .instrument: .instrument
        }
    }

    func reason(observed: Int128) -> String {
        let unit =
            switch settings.kind {
            case .dailyLoss: "a day's loss of"
            case .errorRate: "intents that cannot be taken:"
            case .rejectRate: "denied and rejected orders:"
            case .staleData: "seconds without a price:"
            case .volatility: "a range of"
            case .drawdown: "a drawdown of"
            }
        let window =
            [.dailyLoss, .drawdown, .staleData].contains(settings.kind) ? "" : " within \(settings.windowSeconds) s"
        func text(_ raw: Int128) -> String { DecimalText.format(raw, scale: 8) }
        return "\(unit) \(text(observed))\(window) is beyond \(text(terms.threshold))"
    }
}

extension HostCore {
    /// Puts the breakers up, at the start and when there are new strategies; those that are up stay as they are.
    func putUpBreakers() {
        breakers = host.breakers.flatMap(place)
        var stopIDs: [Int: UInt64] = [:]
        for (index, breaker) in breakers.enumerated() {
            let thrown = stops.active.last {
                $0.requester == breaker.requester && $0.request.scope == breaker.scope
                    && $0.request.target == breaker.target
            }
            stopIDs[index] = thrown.flatMap { HostNames.number($0.id, "stop") }
        }
        engine.setBreakers(breakers.map(\.terms), stopIDs: stopIDs)
        engine.numberStops(from: stops.lastNumber + 1)
    }

    /// One for each target that is there; a target that is not has none.
    private func place(_ settings: BreakerSettings) -> [PlacedBreaker] {
        let targets: [(index: Int, id: String?)] =
            switch settings.scope {
            case .system: [(0, nil)]
            case .account: accounts.indices.map { ($0, accounts[$0].id) }
            case .agent: strategies.indices.map { ($0, strategies[$0].id) }
            case .instrument: universe.instruments.indices.map { ($0, universe.instruments[$0].id) }
            }
        let wanted = settings.target.map { id in settings.scope == .instrument ? instrument(id) : nil } ?? nil
        return targets.compactMap { index, id in
            guard settings.target == nil || settings.target == id || wanted == index else { return nil }
            let terms = settings.terms(index: index)
            return terms.isPossible ? PlacedBreaker(settings: settings, terms: terms, target: id) : nil
        }
    }

    /// Breakers of the file that name what is not there, for people.
    var idleBreakers: [String] {
        host.breakers.filter { place($0).isEmpty }.map { breaker in
            "breaker \(breaker.name): there is no \(breaker.scope.rawValue) \(breaker.target ?? "")"
        }
    }

    /// Writes down what breakers did since the last turn, in the commit of the facts that followed from it.
    func takeBreakerNews() {
        for news in engine.takeBreakerNews() {
            switch news {
            case .tripped(let index, let stop, let observed, _):
                noteTrip(breakers[index], stop, observed)
            case .reset(let index, let number, _):
                resolve(
                    "stop-\(number)", "reset by itself (\(breakers[index].settings.resetText))",
                    by: breakers[index].requester)
            }
        }
    }

    private func noteTrip(_ breaker: PlacedBreaker, _ stop: EmergencyStop, _ observed: Int128) {
        stops.lastNumber = max(stops.lastNumber, stop.id)
        let request = StopRequest(
            scope: breaker.scope, target: breaker.target,
            mode: StopRequest.Mode(rawValue: breaker.settings.mode.rawValue) ?? .stop,
            reason: breaker.reason(observed: observed), triggeredBy: breaker.requester.user)
        let scope = StopScope(scope: stop.scope, index: stop.index)
        let view = StopView(
            id: "stop-\(stop.id)", request: request, time: wallTime, requester: breaker.requester,
            affected: affected(by: scope))
        note(view)
        alerts.raise(.stopThrown(view), of: accounts(of: view.request), at: engine.now)
        guard case .failing = journal.status, let entry = UnsavedLog.Entry.stop(view) else { return }
        beside? { [unsaved] in
            _ = unsaved.append(entry)
            return { _ in }
        }
    }

    // MARK: For readers

    var breakerViews: [BreakerView] {
        zip(breakers, engine.breakerStates).map { breaker, state in
            BreakerView(
                name: breaker.settings.name, kind: breaker.settings.kind.rawValue, scope: breaker.scope.rawValue,
                target: breaker.target, threshold: breaker.terms.threshold, observed: state.observed,
                windowSeconds: Int(breaker.settings.windowSeconds), mode: breaker.settings.mode.rawValue,
                reset: breaker.settings.resetText,
                state: state.stopID != nil ? .tripped : state.isSpent ? .spent : .armed,
                stopID: state.stopID.map { "stop-\($0)" })
        }
    }
}

extension BreakerSettings {
    fileprivate func terms(index: Int) -> Breaker {
        let measure: Breaker.Measure =
            switch kind {
            case .dailyLoss: .dailyLoss
            case .errorRate: .errorRate
            case .rejectRate: .rejectRate
            case .staleData: .staleData
            case .volatility: .volatility
            case .drawdown: .drawdown
            }
        let place: LimitScope =
            switch scope {
            case .system: .system
            case .account: .account
            case .agent: .strategy
            case .instrument: .instrument
            }
        let ending: EmergencyStop.Mode =
            switch mode {
            case .stop: .stop
            case .reduce: .reduce
            case .cancel: .cancel
            case .flatten: .flatten
            }
        let rule: Breaker.Reset =
            switch reset {
            case .manual: .byHand
            case .day: .nextDay
            case .after(let seconds): .after(nanoseconds: seconds * Timestamp.nanosecondsPerSecond)
            }
        return Breaker(
            measure, scope: place, index: index, threshold: Int128(threshold),
            windowNanoseconds: windowSeconds * Timestamp.nanosecondsPerSecond, mode: ending, reset: rule)
    }
}
