import Foundation
import PluginHost
import Testing

@Suite("Signatures of functions")
struct FunctionSignatureTests {
    @Test("reads arguments, the instance and the result, and writes them again")
    func reads() throws {
        let text = "(instance, window: i64, prices: [f64], note: string?) -> string"
        let signature = try FunctionSignature(text)
        #expect(signature.takesInstance && signature.result == .text && signature.description == text)
        #expect(signature.arguments.map(\.name) == ["window", "prices", "note"])
        #expect(signature.arguments.map(\.kind) == [.integer, .numbers, .optionalText])
        #expect(!signature.needsNothing)
        #expect(try FunctionSignature(" ( instance ,a:string? )->f64 ").needsNothing)
        #expect(try FunctionSignature("() -> bool").arguments.isEmpty)
    }

    @Test(
        "refuses what it cannot read, and says what is wrong",
        arguments: [
            ("", "it has no ->"), ("(a: f64)", "it has no ->"),
            ("f64 -> f64", "the arguments do not stand in parentheses"),
            ("() -> void", "the result 'void' is none of f64, i64, u64, bool, string"),
            ("() -> [f64]", "the result '[f64]' is none of f64, i64, u64, bool, string"),
            (
                "(a: f32) -> f64",
                "a is of the unknown type 'f32'; there are f64, i64, u64, bool, string, string?, [f64]"
            ),
            ("(a: f64,) -> f64", "the argument '' is not written as name: type"),
            ("(a: f64, instance) -> f64", "'instance' may only come first"),
            ("(a b: f64) -> f64", "the argument's name 'a b' must be 1 to 64 letters, digits and _"),
            ("(a: f64, a: i64) -> f64", "two arguments have the name 'a'"),
        ])
    func refuses(_ text: String, _ reason: String) {
        #expect(throws: FunctionSignature.Malformed(reason: reason)) { try FunctionSignature(text) }
    }

    @Test("refuses more than sixteen arguments")
    func manyArguments() {
        let names = (1...17).map { "a\($0): f64" }.joined(separator: ", ")
        #expect(throws: FunctionSignature.Malformed(reason: "17 arguments are above the limit of 16")) {
            try FunctionSignature("(\(names)) -> f64")
        }
    }
}

@Suite("Calling a plugin's functions", .enabled(if: Workshop.hasCompiler, Workshop.missing))
struct FunctionCallTests {
    let folder: TemporaryFolder
    let loader: PluginLoader

    init() throws {
        folder = try TemporaryFolder()
        loader = PluginLoader(generationsFolder: folder.path + "/generations")
    }

    private func instance(_ source: String = PluginSources.functions()) throws -> StrategyInstance {
        let plugin = try loader.load(try Workshop.library(source, flags: ["-shared", "-lm"])).get()
        return try StrategyInstance.create(plugin, instruments: [], bound: []).get()
    }

    private func function(_ name: String, of instance: StrategyInstance) throws -> PluginFunction {
        try #require(instance.plugin.exportedFunctions.first { $0.name == name })
    }

    private func call(
        _ name: String, of instance: StrategyInstance, _ arguments: FunctionValue...
    ) throws -> Result<FunctionValue, FunctionFailure> {
        instance.call(try function(name, of: instance), arguments)
    }

    @Test("arguments and results of every type arrive as they were sent")
    func everyType() throws {
        let it = try instance()
        #expect(it.plugin.exportedFunctions.count == 9)
        #expect(try call("half", of: it, .number(5)) == .success(.number(2.5)))
        #expect(try call("less", of: it, .integer(3), .integer(.max)) == .success(.integer(3 - .max)))
        #expect(try call("twice", of: it, .unsigned(1 << 62)) == .success(.unsigned(1 << 63)))
        #expect(try call("not", of: it, .boolean(true)) == .success(.boolean(false)))
        #expect(try call("not", of: it, .boolean(false)) == .success(.boolean(true)))
        #expect(try call("mean", of: it, .numbers([1, 2, 6])) == .success(.number(3)))
        #expect(try call("greet", of: it, .text("Ann"), .text("Dr ")) == .success(.text("hello Dr Ann")))
        #expect(try call("greet", of: it, .text("Zoë"), .none) == .success(.text("hello Zoë")))
        #expect(try call("nothing", of: it) == .success(.none))
    }

