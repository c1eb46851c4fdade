import Foundation
import PluginHost
import Testing

extension BrokenPlugin {
    private static let stateTable = "return strcmp(id, STRATEGY_EXT_STATE) ? NULL : &state;"

    private static func state(save: String, restore: String = "return 0;") -> String {
        """
        static size_t save(strategy_instance_t *instance, uint8_t *bytes, size_t capacity) { \(save) }
        static int32_t restore(strategy_instance_t *instance, uint32_t version, const uint8_t *bytes, size_t count,
                               char *error, size_t size) { \(restore) }
        static const strategy_state_v1_t state = {sizeof state, 1, 1, save, restore};
        """
    }

    private static let honestSave = "if (capacity >= 8) memcpy(bytes, instance, 8); return 8;"
    private static let everyThird =
        "for (size_t i = 0; i < count; i++) { int64_t *n = instance; "
        + "if (events[i].type == STRATEGY_EVENT_TRADE && ++*n % 3 == 0) { submit(intents, *n); return i + 1; } } return count;"

    static let states: [BrokenPlugin] = [
        BrokenPlugin(
            "a state that grows from call to call", "its size changes from call to call", loads: true,
            extension: stateTable, extra: state(save: "static size_t n = 10000; return n *= 2;")),
        BrokenPlugin(
            "a state of four terabytes", "above the limit of", loads: true, extension: stateTable,
            extra: state(save: "return 1ull << 42;")),
        BrokenPlugin(
            "save crashes", "while it saved its state", loads: true, extension: stateTable,
            extra: state(save: "CRASH; return 1;")),
        BrokenPlugin(
            "restore crashes", "while it restored its state into a second instance", loads: true, extension: stateTable,
            extra: state(save: honestSave, restore: "CRASH; return 0;")),
        BrokenPlugin(
            "restore refuses what was saved", "it refuses the state that it saved: no", loads: true,
            extension: stateTable, extra: state(save: honestSave, restore: "snprintf(error, size, \"no\"); return 1;")),
        BrokenPlugin(
            "restore forgets", "after a restore it decides otherwise than without", loads: true, process: everyThird,
            extension: stateTable, extra: state(save: honestSave)),
        BrokenPlugin(
            "what is restored is saved otherwise", "saved again, its state of 8 bytes has 8 bytes, or others",
            loads: true, process: everyThird, extension: stateTable, extra: state(save: honestSave)),
    ]

    static let runs: [BrokenPlugin] = [
        BrokenPlugin(
            "looks ahead", "it looks at events that have not happened yet", loads: true,
            process: "for (size_t i = 0; i + 1 < count; i++) { int64_t *n = instance; "
                + "if (events[i].type == STRATEGY_EVENT_TRADE && events[i + 1].payload[0] > events[i].payload[0]) "
                + "{ submit(intents, ++*n); return i + 1; } } return count;"),
        BrokenPlugin(
            "leaks at each event", "bytes of memory", loads: true,
            process: "for (size_t i = 0; i < count; i++) { char *volatile p = malloc(100); *p = 1; } return count;"),
        BrokenPlugin(
            "takes its time", "µs or more", loads: true,
            process:
                "for (size_t i = 0; i < count; i++) if (count == 1 && events[i].time % 3000000000 == 0) usleep(1500); "
                + "return count;"),
        BrokenPlugin(
            "leaves a thread behind", "threads that it started and that still run", loads: true,
            create:
                "static pthread_t thread; if (!thread) pthread_create(&thread, NULL, stay, NULL); return calloc(1, 4096);",
            extra: "static void *stay(void *none) { for (;;) pause(); return none; }"),
    ]
}

@Suite("Broken plugins", .enabled(if: Workshop.hasCompiler, Workshop.missing))
struct BrokenPluginTests {
    @Test("there are at least 25 kinds, each of its own")
    func kinds() {
        #expect(BrokenPlugin.all.count >= 25)
        #expect(Set(BrokenPlugin.all.map(\.name)).count == BrokenPlugin.all.count)
    }

    @Test("a check says what is wrong, and nothing of it happens in this process", arguments: BrokenPlugin.all)
    func checked(_ broken: BrokenPlugin) async throws {
        let folder = try TemporaryFolder()
        let loader = PluginLoader(generationsFolder: folder.path + "/generations")
        let path = try broken.make(folder)
        let report = await Prober.run { loader.check(path, with: Prober.probe) }
        let reasons = report.refusals.map(\.text) + report.findings.map(\.message)
        #expect(reasons.contains { $0.contains(broken.reason) }, "\(reasons)")
        let copies = try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/generations")
        #expect((copies ?? []) == [])
    }

    @Test(
        "a host that tries before it loads keeps out what cannot even be loaded, with the same reason",
        arguments: BrokenPlugin.all.filter { !$0.loads })
    func keptOut(_ broken: BrokenPlugin) async throws {
        let folder = try TemporaryFolder()
        let loader = PluginLoader(generationsFolder: folder.path + "/generations", probe: Prober.probe)
        let path = try broken.make(folder)
        guard case .failure(let refusal) = await Prober.run({ loader.load(path) }) else {
            Issue.record("it was loaded")
            return
        }
        #expect(refusal.problems.contains { $0.text.contains(broken.reason) }, "\(refusal)")
        #expect(loader.generationCount == 0)
    }

    @Test("what is wrong with the way it runs does not keep it out: that is for the fault policies")
    func letIn() throws {
        let folder = try TemporaryFolder()
        let loader = PluginLoader(generationsFolder: folder.path + "/generations", probe: Prober.probe)
        let lazy = try #require(BrokenPlugin.processing.first { $0.name == "consumes nothing" })
        #expect(try loader.load(try lazy.make(folder)).get().id == "Broken")
    }

    @Test("one crash does not hide what else is wrong")
    func everythingAtOnce() throws {
        let source = BrokenPlugin(
            "several", "", destroy: "for (volatile char *p = malloc(9000); p; p = 0) *p = 1; free(instance);",
            process: "for (size_t i = 0; i < count; i++) if (events[i].type > 20) CRASH; return 0;")
        let folder = try TemporaryFolder()
        let loader = PluginLoader(generationsFolder: folder.path + "/generations")
        let report = loader.check(try source.make(folder), with: Prober.probe)
        let steps = report.findings.map(\.step)
        #expect(steps.contains(.unknownTypes) && steps.contains(.events) && steps.contains(.leak), "\(report)")
        #expect(report.figures != nil && report.id == "Broken" && !report.isGood)
    }

    @Test("the bundled kinds of plugin pass without a finding")
    func good() throws {
        let folder = try TemporaryFolder()
        let loader = PluginLoader(generationsFolder: folder.path + "/generations")
        let report = loader.check(try Workshop.library(PluginSources.good()), with: Prober.probe)
        #expect(report.isGood && report.findings == [], "\(report)")
        #expect(report.figures?.stateBytes == 10_000)
    }
}
