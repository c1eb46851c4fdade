import ArgumentParser

struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Says why a strategy does not trade, or what became of an order.")

    @Argument(help: "A strategy's id, or an order's.")
    var subject: String

    @OptionGroup var folder: DataFolderOption
    @OptionGroup var output: OutputOptions

    func run() throws {
        let client = try HostClient(dataFolder: folder.dataDir)
        let explanation = try explain(client)
        if output.json { Console.print(explanation.json.text) }
        if output.isForPeople { explanation.lines.forEach(Console.print) }
    }

    private func explain(_ client: HostClient) throws(CommandError) -> Explanation {
        let stops = try client.get("/api/v1/emergency-stops")["active_stops"]?.elements ?? []
        if let strategy = try client.find("/api/strategies/\(HTTPRequest.encoded(subject))") {
            let reasons = StrategyReasons(
                id: subject, strategy: strategy, stops: stops,
                denials: try client.get("/api/risk/denials", [("strategy_id", subject)])["denials"]?.elements ?? [],
                headroom: try client.get("/api/risk/headroom", [("strategy_id", subject)])["headroom"]?.elements ?? [],
                orders: try client.get("/api/orders", [("strategy_id", subject), ("limit", "1")])["orders"]?.elements
                    ?? [],
                health: try health(client), now: Int(WallClock.now / 1_000_000_000))
            return reasons.explanation
        }
        let orders = try client.get("/api/orders", [("limit", "1000")])["orders"]?.elements ?? []
        let denials = try client.get("/api/risk/denials")["denials"]?.elements ?? []
        let order = orders.first { $0["order_id"]?.string == subject }
        let own = denials.filter { $0["order_id"]?.string == subject }
        guard order != nil || !own.isEmpty else {
            throw CommandError(
                .usage, "the host knows no strategy and no recent order of this id", at: subject,
                "`stratagem strategies` and `stratagem orders` list them")
        }
        return OrderReasons(id: subject, order: order, denials: own, stops: stops).explanation
    }

    /// An unhealthy host answers with another status and the same body.
    private func health(_ client: HostClient) throws(CommandError) -> JSON {
        try client.send(HTTPRequest(path: "/health")).body
    }
}
