import ArgumentParser
import Engine
import Glibc
import Trading

/// Limits of a session, which hold beside the strategy's own: of two the stricter.
struct SessionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Closes a position so many percent against its entry price.", valueName: "n"),
        transform: DecimalArgument.percent)
    var stopLossPercent: Rate?

    @Option(
        help: ArgumentHelp("Closes a position so many percent in its favour.", valueName: "n"),
        transform: DecimalArgument.percent)
    var takeProfitPercent: Rate?

    @Option(
        help: ArgumentHelp("Largest value of a position, in the account's currency.", valueName: "amount"),
        transform: DecimalArgument.cash)
    var maxPositionNotional: Money?

    @Option(
        help: ArgumentHelp("Largest value of all that it holds and has asked for.", valueName: "amount"),
        transform: DecimalArgument.cash)
    var budget: Money?

    @Option(help: .hidden)
    var tiedTo: Int32?

    var terms: SessionTerms {
        var terms = SessionTerms()
        terms.maxPositionNotional = maxPositionNotional
        terms.budget = budget
        terms.protection = ProtectionTerms(stopLoss: stopLossPercent, takeProfit: takeProfitPercent)
        return terms
    }
}
