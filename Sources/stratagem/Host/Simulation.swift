import API
import Engine
import Glibc
import Journal
import MarketData
import Portfolio
import Trading

// The simulated market, moved by hand.

extension RunningHost {
    func fastForward(seconds: Int, by requester: Requester) async throws(HostRefusal) -> Timestamp {
        let target = try await ask(.required) { core throws(HostRefusal) in
            try core.beginForwarding(seconds: seconds, by: requester)
        }
        // One slice a turn: what waits is answered in between, and the journal keeps up.
        while let isThere = await onEngine({ core in core.forward(to: target) }), !isThere {}
        return try await ask(.required) { core throws(HostRefusal) in
            core.isForwarding = false
            return core.marketTime
        }
    }

    func addScenario(_ request: ScenarioRequest, by requester: Requester) async throws(HostRefusal) -> String {
        try await ask(.required) { core throws(HostRefusal) in try core.addScenario(request, by: requester) }
    }

    func resetSimulation(by requester: Requester) async throws(HostRefusal) -> (time: Timestamp, balance: Money) {
        try await ask(.required) { core throws(HostRefusal) in
            try core.resetSimulation()
            let balance = core.accounts[0].terms.openingBalance
            try core.resetAccount(0, balance: balance, by: requester)
            return (core.marketTime, balance)
        }
    }
}

extension HostCore {
    private static let forwardNanoseconds: Int64 = 10_000_000

    private func simulation() throws(HostRefusal) -> SimulatedFeed {
        guard settings.mode != .live else { throw .forbidden("not while the mode is live") }
        guard let simulation = feed as? SimulatedFeed else {
            throw .conflict("the market is played from a recording, and only the simulator can be moved")
        }
        return simulation
    }

    /// The time that the market is to get to; nobody else moves it meanwhile.
    func beginForwarding(seconds: Int, by requester: Requester) throws(HostRefusal) -> Timestamp {
        _ = try simulation()
        guard !isForwarding else { throw .conflict("the market is being moved on already; wait for its end") }
        guard !isClosing else { throw .unavailable("the host is stopping") }
        isForwarding = true
        audit("simulation.forward", "", by: requester, ["seconds": String(seconds)])
        return marketTime + Int64(seconds) * Timestamp.nanosecondsPerSecond
    }

    /// Some more of the market; true = it is there, or the host ends.
    func forward(to target: Timestamp) -> Bool {
        guard !isClosing else { return true }
        isClockMoved = true
        // A journal that is behind is waited for, as long as it works at all.
        guard journal.load < 0.5 || isJournalBlocked else {
            usleep(1_000)
            return false
        }
        let end = MonotonicClock.now + HostCore.forwardNanoseconds
        while MonotonicClock.now < end {
            let next = min(target, marketTime + Timestamp.nanosecondsPerSecond / 10)
            if advance(until: next), next == target { return true }
        }
        return false
    }

    func addScenario(_ request: ScenarioRequest, by requester: Requester) throws(HostRefusal) -> String {
        let simulation = try simulation()
        guard let index = instrument(request.instrument),
            let kind = MarketScenario.Kind(rawValue: request.kind.rawValue)
        else { throw .invalid([.unknownInstrument("symbol", request.instrument)]) }
        let place = remap.map { $0.firstIndex(of: UInt32(index)) } ?? index
        guard let place else { throw .invalid([.unknownInstrument("symbol", request.instrument)]) }
        let scenario = MarketScenario(
            kind, magnitude: request.magnitude,
            durationNanoseconds: Int64(request.seconds) * Timestamp.nanosecondsPerSecond)
        guard simulation.begin(scenario, instrument: place) else {
            throw .conflict("\(MarketSimulator.scenariosMax) scenarios are under way, the most there may be")
        }
        lastScenario += 1
        let id = "scenario-\(lastScenario)"
        audit(
            "simulation.scenario", id, by: requester,
            [
                "name": request.name, "scenario": kind.rawValue, "symbol": universe.instruments[index].id,
                "seconds": String(request.seconds), "magnitude": request.magnitude.description,
            ])
        return id
    }

    /// Ends all scenarios; prices go on from where they are. The market's time never goes back: it follows the clock from where
    /// it is.
    func resetSimulation() throws(HostRefusal) {
        let simulation = try simulation()
        simulation.endScenarios()
        isClockMoved = true
    }
}
