import Configuration
import Engine
import Trading

extension EngineSetup {
    /// Takes what the host's file says of these instruments.
    mutating func takeFinancing(_ host: HostConfiguration) {
        for (index, instrument) in instruments.enumerated() {
            guard let settings = host.financing[instrument.id] else { continue }
            funding[index] = settings.funding
            borrowRates[index] = settings.borrowRate
        }
    }
}
