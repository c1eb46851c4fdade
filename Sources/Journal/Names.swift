import FoundationEssentials
import GRDB
public import Trading

// The engine counts instruments, currencies, accounts and strategies; facts hold those indices. So that a fact means
// the same after a restart, the journal keeps who has which number: a list only grows at its end.

extension Journal {
    /// Gives each id that has none the next free number, and returns all ids by number: those that are gone, too.
    /// At start, before the engine is built. Returns when the numbers are durable.
    public func register(_ kind: NameKind, _ ids: [String]) throws(JournalError) -> [String] {
        try attempt(path) {
            try pool.write { db in
                var known = try Self.rows(kind, db).map(\.id)
                for id in ids where !known.contains(id) {
                    try Self.insert(kind, number: known.count, id: id, terms: nil, db)
                    known.append(id)
                }
                return known
            }
        }
    }

    /// As `register`, with the terms of each instrument: one that no feed has any more comes back as it last was, not
    /// tradable. Currencies are registered before, because terms hold a currency's number.
    public func register(instruments: [Instrument]) throws(JournalError) -> [Instrument] {
        try attempt(path) {
            try pool.write { db in
                let known = try Self.rows(.instrument, db)
                var result: [Instrument] = []
                for row in known {
                    if let present = instruments.first(where: { $0.id == row.id }) {
                        try Self.update(present, number: row.number, db)
                        result.append(present)
                    } else {
                        var gone = try row.instrument()
                        gone.terms.tradable = false
                        result.append(gone)
                    }
                }
                for instrument in instruments where !result.contains(where: { $0.id == instrument.id }) {
                    let terms = try StoredInstrument(instrument).text()
                    try Self.insert(.instrument, number: result.count, id: instrument.id, terms: terms, db)
                    result.append(instrument)
                }
                return result
            }
        }
    }

    /// All ids of a kind, by number.
    public func names(_ kind: NameKind) throws(JournalError) -> [String] {
        try attempt(path) { try pool.read { try Self.rows(kind, $0).map(\.id) } }
    }

    private struct NameRow {
        var number: Int
        var id: String
        var terms: String?

        func instrument() throws -> Instrument {
            guard let terms else { throw JournalError(.corrupt, "instrument '\(id)' is stored without its terms") }
            return try StoredInstrument(text: terms).instrument(id: id)
        }
    }

    private static func rows(_ kind: NameKind, _ db: Database) throws -> [NameRow] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT number, id, terms FROM names WHERE kind = ? ORDER BY number", arguments: [kind.rawValue])
        let names = try rows.map { row in
            NameRow(number: try row.get("number"), id: try row.get("id"), terms: try row.optional("terms"))
        }
        for (index, name) in names.enumerated() where name.number != index {
            throw JournalError(.corrupt, "names of kind \(kind): number \(index) is missing")
        }
        return names
    }

    private static func insert(_ kind: NameKind, number: Int, id: String, terms: String?, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO names (kind, number, id, terms) VALUES (?, ?, ?, ?)",
            arguments: [kind.rawValue, number, id, terms])
    }

    private static func update(_ instrument: Instrument, number: Int, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE names SET terms = ? WHERE kind = ? AND number = ?",
            arguments: [try StoredInstrument(instrument).text(), NameKind.instrument.rawValue, number])
    }
}

/// An instrument as text. Of its calendar only the name is kept: the sessions come from the feed, and without one the
/// instrument is not tradable.
private struct StoredInstrument: Codable {
    var name: String
    var quoteCurrency: String
    var assetClass: String
    var tick: String
    var lot: String
    var minQuantity: String
    var maxQuantity: String
    var minNotional: String
    var multiplier: Int64
    var settlement: UInt8
    var currency: UInt8
    var calendar: String

    init(_ instrument: Instrument) {
        name = instrument.name
        quoteCurrency = instrument.quoteCurrency
        assetClass = instrument.assetClass
        tick = instrument.terms.tick.description
        lot = instrument.terms.lot.description
        minQuantity = instrument.terms.minQuantity.description
        maxQuantity = instrument.terms.maxQuantity.description
        minNotional = instrument.terms.minNotional.description
        multiplier = instrument.terms.multiplier
        settlement = instrument.terms.settlement.rawValue
        currency = instrument.terms.currency
        calendar = instrument.calendar.name
    }

    init(text: String) throws { self = try JSONDecoder().decode(StoredInstrument.self, from: Data(text.utf8)) }

    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    func instrument(id: String) throws -> Instrument {
        guard let tick = Price(tick), let lot = Quantity(lot), let minQuantity = Quantity(minQuantity),
            let maxQuantity = Quantity(maxQuantity), let minNotional = Money(minNotional),
            let settlement = Settlement(rawValue: settlement)
        else { throw JournalError(.corrupt, "the stored terms of instrument '\(id)' are no numbers") }
        return Instrument(
            id: id, name: name, quoteCurrency: quoteCurrency, assetClass: assetClass,
            terms: InstrumentTerms(
                tick: tick, lot: lot, minQuantity: minQuantity, maxQuantity: maxQuantity, minNotional: minNotional,
                multiplier: multiplier, settlement: settlement, currency: currency),
            calendar: TradingCalendar(name: calendar, sessions: nil))
    }
}
