import Dispatch
import Foundation
import PluginHost
import Testing
import Trading

/// The probe of the executable that was built beside these tests.
enum Prober {
    static let probe = PluginProbe(executable: path)

    private static let queue = DispatchQueue(label: "probes", attributes: .concurrent)
    private static let slots = DispatchSemaphore(value: 2)

    /// Runs what waits for a probe beside the threads that the other tests need, a few at a time.
    static func run<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            queue.async {
                slots.wait()
                let result = work()
                slots.signal()
                continuation.resume(returning: result)
            }
        }
    }

    private static let path: String = {
        if let own = PluginProbe.own { return own.executable }
        return Workshop.root + "/.build/debug/stratagem"
    }()
}

@Suite("Trying a library in a process of its own", .enabled(if: Workshop.hasCompiler, Workshop.missing))
struct ProbeTests {
    private func problems(_ source: String, flags: [String] = ["-shared"]) throws -> [PluginProblem] {
        Prober.probe.describe(try Workshop.library(source, flags: flags))
    }

    @Test("a good library has no problems")
    func good() throws {
        #expect(try problems(PluginSources.good()) == [])
        #expect(try problems(PluginSources.functions(), flags: ["-shared", "-lm"]) == [])
    }

    @Test("refusals of the description are those of the loader")
    func refusals() throws {
        let source = PluginSources.bare(
            """
            static const strategy_descriptor_v1_t descriptor = {sizeof descriptor, 0, "not an id!", NULL, "v", NULL, 0, NULL,
                                                                create, destroy, process, NULL};
            """)
        #expect(
            try problems(source) == [
                .description("the id 'not an id!' must be 1 to 64 letters, digits and _"),
                .description("the name is missing"),
            ])
    }

    @Test("a program that is not there is a problem, not a crash")
    func noProgram() throws {
        let probe = PluginProbe(executable: "/nowhere/stratagem")
        let found = probe.describe(try Workshop.library(PluginSources.good()))
        #expect(found.count == 1)
        #expect(found.first?.text.contains("no probe could be started: /nowhere/stratagem") == true)
    }

    @Test("the child has none of this process's descriptors, environment or files")
    func isolation() throws {
        setenv("STRATAGEM_ADMIN_PASSWORD", "secret", 0)
        let held = open("/dev/null", O_RDONLY)
        defer { close(held) }
        #expect(held > 3)
        let source = PluginSources.functions(
            """
            #include <fcntl.h>
            #include <sys/resource.h>
            static int64_t descriptors(void) {
                int64_t sum = 0;
                for (int i = 0; i < 1024; i++) if (fcntl(i, F_GETFD) >= 0) sum += i < 4 ? 1 : 1000;
                return sum;
            }
            static bool password(void) { return getenv("STRATAGEM_ADMIN_PASSWORD") != NULL; }
            static bool memory(void) { void *volatile p = malloc(10ull << 30); bool got = p != NULL; free(p); return got; }
            """,
            entries: """
                STRATEGY_FUNCTION("descriptors", "", "() -> i64", descriptors),
                STRATEGY_FUNCTION("password", "", "() -> bool", password),
                STRATEGY_FUNCTION("memory", "", "() -> bool", memory),
                """)
        #expect(try call("descriptors", source) == .success(.integer(4)))
        #expect(try call("password", source) == .success(.boolean(false)))
        #expect(try call("memory", source) == .success(.boolean(false)))
    }

    private func call(
        _ name: String, _ source: String, _ arguments: [FunctionValue] = [], state: StrategyState? = nil
    ) throws -> Result<FunctionValue, ProbeFailure> {
        let folder = try TemporaryFolder()
        let loader = PluginLoader(generationsFolder: folder.path + "/generations")
        let plugin = try loader.load(try Workshop.library(source, flags: ["-shared", "-lm"])).get()
        let function = try #require(plugin.exportedFunctions.first { $0.name == name })
        return Prober.probe.call(
            function, of: plugin, arguments, instruments: [], bound: [], seed: 0, parameters: [], state: state)
    }

    @Test("a function that works gives its answer there, on the given memory")
    func answers() throws {
        #expect(try call("half", PluginSources.functions(), [.number(5)]) == .success(.number(2.5)))
        let list = FunctionValue.numbers((0..<1_000).map { Double($0) })
        #expect(try call("mean", PluginSources.functions(), [list]) == .success(.number(499.5)))
        #expect(
            try call("twice", PluginSources.functions(), [.unsigned(.max / 2)]) == .success(.unsigned(.max - 1)))
    }

    @Test(
        "a function that crashes, never returns, ends the process or gives back garbage is a reason, and nothing else")
    func misbehaves() throws {
        let source = PluginSources.functions(
            """
            static double crash(double x) { volatile double *p = (double *)8; return *p + x; }
            static double spin(void) { for (volatile int i = 0;; i++) {} }
            static double leave(void) { _exit(0); }
            static double stop(void) { abort(); }
            static const char *wild(void) { return (const char *)64; }
            """,
            entries: """
                STRATEGY_FUNCTION("crash", "", "(x: f64) -> f64", crash), STRATEGY_FUNCTION("spin", "", "() -> f64", spin),
                STRATEGY_FUNCTION("leave", "", "() -> f64", leave), STRATEGY_FUNCTION("stop", "", "() -> f64", stop),
                STRATEGY_FUNCTION("wild", "", "() -> string", wild),
                """)
        let ended = { (text: String) in Result<FunctionValue, ProbeFailure>.failure(.ended(text)) }
        #expect(
            try call("crash", source, [.number(1)])
                == ended("it crashed with signal 11 (Segmentation fault) while it ran the function"))
        #expect(try call("spin", source) == ended("it did not come back within 1 s while it ran the function"))
        #expect(try call("leave", source) == ended("it ended the process (exit code 0) while it ran the function"))
        #expect(
            try call("stop", source) == ended("it crashed with signal 6 (Aborted) while it ran the function"))
        #expect(
            try call("wild", source)
                == .failure(.function(.garbage("the text lies at an address that cannot be read"))))
    }
}
