import Engine
import MarketData
import PluginHost
import Portfolio
import Trading

/// What a sweep was of.
struct SweepSubject {
    let strategy: String
    let plugin: String
    let instruments: String
    let currency: String
    let sources: [DataSource]
    let first: Timestamp
    let last: Timestamp

    init(_ prepared: PreparedBacktest, _ sources: [DataSource]) {
        strategy = prepared.sole.strategyID
        plugin = prepared.sole.plugin.id
        instruments = prepared.setup.instruments.map(\.id).joined(separator: ", ")
        currency = prepared.setup.instruments[0].quoteCurrency
        self.sources = sources
        let first = prepared.files.map(\.first).min() ?? Timestamp(nanoseconds: 0)
        self.first = max(first, prepared.start ?? first)
        last = prepared.files.map(\.last).max() ?? Timestamp(nanoseconds: 0)
    }

    var title: String { strategy == plugin ? plugin : "\(strategy) (\(plugin))" }
    var files: String { sources.map(\.name).joined(separator: ", ") }
}

/// A sweep in order, for people and programs.
struct SweepResult {
    let subject: SweepSubject
    let grid: SweepGrid
    let metric: SweepMetric
    let outcome: Sweep.Outcome
    let openingCash: Money
    let file: String
    /// Best first.
    let rows: [SweepRow]
    let luck: Luck?
    let chain: OutOfSampleChain?
    let isWalkForward: Bool

    init(subject: SweepSubject, sweep: Sweep, outcome: Sweep.Outcome) {
        self.subject = subject
        grid = sweep.grid
        metric = sweep.metric
        openingCash = sweep.openingCash
        file = sweep.file.path
        self.outcome = outcome
        isWalkForward = !sweep.windows.isEmpty
        let rows = Sweep.sorted(outcome.rows, by: sweep.metric)
        self.rows = rows
        luck = rows.first.flatMap { $0.status == .done ? Luck(best: $0, of: rows) : nil }
        let proofs = outcome.windows.compactMap(\.proof).filter { $0.status == .done }
        chain =
            proofs.isEmpty || !outcome.isComplete ? nil : OutOfSampleChain(proofs, openingCash: sweep.openingCash)
    }

    /// There is a best one.
    var hasValues: Bool { isWalkForward ? chain != nil : rows.first?.value(metric) != nil }
    func count(_ status: SweepRow.Status) -> Int { outcome.every.count { $0.status == status } }

    private static let reasonsMax = 20

    /// Why runs have no figures: each reason once, with how many runs it is of and one of them.
    var reasons: [(runs: String, example: SweepRow)] {
        var found: [(example: SweepRow, count: Int)] = []
        for row in outcome.every where row.status != .done {
            // Refusals name the values: they differ from row to row.
            let place = found.firstIndex {
                $0.example.status == row.status && (row.status == .refused || $0.example.reason == row.reason)
            }
            if let place {
                found[place].count += 1
            } else if found.count < SweepResult.reasonsMax {
                found.append((row, 1))
            }
        }
        return found.map { ("\($0.count) \($0.example.status.rawValue)", $0.example) }
    }

    /// "fast 3, slow 10".
    func values(of row: SweepRow) -> String {
        grid.parameters.map { "\($0.name) \(row.json["parameters"]?[$0.name]?.shown ?? "–")" }.joined(separator: ", ")
    }

    // MARK: For programs

    /// The same whatever --jobs was, in one go or in several, but for `wall_seconds`.
    func json(wallSeconds: Double) -> JSON {
        var members: [(key: String, value: JSON)] = [
            ("strategy", .string(subject.strategy)), ("plugin", .string(subject.plugin)),
            ("instrument", .string(subject.instruments)), ("data", data),
            ("ranges", .array(grid.parameters.map { .string($0.description) })), ("sort", .string(metric.rawValue)),
            ("complete", .boolean(outcome.isComplete)), ("output", .string(file)),
            ("wall_seconds", .double(wallSeconds)),
            (
                "runs",
                .object([
                    ("done", .integer(count(.done))), ("refused", .integer(count(.refused))),
                    ("failed", .integer(count(.failed))),
                ])
            ),
        ]
        if isWalkForward {
            members.append(("windows", .array(outcome.windows.map(window))))
            members.append(("out_of_sample", chain?.json ?? .null))
        } else {
            members.append(("luck", luck?.json ?? .null))
            members.append(("rows", .array(rows.map(shown))))
        }
        return .object(members)
    }

    private var data: JSON {
        .object([
            ("file", .string(subject.files)),
            ("sha256", .array(subject.sources.flatMap(\.checksums).map { .string($0.sum) })),
            ("first", .string(subject.first.description)), ("last", .string(subject.last.description)),
        ])
    }

    /// Without what only the sweep itself needs.
    private func shown(_ row: SweepRow) -> JSON {
        guard case .object(let members) = row.json else { return row.json }
        return .object(members.filter { !["returns", "daily", "days", "curve"].contains($0.key) })
    }

    private func window(_ found: WindowResult) -> JSON {
        func span(_ range: Range<Int64>) -> JSON {
            .array([
                .string(Timestamp(nanoseconds: range.lowerBound).description),
                .string(Timestamp(nanoseconds: range.upperBound).description),
            ])
        }
        return .object([
            ("in_sample", span(found.window.inSample)), ("out_of_sample", span(found.window.outOfSample)),
            ("parameters", found.chosen.map { grid.json($0.combination) } ?? .null),
            ("in_sample_value", .double(found.chosen?.row.value(metric))),
            ("out_of_sample_value", .double(found.proof?.value(metric))),
            ("run", found.proof.map(shown) ?? .null),
        ])
    }
}

extension OutOfSampleChain {
    var json: JSON {
        .object([
            ("opening_cash", .string(openingCash.description)), ("equity", .string(equity.description)),
            ("trades", .integer(trades)), ("total_return", .double(performance.totalReturn)),
            ("annualized_return", .double(performance.annualizedReturn)),
            ("sharpe_ratio", .double(performance.sharpeRatio)), ("sortino_ratio", .double(performance.sortinoRatio)),
            ("max_drawdown", .double(performance.maxDrawdown)), ("volatility", .double(performance.volatility)),
            ("var_95", .double(performance.valueAtRisk95)),
            ("probabilistic_sharpe_ratio", .double(estimate.flatMap { Performance.probabilisticSharpeRatio($0) })),
        ])
    }
}
