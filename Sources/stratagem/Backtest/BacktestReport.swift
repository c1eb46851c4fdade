import Engine
import PluginHost
import Portfolio
import Trading

extension BacktestResult {
    /// A page for people; what is in it rounded is exact in the JSON.
    func report(wallSeconds: Double) -> [String] {
        let currency = currency
        func line(_ name: String, _ value: String) -> String { "  " + name.padded(to: 16, .left) + value }
        func money(_ amount: Money) -> String { NumberText.money(amount) + " " + currency }
        let subject = strategy == plugin ? plugin : "\(strategy) (\(plugin))"
        let set = parameters.map { "\($0.parameter.name) \($0.text)" }.joined(separator: ", ")
        var lines = [
            "\(subject) on \(instrumentIDs)",
            line("data", "\(file): \(eventCount) events, \(first) to \(last)"),
            line("parameters", set.isEmpty ? "none" : set), "",
            line("equity", money(equity)), line("", picture.sparkline(width: 48)), line("cash", money(cash)),
            line("realized P&L", "\(money(totals.realized)) before commission"),
            line("commission", money(totals.commission)),
        ]
        if hasFinancing {
            lines.append(line("funding paid", money(totals.financing.funding)))
            lines.append(line("borrow paid", money(totals.financing.borrow)))
        }
        for (position, instrument) in zip(positions, instruments) where position.quantity != .zero {
            lines.append(line("position", "\(position.quantity) \(instrument.id)"))
        }
        lines += [
            line("orders", "\(counters.orders), fills \(counters.fills), denials \(counters.denials)"),
            line("round trips", "\(performance.totalTrades), \(NumberText.percent(performance.winRate)) of them won"),
            "",
        ]
        if !denials.isEmpty { lines += denials.map { line("denied", $0) } + [""] }
        lines += statistics.lines.map { "  " + $0 }
        if !faults.isEmpty { lines += [""] + faults.map { line("attention", $0) } }
        lines += [
            "",
            line(
                "speed",
                "\(NumberText.short(eventsPerSecond)) events/s in the event loop, "
                    + "\(NumberText.duration(seconds: wallSeconds)) in all"),
            line("state hash", stateHash),
        ]
        return lines
    }

    private var statistics: TextTable {
        var table = TextTable([
            ("return", .right), ("annualized", .right), ("max drawdown", .right), ("volatility", .right),
            ("Sharpe", .right), ("Sortino", .right), ("Calmar", .right), ("profit factor", .right),
        ])
        table.add([
            NumberText.percent(performance.totalReturn), NumberText.percent(performance.annualizedReturn),
            NumberText.percent(performance.maxDrawdown), NumberText.percent(performance.volatility),
            NumberText.ratio(performance.sharpeRatio), NumberText.ratio(performance.sortinoRatio),
            NumberText.ratio(performance.calmarRatio), NumberText.ratio(performance.profitFactor),
        ])
        return table
    }
}
