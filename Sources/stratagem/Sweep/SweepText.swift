import Portfolio
import Trading

// For people: what is rounded here is exact in the JSON.

extension SweepResult {
    /// Beside the metric that it is sorted by.
    static let shownMetrics: [SweepMetric] = [.equity, .totalReturn, .sharpeRatio, .maxDrawdown, .trades]

    var metrics: [SweepMetric] {
        [metric] + SweepResult.shownMetrics.filter { $0 != metric && $0.title != metric.title }
    }

    func report(top: Int, wallSeconds: Double, isColoured: Bool) -> [String] {
        var lines = [
            "\(subject.title) on \(subject.instruments)",
            "  \(subject.files), \(subject.first) to \(subject.last)",
            "  " + ranges, "",
        ]
        lines += isWalkForward ? windowLines : tableLines(top)
        if let map = HeatMap(self) {
            lines += [""] + map.text(metric, isColoured: isColoured).map { "  " + $0 }
        }
        if let luck, !luck.sentences.isEmpty { lines += [""] + luck.sentences.map { "  " + $0 } }
        lines += reasonLines
        let resumed = outcome.resumed > 0 ? ", \(outcome.resumed) of them before" : ""
        lines += [
            "",
            "  \(outcome.every.count) runs\(resumed), in \(NumberText.duration(seconds: wallSeconds)); kept in \(file.printable)",
        ]
        return lines
    }

    var ranges: String {
        let drawn = grid.draw.map { ", \(grid.count) drawn with the seed \($0.seed)" } ?? ""
        return grid.parameters.map(\.description).joined(separator: " × ") + drawn
    }

    private func tableLines(_ top: Int) -> [String] {
        var table = TextTable(
            [("", .right)] + grid.parameters.map { ($0.name, .right) } + metrics.map { ($0.title, .right) })
        for (place, row) in rows.filter({ $0.status == .done }).prefix(top).enumerated() {
            table.add(
                ["\(place + 1)"] + grid.texts(row.number) + metrics.map { $0.shown(row.value($0)) })
        }
        return table.isEmpty ? ["  No run was done."] : table.lines.map { "  " + $0 }
    }

    private var reasonLines: [String] {
        guard !reasons.isEmpty else { return [] }
        return [""] + reasons.map { "  \($0.runs), as \(values(of: $0.example)): \($0.example.reason.printable)" }
    }

    // MARK: Walk-forward

    private var windowLines: [String] {
        var table = TextTable(
            [("", .right), ("in-sample from", .left), ("out-of-sample from", .left), ("to", .left)]
                + grid.parameters.map { ($0.name, .right) }
                + [("in-sample", .right), ("out-of-sample", .right), ("return", .right), ("equity", .right)])
        for (place, found) in outcome.windows.enumerated() {
            let values = found.chosen.map { grid.texts($0.combination) } ?? grid.parameters.map { _ in "–" }
            table.add(
                [
                    "\(place + 1)", SweepResult.moment(found.window.inSample.lowerBound),
                    SweepResult.moment(found.window.outOfSample.lowerBound),
                    SweepResult.moment(found.window.outOfSample.upperBound),
                ] + values + [
                    metric.shown(found.chosen?.row.value(metric)), metric.shown(found.proof?.value(metric)),
                    NumberText.percent(found.proof?.value(.totalReturn)),
                    SweepMetric.equity.shown(found.proof?.value(.equity)),
                ])
        }
        guard let chain else { return table.lines.map { "  " + $0 } }
        return table.lines.map { "  " + $0 } + ["", "  " + chain.sentence(subject.currency)]
    }

    /// As exact as it has to be: a day, or a second.
    static func moment(_ nanoseconds: Int64) -> String {
        // The end of the data lies a nanosecond behind its last event.
        let seconds = nanoseconds - nanoseconds % Timestamp.nanosecondsPerSecond
        let text = Timestamp(nanoseconds: seconds).description
        return seconds % Timestamp.nanosecondsPerDay == 0 ? String(text.prefix(10)) : text.secondText
    }
}

extension OutOfSampleChain {
    func sentence(_ currency: String) -> String {
        "Out-of-sample, one window after another: \(NumberText.percent(performance.totalReturn)) to "
            + "\(NumberText.money(equity)) \(currency), Sharpe ratio \(NumberText.ratio(performance.sharpeRatio)), max drawdown "
            + "\(NumberText.percent(performance.maxDrawdown)) by day ends, \(trades) trades."
    }
}
