import PluginHost
import Portfolio
import Trading

/// What became of one run: the line of a sweep's file, and a row of its table.
struct SweepRow {
    enum Status: String {
        case done
        /// The plugin does not take these values together.
        case refused
        /// It crashed, hung or was stopped.
        case failed
    }

    let number: Int
    let status: Status
    let json: JSON

    /// nil = it is no row.
    init?(line: String) {
        guard let json = try? JSON(parsing: line) else { return nil }
        self.init(json)
    }

    private init?(_ json: JSON) {
        guard let number = json["run"]?.int, let status = json["status"]?.string.flatMap(Status.init) else {
            return nil
        }
        self.number = number
        self.status = status
        self.json = json
    }

    /// Of a run without figures.
    init(_ task: SweepTask, _ status: Status, reason: String) {
        number = task.number
        self.status = status
        json = .object([
            ("run", .integer(task.number)), ("status", .string(status.rawValue)),
            ("parameters", task.parameters),
            ("reason", .string(reason)),
        ])
    }

    init(_ task: SweepTask, _ result: BacktestResult) {
        number = task.number
        status = .done
        // What differs from time to time, or is the same in all rows, is no part of it.
        let passedOver = ["strategy", "plugin", "instrument", "data", "events_per_second", "wall_seconds"]
        var members: [(key: String, value: JSON)] = [
            ("run", .integer(task.number)), ("status", .string(Status.done.rawValue)),
        ]
        if case .object(let found) = result.json(wallSeconds: 0) {
            members += found.filter { !passedOver.contains($0.key) }
        }
        members.append(("returns", SweepRow.shape(of: result.strategies[0].returns)))
        if task.isDetailed {
            members.append(("daily", .array(result.strategies[0].returns.values.map { .double($0) })))
            members.append(("days", .integer(result.strategies[0].returns.coveredDays)))
            members.append(("curve", SweepRow.curve(result.picture)))
        }
        json = .object(members)
    }

    func value(_ metric: SweepMetric) -> Double? {
        switch metric {
        case .equity: json["equity"]?.string.flatMap(Double.init)
        case .trades: json["trades"]?.double
        default: json["performance"]?[metric.rawValue]?.double
        }
    }

    var reason: String { json["reason"]?.string ?? "" }
    var stateHash: String? { json["state_hash"]?.string }
}

// MARK: What its Sharpe ratio is measured on

extension SweepRow {
    /// So many numbers of a run's daily returns are kept, for how alike the runs are.
    private static let piecesMax = 128

    private static func shape(of returns: DailyReturns) -> JSON {
        guard let estimate = SharpeEstimate(returns.values) else { return .null }
        let days = (returns.values.count + piecesMax - 1) / piecesMax
        let pieces = stride(from: 0, to: returns.values.count, by: days).map { start in
            JSON.number("\(Float(returns.values[start..<min(start + days, returns.values.count)].reduce(0, +)))")
        }
        return .object([
            ("count", .integer(estimate.count)), ("per_year", .double(returns.perYear)),
            ("sharpe_ratio", .double(estimate.ratio)), ("skewness", .double(estimate.skewness)),
            ("kurtosis", .double(estimate.kurtosis)), ("pieces", .array(pieces)),
        ])
    }

    /// nil where its returns do not vary.
    var estimate: SharpeEstimate? {
        guard let shape = json["returns"], let ratio = shape["sharpe_ratio"]?.double, let count = shape["count"]?.int,
            let skewness = shape["skewness"]?.double, let kurtosis = shape["kurtosis"]?.double
        else { return nil }
        return SharpeEstimate(ratio: ratio, count: count, skewness: skewness, kurtosis: kurtosis)
    }

    var returnsPerYear: Double? { json["returns"]?["per_year"]?.double }
    var pieces: [Double] { json["returns"]?["pieces"]?.elements.compactMap(\.double) ?? [] }

    private static let curvePoints = 200

    /// Time in nanoseconds, equity.
    private static func curve(_ picture: BacktestPicture) -> JSON {
        let every = max(1, picture.steps.count / curvePoints)
        let last = picture.steps.count - 1
        return .array(
            picture.steps.enumerated().filter { $0.offset % every == 0 || $0.offset == last }
                .map { .array([.integer($0.element.time), .double($0.element.equity)]) })
    }

    var curve: [(time: Int64, equity: Double)] {
        (json["curve"]?.elements ?? []).compactMap { point in
            guard point.elements.count == 2, let time = point.elements[0].int, let equity = point.elements[1].double
            else { return nil }
            return (Int64(time), equity)
        }
    }
    var daily: DailyReturns {
        DailyReturns(
            values: json["daily"]?.elements.compactMap(\.double) ?? [],
            coveredDays: Int64(json["days"]?.int ?? 0))
    }
}
