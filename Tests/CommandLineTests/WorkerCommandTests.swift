import Testing

/// `isolation: worker` as a user sees it.
@Suite("Workers on the command line")
struct WorkerCommandTests {
    private let scratch = Scratch()

    @Test("a backtest in a worker has the result of one in the host, to the last digit")
    func backtest() async throws {
        scratch.writeBars(1500)
        for isolation in ["host", "worker"] {
            scratch.write(
                """
                plugin: SMACross
                instruments: [BTC_USDT]
                parameters: {fast: 2, slow: 4, quantity: 1}
                isolation: \(isolation)
                """, to: "strategies/cross_\(isolation)/strategy.yaml")
        }
        var results: [JSONObject] = []
        for isolation in ["host", "worker"] {
            let arguments = [
                "backtest", "cross_\(isolation)", "--data", "bars.csv", "--instrument", "BTC_USDT", "--json",
            ]
            let outcome = try await CommandLine.run(arguments, in: scratch)
            #expect(outcome.code == 0, "\(outcome.errors)")
            results.append(try JSONObject(outcome.output))
        }
        #expect((results[0].integer("fills") ?? 0) > 20)
        for key in ["state_hash", "equity", "cash"] {
            #expect(results[0].text(key) != nil && results[0].text(key) == results[1].text(key), "\(key)")
        }
    }

    @Test("the list says where each strategy runs")
    func list() async throws {
        scratch.addCross("apart", "isolation: worker")
        scratch.addCross("here")
        let outcome = try await CommandLine.run(["strategies", "--json"], in: scratch)
        let strategies = try JSONObject(outcome.output).objects("strategies")
        #expect(strategies.map { $0.text("isolation") } == ["worker", "host"])
        #expect(strategies.allSatisfy { $0.objects("problems").isEmpty })
    }

    @Test("the command that the host starts workers with is in no help")
    func hidden() async throws {
        let help = try await CommandLine.run(["--help"], in: scratch)
        #expect(help.code == 0 && !help.output.contains("Runs one strategy for a host"))
    }
}
