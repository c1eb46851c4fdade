import ArgumentParser
import Configuration
import Trading

/// What holding a position costs in a backtest; it stands above what the host's file says.
struct FinancingOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Funding of each interval as a fraction of a position's value; above zero longs pay shorts.",
            valueName: "rate"),
        transform: FinancingOptions.fundingRate)
    var fundingRate: Rate?

    @Option(
        help: ArgumentHelp("Funding is due at every multiple of this since 1970; default: 8h.", valueName: "time"),
        transform: FinancingOptions.interval)
    var fundingEvery: Int64?

    @Option(
        help: ArgumentHelp(
            "Funding rates of the past: CSV with the columns time, rate and, for several instruments, instrument.",
            valueName: "file.csv"))
    var funding: String?

    @Option(
        help: ArgumentHelp(
            "What shorts pay a year as a fraction of their value, at each day's end.", valueName: "rate"),
        transform: FinancingOptions.borrowRate)
    var borrowRate: Rate?

    func validate() throws {
        if fundingEvery != nil, fundingRate == nil {
            throw ValidationError("--funding-every says when --funding-rate is due: name that too")
        }
    }

    var terms: BacktestFinancing {
        BacktestFinancing(
            funding: fundingRate.map { .constant(rate: $0, every: fundingEvery ?? FinancingSettings.usualInterval) },
            path: funding, borrowRate: borrowRate
        )
    }

    static func fundingRate(_ text: String) throws -> Rate {
        let expected = "a fraction in -1…1, like 0.0001"
        let raw = try DecimalArgument.parse(text, scale: Rate.decimals, expected)
        guard abs(raw) <= Rate.one.raw else { throw ValidationError("'\(text)' is not \(expected)") }
        return Rate(raw: raw)
    }

    static func borrowRate(_ text: String) throws -> Rate {
        let expected = "a fraction in 0…10, like 0.05"
        let raw = try DecimalArgument.parse(text, scale: Rate.decimals, expected)
        guard raw >= 0, raw <= 10 * Rate.one.raw else { throw ValidationError("'\(text)' is not \(expected)") }
        return Rate(raw: raw)
    }

    static func interval(_ text: String) throws -> Int64 {
        let time = try DecimalArgument.duration(text)
        guard time >= FundingTerms.shortestInterval, time <= 7 * Timestamp.nanosecondsPerDay else {
            throw ValidationError("'\(text)' is not a time in 1h…7d")
        }
        return time
    }
}
