import CStrategyABI
import Features
import MarketData
import PluginHost
import Testing
import Trading

/// Strategies from source that act on features, against features of the same file computed here.
@Suite("Strategies that want features")
struct FeatureStrategyTests {
    private let scratch = Scratch()

    private static let names = ["rsi_14", "ema_20", "atr_14", "return_5", "sma_10", "obv", "vwap_20"]

    /// Buys one hundredth at each bar at which all features are there and their sum in thousandths, rounded down, is even.
    private static let sources: [SourceLanguage: (file: String, text: String)] = [
        .swift: (
            "even.swift",
            """
            import StrategyKit

            struct Even: Strategy {
                static let info = StrategyInfo(id: "Even", name: "Even")
                static let features = ["rsi_14", "ema_20", "atr_14", "return_5", "sma_10", "obv", "vwap_20"]

                mutating func onBar(_ bar: Bar, _ context: inout Context) {
                    var sum = 0.0
                    for index in 0..<context.features.count {
                        guard let value = context.features[index] else { return }
                        sum += value
                    }
                    if Int((sum * 1000).rounded(.down)) % 2 == 0 { context.buy(0.01) }
                }
            }
            """
        ),
        .c: (
            "even.c",
            """
            #include "CStrategyABI.h"
            #include <stdlib.h>
            #include <string.h>
            STRATEGY_ABI_NOTE;
            static const char *const names[] = {"rsi_14", "ema_20", "atr_14", "return_5", "sma_10", "obv", "vwap_20"};
            static const strategy_features_ext_v1_t features = {sizeof features, 7, names};
            typedef struct { double sum; uint64_t tag; } even_t;
            static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                               char *error, size_t size) {
                (void)self; (void)config; (void)error; (void)size;
                return calloc(1, sizeof(even_t));
            }
            static void destroy(strategy_instance_t *instance) { free(instance); }
            static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                                  strategy_intents_v1_t *intents) {
                even_t *it = instance;
                for (size_t i = 0; i < count; i++) {
                    if (events[i].type == STRATEGY_EVENT_FEATURES) {
                        it->sum = 0;
                        for (uint32_t n = 0; n < features.count; n++) it->sum += strategy_features_value(&events[i], n);
                    }
                    if (events[i].type != STRATEGY_EVENT_BAR || it->sum != it->sum) continue;
                    if ((long long)__builtin_floor(it->sum * 1000) % 2 != 0) continue;
                    strategy_submit_v1_t order = {.type = STRATEGY_INTENT_SUBMIT, .instrument = events[i].instrument,
                        .tag = ++it->tag, .quantity = STRATEGY_QUANTITY_SCALE / 100, .side = STRATEGY_SIDE_BUY,
                        .kind = STRATEGY_KIND_MARKET, .time_in_force = STRATEGY_TIF_GTC};
                    memcpy(&intents->records[intents->count++], &order, sizeof order);
                    return i + 1;
                }
                return count;
            }
            static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
                (void)self;
                return strcmp(id, STRATEGY_EXT_FEATURES) ? NULL : &features;
            }
            static const strategy_descriptor_v1_t descriptor = {
                sizeof descriptor, 0, "Even", "Even", "1", "", 1u << STRATEGY_EVENT_BAR | 1u << STRATEGY_EVENT_FEATURES,
                NULL, create, destroy, process, extension};
            const strategy_entry_v1_t *strategy_entry_v1(uint32_t host) {
                (void)host;
                static const strategy_entry_v1_t entry = {sizeof entry, STRATEGY_ABI_VERSION, &descriptor};
                return &entry;
            }
            """
        ),
    ]

    /// How often the rule says buy, by a set of features that is fed with the file's bars.
    private func wanted(_ path: String, interval: Int64) throws -> Int {
        let file = try MarketFile.read(path)
        let events = file.events(withBars: interval > file.interval ? [Timeframe(interval: interval)] : [])
        var set = FeatureSet()
        var count = 0
        for record in events.records where record.kind == .bar && record.asBar.interval == interval {
            set.add(record.asBar)
            let values = FeatureStrategyTests.names.map { Feature.index(of: $0).flatMap { set.value($0) } }
            guard !values.contains(nil) else { continue }
            let sum = values.reduce(0) { $0 + ($1 ?? 0) }
            if Int((sum * 1000).rounded(.down)) % 2 == 0 { count += 1 }
        }
        return count
    }

    @Test(
        "a backtest acts on the values that the file has, in the host and in a worker",
        arguments: [SourceLanguage.c, .swift])
    func backtest(_ language: SourceLanguage) async throws {
        guard SourceStrategyTests.hasCompiler(language), let source = FeatureStrategyTests.sources[language] else {
            print("skipped: no compiler for \(language.name)")
            return
        }
        scratch.writeBars(900, base: 60_000)
        let path = scratch.path + "/bars.csv"
        for (timeframe, isolation) in [("1m", "host"), ("5m", "host"), ("1m", "worker")] {
            scratch.write(source.text, to: "strategies/even/\(source.file)")
            scratch.write(
                "plugin: Even\ninstruments: [BTC_USDT]\ntimeframe: \(timeframe)\nisolation: \(isolation)\n",
                to: "strategies/even/strategy.yaml")
            let outcome = try await SourceStrategyTests.run(
                ["backtest", "even", "--data", "bars.csv", "--json"], with: language, in: scratch)
            let result = try JSONObject(outcome.output)
            let interval = try #require(Timeframe(name: timeframe)).interval
            let wanted = try wanted(path, interval: interval)
            // Whatever the gate says of them.
            let sent = (result.integer("orders") ?? 0) + (result.integer("denials") ?? 0)
            #expect(wanted > 20 && sent == wanted, "\(timeframe) \(isolation): \(outcome)")
        }
        let listed = try await SourceStrategyTests.run(["plugins", "--json"], with: language, in: scratch)
        let plugins = try JSONObject(listed.output).objects("plugins")
        #expect(
            plugins.first { $0.text("id") == "Even" }?.texts("features") == FeatureStrategyTests.names, "\(listed)")
    }

    @Test("check gives such a plugin made-up values, and says which feature there is not")
    func check() async throws {
        guard SourceStrategyTests.hasCompiler(.c), let source = FeatureStrategyTests.sources[.c] else {
            print("skipped: no compiler for C")
            return
        }
        scratch.write("instruments: [BTC_USDT]\n", to: "strategies/even/strategy.yaml")
        scratch.write(source.text, to: "strategies/even/even.c")
        let good = try await SourceStrategyTests.run(["check"], with: .c, in: scratch)
        #expect(good.code == 0, "\(good)")
        scratch.write(source.text.replacing("{\"rsi_14\"", with: "{\"rsi_13\""), to: "strategies/even/even.c")
        let bad = try await SourceStrategyTests.run(["check"], with: .c, in: scratch)
        #expect(bad.code == 1 && bad.output.contains("'rsi_13' is no feature; did you mean rsi_"), "\(bad)")
    }
}