    @Test("a function of the instance sees and changes that instance alone")
    func instances() throws {
        let first = try instance()
        let second = try StrategyInstance.create(first.plugin, instruments: [], bound: []).get()
        #expect(try call("count", of: first, .integer(5)) == .success(.integer(5)))
        #expect(try call("count", of: first, .integer(2)) == .success(.integer(7)))
        #expect(try call("count", of: second, .integer(1)) == .success(.integer(1)))
    }

    @Test("more arguments than the machine has registers for each kind")
    func manyArguments() throws {
        let it = try instance()
        _ = try call("count", of: it, .integer(1_000))
        var arguments: [FunctionValue] = [.number(0.5), .integer(-10), .numbers([7, 20]), .boolean(true)]
        arguments += [.unsigned(3), .text("four")]
        arguments += [FunctionValue](repeating: .number(1), count: 5)
        let result = it.call(try function("mixed", of: it), arguments)
        // 1000 + 0.5 - 10 + 20 + 1 + 3 + 4 + 5
        #expect(result == .success(.number(1_023.5)))
    }

    @Test("what is not finite comes back as none, and is not taken as an argument")
    func notFinite() throws {
        let it = try instance()
        #expect(try call("mean", of: it, .numbers([])) == .success(.none))
        #expect(try call("half", of: it, .number(.nan)) == .failure(.arguments("x is not of type f64")))
        let list = FunctionValue.numbers([1, .infinity])
        #expect(try call("mean", of: it, list) == .failure(.arguments("values is not of type [f64]")))
    }

    @Test("arguments that do not fit the signature are refused before the plugin sees them")
    func wrongArguments() throws {
        let it = try instance()
        #expect(try call("half", of: it) == .failure(.arguments("0 were given, 1 are wanted")))
        #expect(try call("half", of: it, .integer(5)) == .failure(.arguments("x is not of type f64")))
        #expect(
            try call("greet", of: it, .text("a\0b"), .none) == .failure(.arguments("name is not of type string")))
        let long = String(repeating: "x", count: FunctionSignature.textMax + 1)
        #expect(try call("greet", of: it, .text(long), .none) == .failure(.arguments("name is not of type string")))
        let many = FunctionValue.numbers(Array(repeating: 1, count: FunctionSignature.elementsMax + 1))
        #expect(try call("mean", of: it, many) == .failure(.arguments("values is not of type [f64]")))
    }

    @Test("garbage results are told, not believed")
    func garbage() throws {
        let it = try instance(
            PluginSources.functions(
                """
                static uint8_t seven(void) { return 7; }
                static const char *wild(void) { return (const char *)64; }
                static const char *latin(void) { return "\\xe4"; }
                static const char *endless(void) { static char t[100000]; memset(t, 'x', sizeof t); return t; }
                """,
                entries: """
                    STRATEGY_FUNCTION("seven", "", "() -> bool", seven), STRATEGY_FUNCTION("wild", "", "() -> string", wild),
                    STRATEGY_FUNCTION("latin", "", "() -> string", latin),
                    STRATEGY_FUNCTION("endless", "", "() -> string", endless),
                    """))
        #expect(try call("seven", of: it) == .failure(.garbage("7 is no bool")))
        #expect(
            try call("wild", of: it) == .failure(.garbage("the text lies at an address that cannot be read")))
        #expect(try call("latin", of: it) == .failure(.garbage("the text is not UTF-8")))
        #expect(try call("endless", of: it) == .failure(.garbage("the text does not end within 65536 bytes")))
    }

    @Test("a packed function gets all arguments at once, and may refuse with a text")
    func packed() throws {
        let it = try instance(
            PluginSources.functions(
                """
                static int32_t pack(const strategy_function_v1_t *self, strategy_instance_t *instance,
                                    const strategy_function_value_v1_t *arguments, size_t count,
                                    strategy_function_value_v1_t *result, char *text, size_t size) {
                    if (arguments[0].integer < 0) { snprintf(text, size, "%lld is below 0", (long long)arguments[0].integer); return 1; }
                    snprintf(text, size, "%s %zu %g %s", (char *)self->context, count, arguments[1].numbers[1], arguments[2].text);
                    return 0;
                }
                """,
                entries: """
                    {sizeof(strategy_function_v1_t), 0, "pack", "", "(instance, n: i64, v: [f64], s: string) -> string",
                     NULL, pack, "own"},
                    """))
        let list = FunctionValue.numbers([1, 2.5])
        #expect(try call("pack", of: it, .integer(1), list, .text("end")) == .success(.text("own 3 2.5 end")))
        #expect(try call("pack", of: it, .integer(-4), list, .text("")) == .failure(.refused("-4 is below 0")))
    }

    @Test("every entry of the table that makes no sense is a reason to refuse the library")
    func wrongTables() throws {
        let source = PluginSources.functions(
            entries: """
                STRATEGY_FUNCTION("half", "", "(x: f32) -> f64", half), STRATEGY_FUNCTION("has space", "", "() -> f64", half),
                STRATEGY_FUNCTION("twice", "", "(a: u64) -> u64", twice), STRATEGY_FUNCTION("twice", "", "(a: u64) -> u64", twice),
                STRATEGY_FUNCTION("wild", "", "() -> f64", (void *)16), STRATEGY_FUNCTION("empty", "", "() -> f64", NULL),
                {12, 0, "short", "", "() -> f64", NULL, NULL, NULL}, STRATEGY_FUNCTION("dangling", "", (const char *)8, half),
                """)
        guard case .failure(let refusal) = loader.load(try Workshop.library(source, flags: ["-shared", "-lm"])) else {
            Issue.record("it was loaded")
            return
        }
        #expect(
            refusal.problems.map { if case .description(let text) = $0 { text } else { $0.text } } == [
                "the signature '(x: f32) -> f64' of function half cannot be read: x is of the unknown type 'f32'; "
                    + "there are f64, i64, u64, bool, string, string?, [f64]",
                "function 1: the name 'has space' must be 1 to 64 letters, digits and _",
                "two functions have the name 'twice'", "function wild does not point into code",
                "function empty has neither `function` nor `packed`",
                "function 6 has a struct_size of 12, below 40",
                "the signature of function dangling lies at an address that cannot be read",
            ])
        let many = PluginSources.functions(count: "65")
        guard case .failure(let other) = loader.load(try Workshop.library(many, flags: ["-shared", "-lm"])) else {
            Issue.record("it was loaded")
            return
        }
        #expect(other.problems == [.description("65 functions are above the limit of 64")])
    }
}

