import Configuration
import Engine
import Journal
import Trading

/// What the journal knows by index. Every index stays what it was for as long as the journal lives: what is still there keeps
/// its place, what is gone leaves an empty slot with its book, what is new comes behind.
struct KnownNames {
    /// A strategy keeps its account: both are its name, "sma_cross paper".
    struct Strategy: Sendable {
        var id: String
        var account: String

        var name: String { "\(id) \(account)" }

        init(id: String, account: String) {
            self.id = id
            self.account = account
        }

        init(name: String) {
            let parts = name.split(separator: " ", maxSplits: 1)
            id = String(parts.first ?? "")
            account = parts.count > 1 ? String(parts[1]) : ""
        }
    }

    let journal: Journal
    let currencies: [String]
    let accountIDs: [String]
    let strategies: [Strategy]
    private let instrumentIDs: [String]

    init(_ journal: Journal) throws {
        self.journal = journal
        currencies = try journal.names(.currency)
        accountIDs = try journal.names(.account)
        instrumentIDs = try journal.names(.instrument)
        strategies = try journal.names(.strategy).map(Strategy.init(name:))
    }

    /// The market's instruments with the journal's in front; one that no feed has any more cannot be traded.
    func listings(_ present: [Universe.Listing]) throws -> [Universe.Listing] {
        let gone = Set(instrumentIDs).subtracting(present.map(\.instrument.id))
        // Registering nothing writes nothing, and gives all back as they were.
        let stored = gone.isEmpty ? [] : try journal.register(instruments: [])
        let known = instrumentIDs.compactMap { id -> Universe.Listing? in
            if let listing = present.first(where: { $0.instrument.id == id }) { return listing }
            return stored.first { $0.id == id }.map { Universe.Listing(instrument: $0, kinds: []) }
        }
        return known + present.filter { !instrumentIDs.contains($0.instrument.id) }
    }

    /// An account that host.yaml no longer has stays with what it holds, and nothing can be sent under it.
    func accounts(_ configured: [AccountConfiguration]) -> [AccountConfiguration] {
        let known = accountIDs.map { id in
            configured.first { $0.id == id } ?? AccountConfiguration(id: id)
        }
        return known + configured.filter { !accountIDs.contains($0.id) }
    }

    /// Writes down what is new.
    func register(_ wiring: Wiring, _ universe: Universe) throws {
        _ = try journal.register(.currency, universe.currencies)
        _ = try journal.register(.account, wiring.host.accounts.map(\.id))
        _ = try journal.register(instruments: universe.instruments)
        _ = try journal.register(
            .strategy,
            wiring.setup.strategies.map { Strategy(id: $0.id, account: wiring.host.accounts[$0.account].id).name })
    }
}
