import CStrategyABI
import StrategyKit
import StrategyTesting
import Testing

private struct Tuned: Strategy {
    enum Mode: String, CaseIterable, Codable { case calm, wild }
    static let info = StrategyInfo(id: "Tuned", name: "Tuned")
    static let parameters: [Parameter<Self>] = [
        .integer("count", \.count, in: 1...10, "A count"),
        .number("factor", \.factor, in: 0...2, "A factor"),
        .boolean("flag", \.flag, "A flag"),
        .quantity("quantity", \.quantity, in: 0.01...5, "A quantity"),
        .price("price", \.price, in: 0...100, "A price"),
        .choice("mode", \.mode, "A mode"),
        .duration("pause", \.pause, in: .zero ... .seconds(60), "A pause"),
    ]
    var count = 3
    var factor = 0.5
    var flag = true
    var quantity: Quantity = 1
    var price: Price = 9.5
    var mode = Mode.wild
    var pause: Duration = .milliseconds(1500)

    func validate() -> [String] { count == 7 ? ["count must not be 7", "and this is the second line"] : [] }
    mutating func onParameters(_ context: inout Context) { context.log("count is \(count)") }
}

private struct Misdeclared: Strategy {
    static let info = StrategyInfo(id: "Misdeclared", name: "Misdeclared")
    static let parameters: [Parameter<Self>] = [
        .integer("count", \.count, in: 1...10, "Its default is 0"),
        .integer("count", \.count, in: 0...10, "The same name again"),
    ]
    var count = 0
}

@Suite("Parameters")
struct ParameterTests {
    @Test("defaults are those of init, in units of the kind")
    func defaults() throws {
        let scenario = try Scenario(Tuned.self)
        #expect(scenario.integer("count") == 3 && scenario.number("factor") == 0.5 && scenario.integer("flag") == 1)
        #expect(scenario.integer("quantity") == 100_000_000 && scenario.integer("price") == 9_500_000_000)
        #expect(scenario.integer("mode") == 1 && scenario.integer("pause") == 1_500_000_000)
    }

    @Test("settings of every kind arrive")
    func settings() throws {
        let scenario = try Scenario(
            Tuned.self,
            ["count": 4, "factor": 1.25, "flag": false, "quantity": 0.01, "price": 2, "mode": "calm", "pause": 0.25])
        #expect(scenario.integer("count") == 4 && scenario.number("factor") == 1.25 && scenario.integer("flag") == 0)
        #expect(scenario.integer("quantity") == 1_000_000 && scenario.integer("price") == 2_000_000_000)
        #expect(scenario.integer("mode") == 0 && scenario.integer("pause") == 250_000_000)
    }

    @Test(
        "a value out of bounds is refused with what is allowed",
        arguments: [
            (["count": 11], "count = 11 is not allowed; allowed: 1 … 10"),
            (["factor": 2.5], "factor = 2.5 is not allowed; allowed: 0.0 … 2.0"),
            (["quantity": 0.001], "quantity = 0.001 is not allowed; allowed: 0.01 … 5"),
            (["pause": 61], "pause = 61 s is not allowed; allowed: 0 s … 60 s"),
            (["nothing": 1], "there is no parameter nothing"),
            (["mode": "odd"], "mode: 'odd' is no value of its kind"),
            (["count": 7], "count must not be 7\nand this is the second line"),
        ] as [([String: Setting], String)])
    func refusals(settings: [String: Setting], text: String) {
        let error = #expect(throws: ScenarioError.self) { try Scenario(Tuned.self, settings) }
        #expect(error?.description == text)
    }

    @Test("NaN, a choice without a name, another kind and another index are refused, and change nothing")
    func garbage() throws {
        let instance = try RawInstance(Tuned.self)
        func value(_ kind: Int, _ integer: Int64, _ number: Double = 0) -> strategy_value_v1_t {
            strategy_value_v1_t(kind: UInt32(kind), reserved: 0, integer: integer, number: number)
        }
        #expect(try instance.set(1, value(STRATEGY_PARAM_NUMBER, 0, .nan)) != nil)
        #expect(try instance.set(5, value(STRATEGY_PARAM_CHOICE, 2)) == "mode = 2 is not allowed; allowed: calm, wild")
        #expect(try instance.set(0, value(STRATEGY_PARAM_NUMBER, 3, 3)) != nil)
        #expect(try instance.set(0, value(99, 3)) != nil)
        #expect(try instance.set(7, value(STRATEGY_PARAM_INTEGER, 3)) == "parameter 7 does not exist; there are 7")
        let params = try instance.table(STRATEGY_EXT_PARAMS, strategy_params_v1_t.self)
        var now = strategy_value_v1_t()
        #expect(params.get(instance.pointer, 1, &now) == 0 && now.number == 0.5)
        #expect(params.get(instance.pointer, 7, &now) != 0)
    }

    @Test("a change while running is told once it is set")
    func whileRunning() throws {
        let scenario = try Scenario(Tuned.self)
        try scenario.set("count", 5)
        #expect(scenario.logLines == ["count is 5"])
    }

    @Test("wrong declarations are named when an instance is made")
    func misdeclared() {
        let error = #expect(throws: RawInstance.Refusal.self) { try RawInstance(Misdeclared.self) }
        #expect(
            error?.text == """
                the default of parameter count = 0 is not allowed; allowed: 1 … 10
                parameter count is declared twice
                """)
    }
}