@Suite("Bound callbacks")
struct BoundCallbackTests {
    typealias Twin = @convention(c) (Double, Int64) -> Double

    @Test("a C function pointer carries what its closure remembers")
    func carries() throws {
        let signature = try FunctionSignature("(x: f64, n: i64) -> f64")
        let callbacks = try [10.0, 100.0].map { scale in
            try #require(
                BoundCallback(signature) { arguments in
                    guard case .number(let x) = arguments[0], case .integer(let n) = arguments[1] else { return .none }
                    return .number(scale * x + Double(n))
                })
        }
        let functions = callbacks.map { unsafeBitCast($0.pointer, to: Twin.self) }
        #expect(functions[0](2, 3) == 23)
        #expect(functions[1](2, -3) == 197)
    }

    @Test("narrow results are whole, and a result of another type counts as zero")
    func narrowResults() throws {
        let flag = try #require(
            BoundCallback(try FunctionSignature("(a: bool) -> bool")) { arguments in
                arguments[0] == .boolean(true) ? .boolean(false) : .boolean(true)
            })
        typealias Flag = @convention(c) (Bool) -> Bool
        #expect(unsafeBitCast(flag.pointer, to: Flag.self)(false))
        #expect(!unsafeBitCast(flag.pointer, to: Flag.self)(true))
        let wrong = try #require(BoundCallback(try FunctionSignature("() -> i64")) { _ in .number(5) })
        #expect(unsafeBitCast(wrong.pointer, to: (@convention(c) () -> Int64).self)() == 0)
    }

    @Test("texts, lists and the instance are not offered")
    func scalarsOnly() throws {
        for text in ["(a: string) -> f64", "(a: [f64]) -> f64", "(instance) -> f64", "() -> string"] {
            #expect(BoundCallback(try FunctionSignature(text)) { _ in .none } == nil)
        }
    }
}
