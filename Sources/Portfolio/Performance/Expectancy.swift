extension Performance {
    /// Net profit of the average trade, in the account's currency: win rate × average win − loss rate × average loss.
    /// nil without a trade.
    public static func expectancy(_ trades: TradeTotals) -> Double? {
        trades.count > 0 ? defined((trades.grossProfit - trades.grossLoss) / Double(trades.count)) : nil
    }
}
