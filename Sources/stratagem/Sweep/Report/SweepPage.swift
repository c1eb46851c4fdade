import Portfolio
import Trading

/// The page about a sweep: one file that loads nothing from elsewhere and needs no script to be read.
struct SweepPage {
    let result: SweepResult
    /// Rows of the table; the file of the sweep has all.
    static let rowsMax = 200

    init(_ result: SweepResult) { self.result = result }

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(HTML.text(result.subject.title)): sweep</title>
        <style>\(ReportPage.style)
        \(SweepPage.style)</style>
        </head>
        <body>
        <main>
        <header>
        <h1>\(HTML.text(result.subject.title))</h1>
        <p class="soft">\(kind) on \(HTML.text(result.subject.instruments)), \(result.subject.first.secondText) to \(result.subject.last.secondText) UTC</p>
        <p class="soft"><code>\(HTML.text(result.ranges))</code></p>
        <dl class="tiles">\(tiles)</dl>
        </header>
        \(luck)\(map)\(line)\(chainChart)\(windowTable)\(table)\(reasons)\(originTable)<footer>Equal data, parameters and code give equal rows. Made by stratagem.</footer>
        </main>
        <script>\(ReportPage.script)</script>
        </body>
        </html>

        """
    }

    private var kind: String { result.isWalkForward ? "Walk-forward" : "Sweep" }

    private var tiles: String {
        let found: [(name: String, shown: String)]
        if let chain = result.chain {
            found = [
                ("Return out-of-sample", NumberText.percent(chain.performance.totalReturn)),
                ("Sharpe ratio", NumberText.ratio(chain.performance.sharpeRatio)),
                ("Largest drawdown", NumberText.percent(chain.performance.maxDrawdown)),
                ("Round trips", String(chain.trades)), ("Windows", String(result.outcome.windows.count)),
                ("Runs", String(result.outcome.every.count)),
            ]
        } else {
            let best = result.rows.first
            found =
                [("Best \(result.metric.title)", result.metric.shown(best?.value(result.metric)))]
                + (best.map { zip(result.grid.parameters, result.grid.texts($0.number)).map { ($0.name, $1) } } ?? [])
                .prefix(3)
                + [
                    ("Deflated Sharpe ratio", NumberText.percent(result.luck?.deflated)),
                    ("Runs", String(result.outcome.every.count)),
                ]
        }
        return found.map { "<div><dt>\(HTML.text($0.name))</dt><dd>\(HTML.text($0.shown))</dd></div>" }.joined()
    }

    private var luck: String {
        (result.luck?.sentences ?? []).map { "<p class=\"luck\">\(HTML.text($0))</p>\n" }.joined()
    }

    // MARK: Tables

    private var table: String {
        guard !result.isWalkForward else { return "" }
        let done = result.rows.filter { $0.status == .done }
        let head =
            (["<th></th>"] + result.grid.parameters.map { "<th class=\"n\">\(HTML.text($0.name))</th>" }
            + result.metrics.map { "<th class=\"n\">\($0.title)</th>" }).joined()
        let rows = done.prefix(SweepPage.rowsMax).enumerated().map { place, row in
            let values = result.grid.texts(row.number) + result.metrics.map { $0.shown(row.value($0)) }
            return "<tr><th>\(place + 1)</th>"
                + values.map { "<td class=\"n\">\(HTML.text($0))</td>" }.joined() + "</tr>"
        }
        let rest = done.count - rows.count
        return """
            <h2>Runs, best first</h2>
            <div class="wide"><table><thead><tr>\(head)</tr></thead><tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>
            \(rest > 0 ? "<p class=\"soft\">\(rest) more are in <code>\(HTML.text(result.file))</code>.</p>\n" : "")
            """
    }

    private var windowTable: String {
        guard result.isWalkForward else { return "" }
        let parameters = result.grid.parameters
        let head =
            ["", "in-sample from", "out-of-sample from", "to"].map { "<th>\($0)</th>" }.joined()
            + (parameters.map(\.name) + ["in-sample", "out-of-sample", "return", "equity"])
            .map { "<th class=\"n\">\(HTML.text($0))</th>" }.joined()
        let rows = result.outcome.windows.enumerated().map { place, found in
            let times = [
                found.window.inSample.lowerBound, found.window.outOfSample.lowerBound,
                found.window.outOfSample.upperBound,
            ].map { "<td>\(SweepResult.moment($0))</td>" }.joined()
            let values =
                (found.chosen.map { result.grid.texts($0.combination) } ?? parameters.map { _ in "–" })
                + [
                    result.metric.shown(found.chosen?.row.value(result.metric)),
                    result.metric.shown(found.proof?.value(result.metric)),
                    NumberText.percent(found.proof?.value(.totalReturn)),
                    SweepMetric.equity.shown(found.proof?.value(.equity)),
                ]
            return "<tr><th>\(place + 1)</th>\(times)"
                + values.map { "<td class=\"n\">\(HTML.text($0))</td>" }.joined() + "</tr>"
        }
        return """
            <h2>Windows by \(result.metric.title)</h2>
            <div class="wide"><table><thead><tr>\(head)</tr></thead><tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>
            <p class="soft">The best combination of each in-sample part runs out-of-sample behind it, begins flat with what the window
            before ended with, and sees nothing of the time before.</p>

            """
    }

    private var reasons: String {
        guard !result.reasons.isEmpty else { return "" }
        let rows = result.reasons.map {
            "<tr><th>\($0.runs)</th><td>as \(HTML.text(result.values(of: $0.example))): \(HTML.text($0.example.reason))</td></tr>"
        }
        return "<h2>Runs without a result</h2>\n<table>\(rows.joined(separator: "\n"))</table>\n"
    }

    private var originTable: String {
        let rows = result.subject.sources.flatMap { source in
            source.checksums.map {
                "<tr><th>\(HTML.text($0.file))</th><td>SHA-256 <code>\($0.sum)</code></td></tr>"
            }
        }
        return rows.isEmpty ? "" : "<h2>Data</h2><table>\(rows.joined(separator: "\n"))</table>\n"
    }
}
