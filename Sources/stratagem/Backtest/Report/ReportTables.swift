import Engine
import PluginHost
import Portfolio
import Trading

// The tables of the page.

extension ReportPage {
    /// The result's numbers, rounded for people; the exact ones of the JSON stand in the title of each.
    var statistics: [(name: String, key: String, shown: String)] {
        let performance = result.performance
        return [
            ("Return", "total_return", NumberText.percent(performance.totalReturn)),
            ("Return in a year", "annualized_return", NumberText.percent(performance.annualizedReturn)),
            ("Largest drawdown", "max_drawdown", NumberText.percent(performance.maxDrawdown)),
            ("Volatility in a year", "volatility", NumberText.percent(performance.volatility)),
            ("Sharpe ratio", "sharpe_ratio", NumberText.ratio(performance.sharpeRatio)),
            ("Sortino ratio", "sortino_ratio", NumberText.ratio(performance.sortinoRatio)),
            ("Calmar ratio", "calmar_ratio", NumberText.ratio(performance.calmarRatio)),
            ("Value at risk of a day, 95 %", "var_95", NumberText.percent(performance.valueAtRisk95)),
            ("Round trips", "total_trades", String(performance.totalTrades)),
            ("Of them won", "win_rate", NumberText.percent(performance.winRate)),
            ("Profit factor", "profit_factor", NumberText.ratio(performance.profitFactor)),
            ("Expectancy of a trade", "expectancy", NumberText.ratio(performance.expectancy)),
            (
                "Average trade lasts", "avg_trade_duration",
                performance.averageTradeDurationSeconds.map { NumberText.duration(seconds: $0) } ?? "–"
            ),
            ("Time with a position", "exposure_time", NumberText.percent(performance.exposureTime)),
        ]
    }

    private var amounts: [(name: String, key: String, shown: String)] {
        func money(_ amount: Money) -> String { "\(NumberText.money(amount)) \(result.currency)" }
        let financing = result.totals.financing
        let paid =
            result.hasFinancing
            ? [
                ("Funding paid", "funding_paid", money(financing.funding)),
                ("Borrow paid", "borrow_paid", money(financing.borrow)),
            ] : []
        return [
            ("Equity at the end", "equity", money(result.equity)), ("Cash at the end", "cash", money(result.cash)),
            ("Realized, before commission", "realized_pnl", money(result.totals.realized)),
            ("Commission", "commission", money(result.totals.commission)),
        ] + paid + [
            ("Orders", "orders", String(result.counters.orders)), ("Fills", "fills", String(result.counters.fills)),
            ("Denials", "denials", String(result.counters.denials)),
        ]
    }

    var statisticsTables: String {
        func table(_ rows: [(name: String, key: String, shown: String)], _ values: JSON) -> String {
            let lines = rows.map { row in
                let exact = values[row.key]?.shown ?? "–"
                return
                    "<tr><th>\(row.name)</th><td class=\"n\" data-key=\"\(row.key)\" title=\"\(HTML.text(exact))\">\(HTML.text(row.shown))</td></tr>"
            }
            return "<table>\(lines.joined(separator: "\n"))</table>"
        }
        return """
            <h2>Statistics</h2>
            <div class="pair">\(table(statistics, json["performance"] ?? .null))
            \(table(amounts, json))</div>

            """
    }

