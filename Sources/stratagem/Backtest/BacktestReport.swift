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
        var lines = [
            "\(subject) on \(instrumentIDs)",
            line("data", "\(file): \(eventCount) events, \(first) to \(last)"),
        ]
        lines += strategies.map { member in
            let set = member.parameters.map { "\($0.parameter.name) \($0.text)" }.joined(separator: ", ")
            let name = strategies.count > 1 ? "\(member.strategy): " : ""
            return line("parameters", name + (set.isEmpty ? "none" : set))
        }
        lines += [
            "",
            line("equity", money(equity)), line("", picture.sparkline(width: 48)), line("cash", money(cash)),
            line("realized P&L", "\(money(totals.realized)) before commission"),
            line("commission", money(totals.commission)),
        ]
        if hasFinancing {
            lines.append(line("funding paid", money(totals.financing.funding)))
            lines.append(line("borrow paid", money(totals.financing.borrow)))
        }
        for member in strategies {
            for (instrument, position) in member.positions where position.quantity != .zero {
                let owner = strategies.count > 1 ? " of \(member.strategy)" : ""
                lines.append(line("position", "\(position.quantity) \(instrument)\(owner)"))
            }
        }
        lines += [
            line("orders", "\(counters.orders), fills \(counters.fills), denials \(counters.denials)"),
            line("round trips", "\(performance.totalTrades), \(NumberText.percent(performance.winRate)) of them won"),
            "",
        ]
        if !denials.isEmpty { lines += denials.map { line("denied", $0) } + [""] }
        if strategies.count > 1 { lines += memberTable.lines.map { "  " + $0 } + [""] }
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

    /// What each of several strategies has made of it.
    private var memberTable: TextTable {
        var table = TextTable([
            ("strategy", .left), ("net P&L", .right), ("round trips", .right), ("won", .right), ("orders", .right),
            ("denials", .right), ("max drawdown", .right), ("Sharpe", .right),
        ])
        for member in strategies {
            let own = member.performance
            table.add([
                member.strategy, NumberText.money(member.totals.net), String(own.totalTrades),
                NumberText.percent(own.winRate), String(member.counters.orders), String(member.counters.denials),
                NumberText.percent(own.maxDrawdown), NumberText.ratio(own.sharpeRatio),
            ])
        }
        return table
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
