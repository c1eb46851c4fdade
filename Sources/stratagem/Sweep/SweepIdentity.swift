import Configuration
import Crypto
import Engine
import MarketData
import PluginHost
import Trading

/// All that makes one sweep another one: with the same of each its runs find the same.
struct SweepIdentity {
    /// In words that an error may use.
    let parts: [(key: String, value: JSON)]

    var json: JSON { .object(parts) }

    /// Names a file.
    var key: String { SHA256.hash(data: Array(json.text.utf8)).prefix(8).hexadecimal }

    /// `rounds` says how the time is cut, with the metric that chooses; nil = one run for each combination.
    init(
        _ prepared: PreparedBacktest, _ sources: [DataSource], _ inputs: BacktestInputs, _ folder: StrategiesFolder,
        _ grid: SweepGrid, rounds: JSON?
    ) {
        // Where the data lies and what it is called does not matter.
        let sums = sources.map { source -> JSON in
            source.checksums.isEmpty ? .string(source.name) : .array(source.checksums.map { .string($0.sum) })
        }
        let strategy = folder.strategies.first { $0.id == prepared.sole.strategyID }
        let configuration = strategy.map { strategy in
            [strategy.file, folder.path + "/host.yaml"].map { path in
                FileSystem.text(of: path, bytesMax: 1 << 20).map { SHA256.hash(data: Array($0.utf8)).hexadecimal }
            }
        }
        parts = [
            ("version", .string(Stratagem.version)), ("strategy", .string(prepared.sole.strategyID)),
            (
                "plugin",
                .object([("id", .string(prepared.sole.plugin.id)), ("sha256", .string(prepared.sole.plugin.sha256))])
            ),
            ("data", .array(sums)),
            ("instruments", .array(prepared.setup.instruments.map { .string($0.id) })),
            ("configuration", .array((configuration ?? []).map { .optional($0) })),
            ("options", inputs.json), ("ranges", .array(grid.parameters.map { .string($0.description) })),
            (
                "random",
                grid.draw.map { .object([("count", .integer($0.count)), ("seed", .integer($0.seed))]) } ?? .null
            ),
            ("walk-forward", rounds ?? .null),
        ]
    }

    /// What is not as it is here, by name.
    func differences(from other: JSON) -> [String] {
        parts.filter { other[$0.key]?.text != $0.value.text }.map(\.key)
    }
}

extension BacktestInputs {
    /// What changes a result, but for the market itself.
    var json: JSON {
        .object([
            ("set", .array(set.map { .string("\($0.key)=\($0.value)") })), ("from", .optional(from?.description)),
            ("to", .optional(to?.description)), ("warm_up", .integer(warmUp)), ("cash", .optional(cash?.description)),
            ("commission_rate", .string(commissionRate.description)),
            ("slippage", .string(slippageBps.description)), ("financing", financing.json),
            ("bar_stamp", .string(barStamp.rawValue)),
            ("zone", .string("\(tz)")), ("timeframe", .optional(timeframe?.name)),
            ("stop_loss", .optional(session.stopLossPercent?.description)),
            ("take_profit", .optional(session.takeProfitPercent?.description)),
            ("max_position_notional", .optional(session.maxPositionNotional?.description)),
            ("budget", .optional(session.budget?.description)),
        ])
    }
}

extension FinancingOptions {
    /// Of a file what it holds, wherever it lies.
    fileprivate var json: JSON {
        let file = funding.flatMap { FileSystem.text(of: $0, bytesMax: FundingFile.bytesMax) }
        return .object([
            ("funding_rate", .optional(fundingRate?.description)),
            ("funding_every", .optional(fundingEvery.map { "\($0)" })),
            ("funding", .optional(file.map { SHA256.hash(data: Array($0.utf8)).hexadecimal })),
            ("borrow_rate", .optional(borrowRate?.description)),
        ])
    }
}
