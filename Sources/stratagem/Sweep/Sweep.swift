import Trading

/// Many runs of one strategy over the same data, each as `backtest` would do it.
struct Sweep {
    let grid: SweepGrid
    let metric: SweepMetric
    let windows: [WalkForward.Window]
    let openingCash: Money
    let file: SweepFile
    let pool: SweepPool
    let progress: ProgressLine

    /// Everything that was found; `isComplete` is false where somebody stopped it.
    struct Outcome {
        /// One for each combination, of the plain sweep.
        var rows: [SweepRow] = []
        var windows: [WindowResult] = []
        /// In their order, in-sample and out-of-sample ones too.
        var every: [SweepRow] = []
        var isComplete = false
        /// Taken from the file.
        var resumed = 0
        var total = 0
    }

    func run() throws(CommandError) -> Outcome {
        var outcome = Outcome()
        outcome.resumed = file.rows.count
        let tasks = windows.isEmpty ? combinations(of: nil, at: 0) : windows.enumerated().flatMap(inSample)
        outcome.total = tasks.count + windows.count
        var isComplete = try run(tasks, outcome.total)
        if isComplete, !windows.isEmpty {
            isComplete = try proveAll(&outcome)
        } else if windows.isEmpty {
            outcome.rows = tasks.compactMap { file.rows[$0.number] }
        }
        outcome.isComplete = isComplete
        outcome.every = file.rows.values.sorted { $0.number < $1.number }
        progress.end()
        return outcome
    }

    /// Best first; equal ones in the order of the grid, and last those without a value.
    static func sorted(_ rows: [SweepRow], by metric: SweepMetric) -> [SweepRow] {
        let valued = rows.map { (row: $0, value: $0.status == .done ? $0.value(metric) : nil) }
        return valued.sorted { a, b in
            guard let x = a.value, let y = b.value else {
                if (a.value == nil) != (b.value == nil) { return a.value != nil }
                return (a.row.status.place, a.row.number) < (b.row.status.place, b.row.number)
            }
            return x == y ? a.row.number < b.row.number : metric.isBestLow ? x < y : x > y
        }.map(\.row)
    }

    // MARK: Tasks

    private func combinations(of span: Range<Int64>?, at start: Int) -> [SweepTask] {
        (0..<grid.count).map { task(start + $0, combination: $0, span) }
    }

    private func inSample(_ index: Int, _ window: WalkForward.Window) -> [SweepTask] {
        combinations(of: window.inSample, at: index * grid.count)
    }

    private func task(
        _ number: Int, combination: Int, _ span: Range<Int64>?, cash: Money? = nil
    ) -> SweepTask {
        SweepTask(
            number: number,
            parameters: grid.json(combination),
            from: span.map { Timestamp(nanoseconds: $0.lowerBound) },
            to: span.map { Timestamp(nanoseconds: $0.upperBound) }, cash: cash, isDetailed: cash != nil)
    }

    /// Those that the file does not have. false = it was stopped.
    private func run(_ tasks: [SweepTask], _ total: Int) throws(CommandError) -> Bool {
        let left = tasks.filter { file.rows[$0.number] == nil }
        let before = file.rows.count
        return try pool.run(left) { row throws(CommandError) in
            try file.add(row)
            progress.show(file.rows.count - before, of: total - before, unit: "runs")
        }
    }

    /// Each window's best one out-of-sample. They follow each other, as each begins with what the one before ended with.
    private func proveAll(_ outcome: inout Outcome) throws(CommandError) -> Bool {
        var cash = openingCash
        for (index, window) in windows.enumerated() {
            let first = index * grid.count
            let rows = (first..<first + grid.count).compactMap { file.rows[$0] }
            guard let best = Sweep.sorted(rows, by: metric).first, best.status == .done, best.value(metric) != nil
            else {
                outcome.windows.append(WindowResult(window: window, chosen: nil, proof: nil))
                continue
            }
            let number = windows.count * grid.count + index
            let combination = best.number - first
            guard cash > .zero else {
                outcome.windows.append(WindowResult(window: window, chosen: (combination, best), proof: nil))
                continue
            }
            let task = task(number, combination: combination, window.outOfSample, cash: cash)
            guard try run([task], outcome.total) else { return false }
            let proof = file.rows[number]
            outcome.windows.append(WindowResult(window: window, chosen: (combination, best), proof: proof))
            if let equity = proof?.json["equity"]?.string, let left = Money(equity) { cash = left }
        }
        return true
    }
}

extension SweepRow.Status {
    fileprivate var place: Int {
        switch self {
        case .done: 0
        case .refused: 1
        case .failed: 2
        }
    }
}
