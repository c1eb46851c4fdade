import ArgumentParser
import Trading

/// The folder of a command that asks a running host.
struct DataFolderOption: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of the host to ask.", valueName: "dir"))
    var dataDir = ".stratagem"
}

struct OrdersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders", abstract: "Lists the orders of the running host, newest first.")

    @Option(help: ArgumentHelp("Only this strategy's.", valueName: "id"))
    var strategy: String?

    @Option(help: ArgumentHelp("Only this instrument's.", valueName: "id"))
    var instrument: String?

    @Option(help: ArgumentHelp("Only orders in this state, FILLED for example.", valueName: "status"))
    var status: String?

    @Option(help: ArgumentHelp("At most so many.", valueName: "n"))
    var limit = 50

    @OptionGroup var folder: DataFolderOption
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if limit < 1 || limit > 10_000 { throw ValidationError("--limit must be 1…10000") }
    }

    func run() throws {
        let answer = try HostClient(dataFolder: folder.dataDir).get(
            "/api/orders",
            [
                ("strategy_id", strategy), ("instrument", instrument), ("status", status?.uppercased()),
                ("limit", String(limit)),
            ])
        if output.json { Console.print(answer.text) }
        if output.isForPeople { OrdersCommand.table(answer["orders"]?.elements ?? []).forEach(Console.print) }
    }

    static func table(_ orders: [JSON]) -> [String] {
        guard !orders.isEmpty else { return ["no orders"] }
        var table = TextTable([
            ("id", .left), ("time", .left), ("strategy", .left), ("instrument", .left), ("side", .left),
            ("kind", .left), ("quantity", .right), ("price", .right), ("filled", .right), ("average", .right),
            ("status", .left),
        ])
        let keys = [
            "order_id", "created_at", "strategy_id", "instrument", "order_type", "order_kind", "quantity", "price",
            "filled_quantity", "average_price", "status",
        ]
        for order in orders {
            table.add(keys.map { $0 == "created_at" ? order.moment($0) : order[$0]?.shown ?? "–" })
        }
        return table.lines
    }
}
