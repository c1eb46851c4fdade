import CStrategyABI
import Features
import Foundation
import PluginHost
import Testing
import Trading

/// A C plugin that is given features, in the host and in a worker.
@Suite("Features of plugins", .enabled(if: WorkerBooth.isUsable, WorkerBooth.missing))
struct FeatureTests {
    /// Names more than fit one record, and answers each bar with the sum of its features and how many are not a number.
    private static let source = """
        #include <stdlib.h>
        #include <string.h>
        #include "CStrategyABI.h"
        STRATEGY_ABI_NOTE;
        static const char *const names[] = {
            "rsi_14", "ema_20", "avgprice", "atr_14", "return_5", "obv", "sma_10", "sma_200", "minute_of_day",
            "macd_12_26_9", "adx_14", "cci_20", "vwap_20",
        };
        static const strategy_features_ext_v1_t features = {sizeof features, sizeof names / sizeof *names, names};
        typedef struct { double sum; uint32_t undefined; } state_t;
        static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                           char *error, size_t size) {
            (void)self; (void)config; (void)error; (void)size;
            return calloc(1, sizeof(state_t));
        }
        static void destroy(strategy_instance_t *instance) { free(instance); }
        static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                              strategy_intents_v1_t *intents) {
            state_t *state = instance;
            for (size_t i = 0; i < count; i++) {
                if (events[i].type == STRATEGY_EVENT_FEATURES) {
                    state->sum = 0;
                    state->undefined = 0;
                    for (uint32_t n = 0; n < features.count; n++) {
                        double value = strategy_features_value(&events[i], n);
                        if (value != value) state->undefined++; else state->sum += value;
                    }
                }
                if (events[i].type == STRATEGY_EVENT_BAR) {
                    strategy_metric_v1_t metric = {.type = STRATEGY_INTENT_METRIC, .instrument = events[i].instrument,
                        .value = state->sum * 100 + state->undefined};
                    memcpy(&intents->records[intents->count++], &metric, sizeof metric);
                    return i + 1;
                }
            }
            return count;
        }
        static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
            (void)self;
            return strcmp(id, STRATEGY_EXT_FEATURES) ? NULL : &features;
        }
        static const strategy_descriptor_v1_t descriptor = {
            sizeof descriptor, 0, "Summing", "Summing", "1", "",
            1u << STRATEGY_EVENT_BAR | 1u << STRATEGY_EVENT_FEATURES, NULL, create, destroy, process, extension};
        const strategy_entry_v1_t *strategy_entry_v1(uint32_t host) {
            (void)host;
            static const strategy_entry_v1_t entry = {sizeof entry, STRATEGY_ABI_VERSION, &descriptor};
            return &entry;
        }
        """
    private static let names = [
        "rsi_14", "ema_20", "avgprice", "atr_14", "return_5", "obv", "sma_10", "sma_200", "minute_of_day",
        "macd_12_26_9", "adx_14", "cci_20", "vwap_20",
    ]

    /// Chains and bars as the engine gives them, and what the plugin should say to each bar.
    private static func market(_ count: Int) throws -> (calls: [[EventRecord]], sums: [Double]) {
        let list = try FeatureList(names)
        var set = FeatureSet()
        var calls: [[EventRecord]] = []
        var sums: [Double] = []
        for index in 1...count {
            let price = Price(raw: Int64(100 + index % 17 + index / 9) * 1_000_000_000)
            let bar = Bar(
                instrument: 1, closeTime: Timestamp(nanoseconds: Int64(index) * 60_000_000_000),
                interval: 60_000_000_000, open: price, high: Price(raw: price.raw + 1_000_000_000), low: price,
                close: price,
                volume: Quantity(raw: 100_000_000))
            set.add(bar)
            var records = [EventRecord](repeating: EventRecord(), count: FeatureList.chainMax)
            let chain = records.withUnsafeMutableBufferPointer { buffer in
                list.write(bar, into: buffer.baseAddress!) { set.value($0) }
            }
            calls.append(Array(records.prefix(chain)) + [EventRecord(bar)])
            let values = (0..<list.count).map { set.value(list.place($0)) }
            sums.append(values.reduce(0) { $0 + ($1 ?? 0) } * 100 + Double(values.filter { $0 == nil }.count))
        }
        return (calls, sums)
    }

    private static func create(_ plugin: LoadedPlugin, _ isolation: StrategyIsolation) throws -> Caller {
        Caller(
            try StrategyInstance.create(
                plugin, isolation: isolation, instruments: WorkerBooth.instruments, bound: [1]
            ).get())
    }

    private static func values(_ caller: Caller) -> [Double] {
        caller.intents.map { bytes in
            bytes.withUnsafeBytes { $0.loadUnaligned(as: strategy_metric_v1_t.self) }.value
        }
    }

    @Test(
        "the host, a worker of a library in the host, and one that the host never loads read the same names and values")
    func sameEverywhere() throws {
        let folder = try TemporaryFolder()
        let loader = PluginLoader(generationsFolder: folder.path + "/generations")
        let path = try Workshop.library(FeatureTests.source)
        let settings = WorkerBooth.settings(.lockStep)
        let plugin = try loader.load(path).get()
        let apart = try loader.describe(path, settings).get()
        #expect(plugin.features.names == FeatureTests.names && apart.features == plugin.features)
        #expect(!apart.isInMemory)
        let callers = [
            try FeatureTests.create(plugin, .host), try FeatureTests.create(plugin, .worker(settings)),
            try FeatureTests.create(apart, .worker(settings)),
        ]
        let (calls, sums) = try FeatureTests.market(300)
        for caller in callers {
            for records in calls { #expect(caller.run(records, blocks: [records.count])) }
            #expect(FeatureTests.values(caller) == sums)
        }
        #expect(sums[0].truncatingRemainder(dividingBy: 1) != 0 || sums[0] > 0)
    }

    @Test("a worker refuses an unknown feature as the host does")
    func refused() throws {
        let folder = try TemporaryFolder()
        let loader = PluginLoader(generationsFolder: folder.path + "/generations")
        let path = try Workshop.library(
            FeatureTests.source.replacingOccurrences(of: "\"rsi_14\", \"ema", with: "\"rsi_13\", \"ema"))
        let inHost = loader.load(path)
        let inWorker = loader.describe(path, WorkerBooth.settings(.lockStep))
        for result in [inHost, inWorker] {
            guard case .failure(let refusal) = result else {
                Issue.record("it was taken")
                continue
            }
            let isTold = refusal.problems.contains { $0.text.contains("'rsi_13' is no feature; did you mean rsi_") }
            #expect(isTold, "\(refusal)")
        }
    }
}
