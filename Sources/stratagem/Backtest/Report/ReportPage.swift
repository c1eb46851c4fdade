import Portfolio
import Trading

/// The page about a backtest: one file that loads nothing from elsewhere and needs no script to be read.
struct ReportPage {
    let result: BacktestResult
    let picture: BacktestPicture
    /// By instrument.
    let sources: [DataSource]
    /// What the command line prints for programs.
    let json: JSON

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(HTML.text(result.subject)): backtest</title>
        <style>\(ReportPage.style)</style>
        </head>
        <body>
        <main>
        <header>
        <h1>\(HTML.text(result.subject))</h1>
        <p class="soft">Backtest on \(HTML.text(result.instrumentIDs)), \(result.first.secondText) to \(result.last.secondText) UTC</p>
        \(faults)<dl class="tiles">\(tiles)</dl>
        </header>
        \(equityChart)\(priceCharts)\(monthTable)\(tradeChart)\(strategyTable)\(statisticsTables)<div class="pair"><section>\(parameterTable)</section>
        <section>\(denialTable)</section></div>
        \(originTable)<footer>Equal data, parameters and code give an equal state hash. Made by stratagem.</footer>
        </main>
        <script type="application/json" id="result">\(HTML.script(json))</script>
        <script>\(ReportPage.script)</script>
        </body>
        </html>

        """
    }

    private var faults: String {
        result.faults.map { "<p class=\"bad\">Attention: \(HTML.text($0))</p>\n" }.joined()
    }

    private var tiles: String {
        let keys = ["total_return", "max_drawdown", "sharpe_ratio", "total_trades", "win_rate", "profit_factor"]
        return keys.compactMap { key in statistics.first { $0.key == key } }.map { row in
            let total = result.performance.totalReturn ?? 0
            let tone = row.key == "total_return" && total != 0 ? " class=\"\(total > 0 ? "good" : "bad")\"" : ""
            return "<div><dt>\(row.name)</dt><dd\(tone)>\(HTML.text(row.shown))</dd></div>"
        }.joined()
    }
}