    var monthTable: String {
        let months = picture.months
        guard let first = months.first, let last = months.last else { return "" }
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let strongest = months.map { abs($0.change) }.max() ?? 0
        func cell(_ name: String, _ change: Double?, isTinted: Bool) -> String {
            guard let change else { return "<td></td>" }
            let part = strongest > 0 && isTinted ? Int((abs(change) / strongest * 45).rounded()) + 5 : 0
            let tint =
                part > 0 && change != 0 ? " class=\"\(change > 0 ? "up" : "down")\" style=\"--part:\(part)\"" : ""
            return "<td data-name=\"\(name)\"\(tint)>\(NumberText.fixed(change * 100, 2))</td>"
        }
        let rows = (first.year...last.year).map { year in
            let own = months.filter { $0.year == year }
            let cells = names.enumerated().map { index, name in
                cell(name, own.first { $0.month == index + 1 }?.change, isTinted: true)
            }
            let open = own.first?.open ?? 0
            let whole = own.last.flatMap { open == 0 ? nil : $0.close / open - 1 }
            return "<tr><th scope=\"row\">\(year)</th>\(cells.joined())\(cell("Year", whole, isTinted: false))</tr>"
        }
        let head = (names + ["Year"]).map { "<th scope=\"col\">\($0)</th>" }.joined()
        return """
            <h2>Returns by month, in percent</h2>
            <table class="months"><thead><tr><th></th>\(head)</tr></thead><tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table>

            """
    }

    var denialTable: String {
        guard !result.denialCounts.isEmpty else {
            return "<h2>Denials by rule</h2><p class=\"soft\">No order was denied.</p>\n"
        }
        let rows = result.denialCounts.map {
            "<tr><th>\(HTML.text($0.rule.name))</th><td>\(HTML.text($0.reason.text))</td><td class=\"n\">\($0.count)</td></tr>"
        }
        return "<h2>Denials by rule</h2><table>\(rows.joined(separator: "\n"))</table>\n"
    }

    var parameterTable: String {
        let tables = result.strategies.map { member in
            let title = result.strategies.count > 1 ? "Parameters of \(HTML.text(member.strategy))" : "Parameters"
            guard !member.parameters.isEmpty else { return "<h2>\(title)</h2><p class=\"soft\">It has none.</p>\n" }
            let rows = member.parameters.map {
                "<tr><th>\(HTML.text($0.parameter.name))</th><td class=\"n\">\(HTML.text($0.text))</td></tr>"
            }
            return "<h2>\(title)</h2><table>\(rows.joined(separator: "\n"))</table>\n"
        }
        return tables.joined()
    }

    /// What each of several strategies has made of it; nothing for one.
    var strategyTable: String {
        guard result.strategies.count > 1 else { return "" }
        let names = ["Net P&L", "Round trips", "Of them won", "Orders", "Denials", "Largest drawdown", "Sharpe ratio"]
        let head = names.map { "<th scope=\"col\">\(HTML.text($0))</th>" }.joined()
        let rows = result.strategies.map { member in
            let own = member.performance
            let cells = [
                NumberText.money(member.totals.net), String(own.totalTrades), NumberText.percent(own.winRate),
                String(member.counters.orders), String(member.counters.denials), NumberText.percent(own.maxDrawdown),
                NumberText.ratio(own.sharpeRatio),
            ].map { "<td class=\"n\">\(HTML.text($0))</td>" }
            return "<tr><th scope=\"row\">\(HTML.text(member.subject))</th>\(cells.joined())</tr>"
        }
        return """
            <h2>Strategies</h2>
            <table><thead><tr><th></th>\(head)</tr></thead><tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table>

            """
    }

    var originTable: String {
        var rows = zip(result.instruments, sources).map { instrument, source in
            let sums = source.checksums.map { sum in
                (sum.file == source.name ? "" : "<br>\(HTML.text(sum.file))") + "<br>SHA-256 <code>\(sum.sum)</code>"
            }
            return
                "<tr><th>\(HTML.text(instrument.id))</th><td>\(HTML.text(source.name))\(sums.joined())</td></tr>"
        }
        rows.append("<tr><th>Events</th><td>\(result.eventCount), \(result.first) to \(result.last)</td></tr>")
        rows.append("<tr><th>State hash</th><td><code data-key=\"state_hash\">\(result.stateHash)</code></td></tr>")
        return "<h2>Data</h2><table>\(rows.joined(separator: "\n"))</table>\n"
    }
}
