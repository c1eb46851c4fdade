import API
import Configuration
import MarketData
import Trading

/// What a simulator begins with, taken from the host between two of its events.
struct SimulatorPlan: Sendable {
    let host: HostConfiguration
    let start: Timestamp
    let instruments: [SimulatedInstrument]
    let seed: UInt64

    var source: MarketSource { .simulator(seed: seed, start: start, instruments: instruments) }
}

extension HostCore {
    /// The host's instruments at its prices, as far as they can be simulated: a recording may have others.
    func simulatorPlan() throws(HostRefusal) -> SimulatorPlan {
        guard !isClosing else { throw .unavailable("the host is stopping") }
        let known = universe.instruments.compactMap { SimulatedMarket.find($0.id) }
        let seed = UInt64.random(in: 1...999_999)
        let market = MarketSource.simulator(seed: seed, start: marketTime, instruments: known)
        guard !known.isEmpty,
            case .simulator(_, let start, let instruments) = market.continued(
                from: marketTime, engine, universe)
        else { throw .unavailable("none of this host's instruments can be simulated") }
        var host = host
        host.signals.everySeconds = nil
        host.bridge.isEnabled = false
        return SimulatorPlan(host: host, start: start, instruments: instruments, seed: seed)
    }
}
