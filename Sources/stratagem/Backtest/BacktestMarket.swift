import MarketData
import Trading

// The market of a backtest: its files and what they are of.

extension BacktestPlan {
    /// When it begins to count; nil = with the first event.
    var start: Timestamp? { warmUp > 0 ? csv.from : nil }

    /// The files with their instruments, numbered in their order.
    struct Market {
        var files: [MarketFile]
        var universe: Universe
        var first: Timestamp { files.map(\.first).min() ?? Timestamp(nanoseconds: 0) }
    }

    func market(_ named: [String]) throws(CommandError) -> Market {
        var files: [MarketFile] = []
        var listings: [Universe.Listing] = []
        for index in 0..<(history == nil ? paths.count : named.count) {
            let (id, file) = try file(index, named)
            guard !listings.contains(where: { $0.instrument.id == id }) else {
                throw CommandError(
                    .usage, "two files are of the instrument \(id)", at: file.name, "name another with --instrument")
            }
            files.append(file)
            listings.append(
                Universe.Listing(
                    instrument: Recording.instrument(id, of: file), kinds: file.kinds.union(.bars),
                    barInterval: file.interval))
        }
        if let start, files.allSatisfy({ $0.last < start }) {
            throw CommandError(
                .usage, "there is nothing from \(start) on", at: files.map(\.name).joined(separator: ", "),
                "name an earlier --from")
        }
        guard !files.isEmpty else {
            throw CommandError(
                .usage, "no instrument is named", at: names.joined(separator: ", "),
                "name what to trade with --instrument")
        }
        let universe = Universe(listings, accountCurrencies: [])
        guard universe.currencies.count == 1 else {
            throw CommandError(
                .usage, "the instruments are quoted in \(universe.currencies.joined(separator: ", "))",
                at: files.map(\.name).joined(separator: ", "), "a backtest counts in one currency: run them one by one")
        }
        return Market(files: files, universe: universe)
    }

    private func file(_ index: Int, _ named: [String]) throws(CommandError) -> (id: String, file: MarketFile) {
        var options = csv
        options.instrument = UInt32(index)
        options.from = options.from.map { $0.before(warmUp) }
        if let history { return (named[index], try history.file(of: named[index], options: options)) }
        return try Recording.read(paths[index], instrument: named.isEmpty ? nil : named[index], options: options)
    }
}
