import PluginHost
import Testing

@Suite("Functions of a plugin in a worker", .serialized, .enabled(if: WorkerBooth.isUsable, WorkerBooth.missing))
struct WorkerFunctionTests {
    let folder: TemporaryFolder
    let loader: PluginLoader

    init() throws {
        folder = try TemporaryFolder()
        loader = PluginLoader(generationsFolder: folder.path + "/generations")
    }

    private func instance(_ source: String) throws -> StrategyInstance {
        let settings = WorkerBooth.settings(.lockStep)
        let plugin = try loader.describe(try Workshop.library(source, flags: ["-shared", "-lm"]), settings).get()
        #expect(!plugin.isInMemory)
        return try StrategyInstance.create(plugin, isolation: .worker(settings), instruments: [], bound: []).get()
    }

    private func call(
        _ name: String, of instance: StrategyInstance, _ arguments: FunctionValue...
    ) throws -> Result<FunctionValue, FunctionFailure> {
        let function = try #require(instance.plugin.exportedFunctions.first { $0.name == name })
        return instance.call(function, arguments, within: 60_000_000_000)
    }

    @Test("the worker describes them, and calls them on its own instance")
    func calls() throws {
        let it = try instance(PluginSources.functions())
        #expect(
            it.plugin.exportedFunctions.map(\.name) == [
                "half", "less", "twice", "not", "mean", "greet", "count", "mixed", "nothing",
            ])
        #expect(try call("half", of: it, .number(5)) == .success(.number(2.5)))
        #expect(try call("twice", of: it, .unsigned(1 << 62)) == .success(.unsigned(1 << 63)))
        #expect(try call("less", of: it, .integer(.min), .integer(0)) == .success(.integer(.min)))
        #expect(try call("mean", of: it, .numbers([1, 2, 6])) == .success(.number(3)))
        #expect(try call("greet", of: it, .text("Zoë"), .none) == .success(.text("hello Zoë")))
        #expect(try call("count", of: it, .integer(5)) == .success(.integer(5)))
        #expect(try call("count", of: it, .integer(2)) == .success(.integer(7)))
        #expect(try call("nothing", of: it) == .success(.none))
        #expect(try call("half", of: it, .text("5")) == .failure(.arguments("x is not of type f64")))
    }

    @Test("one that crashes ends the worker, and this process hears of it as a refusal")
    func crashes() throws {
        let it = try instance(
            PluginSources.functions(
                "static double crash(void) { return *(volatile double *)8; }",
                entries: "STRATEGY_FUNCTION(\"crash\", \"\", \"() -> f64\", crash),"))
        guard case .failure(.ended) = try call("crash", of: it) else {
            Issue.record("it gave an answer")
            return
        }
        #expect(it.end != nil)
    }
}
