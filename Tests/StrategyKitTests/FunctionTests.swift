import CStrategyABI
import StrategyKit
import Testing

private struct Asked: Strategy {
    static let info = StrategyInfo(id: "Asked", name: "Asked")
    static let functions: [Function<Self>] = [
        .function("seen", "Bars so far") { $0.seen },
        .function("half", "Half of the last close; null at first") { $0.last.map { $0 / 2 } },
        .function("is_above", "", .number("price")) { ($0.last ?? 0) > $1 },
        .function("set", "", .integer("seen"), .boolean("doubles")) { strategy, seen, doubles in
            guard seen >= 0 else { throw FunctionRefusal("seen must not be negative") }
            strategy.seen = doubles ? 2 * seen : seen
            return strategy.seen
        },
        .function("join", "", .text("name"), .numbers("list"), .integer("n")) { _, name, list, n in
            "\(name) \(list) \(n)"
        },
    ]
    var seen = 0
    var last: Double?

    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        seen += 1
        last = bar.close.double
    }
}

private struct Basket: Strategy {
    static let info = StrategyInfo(id: "Basket", name: "Basket")
    static let scope = StrategyScope.allInstruments
    static let functions: [Function<Self>] = [.function("one", "") { _ in 1.0 }]
}

@Suite("Functions of a strategy")
struct FunctionTests {
    private typealias Value = strategy_function_value_v1_t

    private struct Answer: Equatable {
        var status: Int32
        var number = 0.0
        var integer: Int64 = 0
        var text = ""
    }

    private func table(_ instance: RawInstance) throws -> [strategy_function_v1_t] {
        let table = try instance.table(STRATEGY_EXT_FUNCTIONS, strategy_functions_v1_t.self)
        let describe = try #require(table.describe)
        #expect(describe(instance.descriptor, table.count) == nil)
        return try (0..<table.count).map { try #require(describe(instance.descriptor, $0)).pointee }
    }

    private func call(_ instance: RawInstance, _ name: String, _ arguments: [Value]) throws -> Answer {
        let table = try instance.table(STRATEGY_EXT_FUNCTIONS, strategy_functions_v1_t.self)
        let describe = try #require(table.describe)
        let places = (0..<table.count).compactMap { describe(instance.descriptor, $0) }
        let place = try #require(places.first { String(cString: $0.pointee.name) == name })
        var result = Value()
        var text = [CChar](repeating: 0, count: Int(STRATEGY_FUNCTION_TEXT_MAX) + 1)
        let packed = try #require(place.pointee.packed)
        let status = packed(
            place, instance.pointer, arguments, arguments.count, &result, &text, text.count)
        return Answer(status: status, number: result.number, integer: result.integer, text: errorText(text))
    }

    @Test("signatures follow from the declarations, with an instrument where each has a value of its own")
    func signatures() throws {
        #expect(
            try table(RawInstance(Asked.self)).map { String(cString: $0.signature) } == [
                "(instance, instrument: string?) -> i64", "(instance, instrument: string?) -> f64",
                "(instance, price: f64, instrument: string?) -> bool",
                "(instance, seen: i64, doubles: bool, instrument: string?) -> i64",
                "(instance, name: string, list: [f64], n: i64, instrument: string?) -> string",
            ])
        #expect(try table(RawInstance(Basket.self)).map { String(cString: $0.signature) } == ["(instance) -> f64"])
        struct Silent: Strategy { static let info = StrategyInfo(id: "Silent", name: "Silent") }
        let silent = try RawInstance(Silent.self)
        #expect(silent.descriptor.pointee.extension(silent.descriptor, STRATEGY_EXT_FUNCTIONS) == nil)
    }

    @Test("a function sees the strategy as it is, and may change it")
    func sees() throws {
        let instance = try RawInstance(Asked.self)
        #expect(try call(instance, "half", [Value()]).number.isNaN)
        _ = instance.process([bar(8_000_000_000), bar(9_000_000_000, time: 2)])
        #expect(try call(instance, "seen", [Value()]) == Answer(status: 0, integer: 2))
        #expect(try call(instance, "half", [Value()]) == Answer(status: 0, number: 4.5))
        #expect(try call(instance, "is_above", [Value(number: 8.9), Value()]).integer == 1)
        #expect(try call(instance, "set", [Value(integer: 20), Value(integer: 1), Value()]).integer == 40)
        _ = instance.process([bar(8_000_000_000, time: 3)])
        #expect(try call(instance, "seen", [Value()]).integer == 41)
    }

    @Test("the instrument picks the value; one that the strategy does not trade is refused with those that it does")
    func instruments() throws {
        let instance = try RawInstance(Asked.self, instruments: ["AAA", "BBB", "CCC"], bound: [1, 2])
        _ = instance.process([bar(1, instrument: 2), bar(1, instrument: 2, time: 2), bar(1, instrument: 1, time: 3)])
        let seen = { (id: String?) in
            guard let id else { return try self.call(instance, "seen", [Value()]) }
            return try id.withCString { try self.call(instance, "seen", [Value(text: $0)]) }
        }
        #expect(try seen(nil).integer == 1)
        #expect(try seen("CCC").integer == 2)
        #expect(
            try seen("AAA") == Answer(status: 1, text: "the strategy does not trade 'AAA'; it trades BBB, CCC"))
    }

    @Test("texts and lists arrive, and what is thrown is the text of the refusal")
    func textsAndRefusals() throws {
        let instance = try RawInstance(Asked.self)
        let list = [1.5, 2.5]
        let answer = try "Zoë".withCString { name in
            try list.withUnsafeBufferPointer { list in
                try call(
                    instance, "join",
                    [
                        Value(text: name), Value(numbers: list.baseAddress, count: list.count), Value(integer: 7),
                        Value(),
                    ])
            }
        }
        #expect(answer == Answer(status: 0, text: "Zoë [1.5, 2.5] 7"))
        #expect(
            try call(instance, "set", [Value(integer: -1), Value(), Value()])
                == Answer(status: 1, text: "seen must not be negative"))
        #expect(try call(instance, "seen", []).status == 1)
    }
}

extension strategy_function_value_v1_t {
    fileprivate init(number: Double) { self.init(number: number, integer: 0, text: nil, numbers: nil, count: 0) }
    fileprivate init(integer: Int64) { self.init(number: 0, integer: integer, text: nil, numbers: nil, count: 0) }
    fileprivate init(text: UnsafePointer<CChar>) {
        self.init(number: 0, integer: 0, text: text, numbers: nil, count: 0)
    }
    fileprivate init(numbers: UnsafePointer<Double>?, count: Int) {
        self.init(number: 0, integer: 0, text: nil, numbers: numbers, count: count)
    }
}
