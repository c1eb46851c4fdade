import Trading

// Lists for spreadsheets and for comparison with other programs: exact decimals, times in UTC.

extension BacktestResult {
    /// One line a round trip; `pnl` is net of commission. Of several strategies each is named in the last column.
    var tradesCSV: String {
        var text =
            "trade_id,instrument,side,quantity,entry_time,entry_price,exit_time,exit_price,commission,pnl\(strategyColumn)\n"
        for trade in trades {
            text +=
                "\(trade.id),\(CSV.field(instruments[Int(trade.instrument)].id)),\(trade.side.name),\(trade.quantity),\(trade.entryTime),"
                + "\(trade.entryPrice),\(trade.exitTime),\(trade.exitPrice),\(trade.commission),\(trade.pnl)\(name(trade.strategy))\n"
        }
        return text
    }

    private var strategyColumn: String { strategies.count > 1 ? ",strategy" : "" }

    private func name(_ strategy: Int32) -> String {
        strategies.count > 1 ? ",\(CSV.field(strategies[Int(strategy)].strategy))" : ""
    }

    /// One line a fill; with several instruments they are the last column, and after them the strategies where those are several.
    var fillsCSV: String {
        let hasSeveral = instruments.count > 1
        var text =
            "time,order_id,side,quantity,price,value,commission,liquidity\(hasSeveral ? ",instrument" : "")\(strategyColumn)\n"
        for fill in fills {
            text +=
                "\(fill.time),\(fill.orderID),\(fill.side.name),\(fill.quantity),\(fill.price),\(fill.value),"
                + "\(fill.commission),\(fill.liquidity == .maker ? "MAKER" : "TAKER")"
            text += hasSeveral ? ",\(CSV.field(instruments[Int(fill.instrument)].id))" : ""
            text += name(fill.strategy) + "\n"
        }
        return text
    }
}

enum CSV {
    /// Quoted where a reader would take it apart.
    static func field(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0 == "\n" }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
