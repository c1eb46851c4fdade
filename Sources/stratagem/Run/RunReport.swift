import Configuration
import Engine
import PluginHost
import Portfolio
import Trading

/// What a run says before it starts and after it has ended.
enum RunReport {
    /// What was loaded, and what was refused and why.
    static func opening(
        _ wiring: Wiring, source: MarketSource, speed: Rate?, catalog: PluginCatalog
    ) -> [String] {
        let pace =
            speed.map { $0 == .one ? "in real time" : "\($0) times as fast as real time" } ?? "as fast as possible"
        var lines = ["market: \(source.description), \(pace)"]
        for account in wiring.setup.accounts {
            let currency = wiring.universe.currencies[Int(account.terms.currency)]
            lines.append(
                "account: \(account.id), \(NumberText.money(account.terms.openingBalance)) \(currency) on paper")
        }
        for strategy in wiring.strategies {
            let set = (strategy.instance?.parameterTexts ?? []).map { "\($0.name) \($0.text)" }.joined(separator: ", ")
            let state = strategy.configuration.enabled ? "" : " (not enabled)"
            lines.append(
                "strategy: \(strategy.id)\(state), \(strategy.plugin.id) \(strategy.plugin.version) on "
                    + "\(strategy.configuration.instruments.joined(separator: ", ")) \(strategy.timeframe.name): \(set)"
            )
        }
        return lines.map(\.printable) + problems(wiring, catalog)
    }

    /// What was refused, and what is worth knowing.
    static func problems(_ wiring: Wiring, _ catalog: PluginCatalog) -> [String] {
        var lines = refusals(wiring, catalog)
        let isRefused = { (finding: ConfigurationFinding) in
            wiring.refused.contains {
                $0.findings.contains { $0.file == finding.file && $0.keyPath == finding.keyPath }
            }
        }
        lines += wiring.warnings.filter { !isRefused($0) }.map { "warning: \($0)" }
        return lines.map(\.printable)
    }

    /// Strategies and libraries that are not used, with every reason.
    static func refusals(_ wiring: Wiring, _ catalog: PluginCatalog) -> [String] {
        wiring.refused.flatMap { refused in refused.findings.map { "refused: \(refused.id): \($0)" } }
            + catalog.refusals.filter { refusal in
                // What a strategy was refused for is told with it.
                !wiring.refused.contains { $0.findings.contains { $0.isAbout(folder: refusal.path) } }
            }.map { "refused: \($0.path): \($0.problems.map(\.text).joined(separator: "; "))" }
    }

    /// Strategies that trade with the code that they had before.
    static func outdated(_ catalog: PluginCatalog) -> [String] {
        catalog.outdated.map { refusal in
            let reason = refusal.findings.first.map { "\($0)" } ?? refusal.path
            return "warning: \(reason); what was compiled before trades on".printable
        }
    }

    /// `columns` of the terminal; nil in a pipe, where lines may be as long as they are.
    static func closing(_ status: HostStatus, seconds: Double, columns: Int?) -> [String] {
        let market = Double(status.time - status.start) / 1e9
        let head = [
            "stopped after \(NumberText.duration(seconds: seconds)) and \(NumberText.duration(seconds: market)) of the market: "
                + "\(status.eventCount) events",
            status.equityText,
        ]
        if let columns { return head + LiveTable(columns: columns, rows: .max).summary(status) }
        var table = TextTable([
            ("strategy", .left), ("state", .left), ("events", .right), ("orders", .right), ("fills", .right),
            ("denied", .right), ("position", .left), ("realized", .right), ("unrealized", .right),
        ])
        for strategy in status.strategies {
            table.add([
                strategy.id, strategy.state.rawValue, String(strategy.counters.events),
                String(strategy.counters.orders),
                String(strategy.counters.fills), String(strategy.counters.denials), strategy.positionText,
                strategy.realized.map { NumberText.signed($0) } ?? "no rate",
                strategy.unrealized.map { NumberText.signed($0) } ?? "no rate",
            ])
        }
        return head + table.lines
    }
}
