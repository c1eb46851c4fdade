/// C sources of the small plugins that these tests compile.
enum PluginSources {
    /// A complete plugin: counts events, buys at the third trade; fast < slow; state; log.
    static func good(id: String = "Counter") -> String {
        """
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include "CStrategyABI.h"
        #ifndef NO_NOTE
        STRATEGY_ABI_NOTE;
        #endif
        typedef struct {
            uint64_t seen; int64_t fast, slow, size, limit, wait; int32_t on, mode; double factor;
            uint32_t bound, level; int64_t tick; char id[32];
        } counter_t;
        static const strategy_descriptor_v1_t descriptor;
        static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                           char *error, size_t size) {
            (void)self;
            if (config->seed == 13) { snprintf(error, size, "13 brings\\nno luck"); return NULL; }
            counter_t *it = calloc(1, sizeof *it);
            it->fast = 20; it->slow = 100; it->size = STRATEGY_QUANTITY_SCALE; it->factor = 1.5;
            it->wait = 60LL * 1000000000; it->limit = STRATEGY_PRICE_SCALE;
            if (config->bound_count) {
                const strategy_instrument_v1_t *instrument = &config->instruments[config->bound[0]];
                it->bound = config->bound[0]; it->tick = instrument->tick; memcpy(it->id, instrument->id, 32);
            }
            return it;
        }
        #ifdef DESTROY_MARKER
        static void destroy(strategy_instance_t *instance) {
            free(instance);
            FILE *file = fopen(DESTROY_MARKER, "a"); fputs("x", file); fclose(file);
        }
        #else
        static void destroy(strategy_instance_t *instance) { free(instance); }
        #endif
        static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                              strategy_intents_v1_t *intents) {
            counter_t *it = instance;
            for (size_t i = 0; i < count; i++) {
                it->seen++;
                if (it->seen % 3 == 0) {
                    strategy_submit_v1_t order = {.type = STRATEGY_INTENT_SUBMIT, .instrument = events[i].instrument,
                        .tag = it->seen, .quantity = it->size, .side = STRATEGY_SIDE_BUY, .kind = STRATEGY_KIND_MARKET,
                        .time_in_force = STRATEGY_TIF_GTC};
                    memcpy(&intents->records[intents->count++], &order, sizeof order);
                    return i + 1;
                }
            }
            return count;
        }
        #define I(k, v) {.kind = k, .integer = v}
        #define N(v) {.kind = STRATEGY_PARAM_NUMBER, .number = v}
        static const char *const modes[] = {"slow", "quick"};
        static const strategy_param_info_v1_t infos[] = {
            {sizeof infos[0], STRATEGY_PARAM_INTEGER, "fast", "Bars of the fast average", "bars", NULL, 0, 0,
             I(1, 1), I(1, 10000), I(1, 20)},
            {sizeof infos[0], STRATEGY_PARAM_INTEGER, "slow", "", "bars", NULL, 0, 0, I(1, 1), I(1, 10000), I(1, 100)},
            {sizeof infos[0], STRATEGY_PARAM_NUMBER, "factor", "", "", NULL, 0, 0, N(0), N(10), N(1.5)},
            {sizeof infos[0], STRATEGY_PARAM_BOOLEAN, "on", "", "", NULL, 0, 0, I(3, 0), I(3, 1), I(3, 0)},
            {sizeof infos[0], STRATEGY_PARAM_QUANTITY, "size", "", "", NULL, 0, 0,
             I(4, 1), I(4, 1000 * STRATEGY_QUANTITY_SCALE), I(4, STRATEGY_QUANTITY_SCALE)},
            {sizeof infos[0], STRATEGY_PARAM_PRICE, "limit", "", "", NULL, 0, 0,
             I(5, 0), I(5, 1000 * STRATEGY_PRICE_SCALE), I(5, STRATEGY_PRICE_SCALE)},
            {sizeof infos[0], STRATEGY_PARAM_CHOICE, "mode", "", "", modes, 2, 0, I(6, 0), I(6, 1), I(6, 0)},
            {sizeof infos[0], STRATEGY_PARAM_DURATION, "wait", "", "s", NULL, 0, 0,
             I(7, 0), I(7, 3600LL * 1000000000), I(7, 60LL * 1000000000)},
        };
        static const strategy_param_info_v1_t *describe(const strategy_descriptor_v1_t *self, uint32_t index) {
            (void)self;
            return index < sizeof infos / sizeof infos[0] ? &infos[index] : NULL;
        }
        static int32_t get(strategy_instance_t *instance, uint32_t index, strategy_value_v1_t *value) {
            counter_t *it = instance;
            const int64_t integers[] = {it->fast, it->slow, 0, it->on, it->size, it->limit, it->mode, it->wait};
            value->kind = infos[index].kind; value->integer = integers[index]; value->number = it->factor;
            return 0;
        }
        static int32_t set(strategy_instance_t *instance, uint32_t index, const strategy_value_v1_t *value,
                           char *error, size_t size) {
            counter_t *it = instance;
            if (value->kind != infos[index].kind) { snprintf(error, size, "wrong kind"); return 1; }
            switch (index) {
            case 0: if (value->integer == 7) { snprintf(error, size, "7 is taken"); return 1; }
                    it->fast = value->integer; break;
            case 1: it->slow = value->integer; break;
            case 2: it->factor = value->number; break;
            case 3: it->on = (int32_t)value->integer; break;
            case 4: it->size = value->integer; break;
            case 5: it->limit = value->integer; break;
            case 6: it->mode = (int32_t)value->integer; break;
            case 7: it->wait = value->integer; break;
            }
            return 0;
        }
        static int32_t validate(strategy_instance_t *instance, char *error, size_t size) {
            counter_t *it = instance;
            if (it->fast < it->slow) return 0;
            snprintf(error, size, "fast %lld must be below slow %lld", (long long)it->fast, (long long)it->slow);
            return 1;
        }
        static const strategy_params_v1_t params = {sizeof params, sizeof infos / sizeof infos[0], describe, get, set, validate};
        static size_t save(strategy_instance_t *instance, uint8_t *bytes, size_t capacity) {
            size_t size = 10000;
            if (capacity >= size) { memset(bytes, 7, size); memcpy(bytes, instance, 8); }
            return size;
        }
        static int32_t restore(strategy_instance_t *instance, uint32_t version, const uint8_t *bytes, size_t count,
                               char *error, size_t size) {
            if (version != 2 || count != 10000) { snprintf(error, size, "unknown version %u", version); return 1; }
            memcpy(instance, bytes, 8);
            return 0;
        }
        static const strategy_state_v1_t state = {sizeof state, 2, 77, save, restore};
        static void set_level(strategy_instance_t *instance, uint32_t level) { ((counter_t *)instance)->level = level; }
        static const strategy_log_ext_v1_t logging = {sizeof logging, 0, set_level};
        static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
            (void)self;
            if (!strcmp(id, STRATEGY_EXT_PARAMS)) return &params;
            if (!strcmp(id, STRATEGY_EXT_STATE)) return &state;
            return strcmp(id, STRATEGY_EXT_LOG) ? NULL : &logging;
        }
        static const strategy_descriptor_v1_t descriptor = {
            sizeof descriptor, 0, "\(id)", "Counts events", "1.0", "Buys at each third event", 1u << STRATEGY_EVENT_TRADE,
            NULL, create, destroy, process, extension};
        static const strategy_entry_v1_t entry = {sizeof entry, STRATEGY_ABI_VERSION, &descriptor};
        const strategy_entry_v1_t *strategy_entry_v1(uint32_t host) {
            return host >> 16 == STRATEGY_ABI_MAJOR ? &entry : NULL;
        }
        """
    }

    /// A plugin whose tables are given by the test: `body` defines `descriptor` and may define more.
    static func bare(_ body: String, entry: String = "{sizeof entry, STRATEGY_ABI_VERSION, &descriptor}") -> String {
        """
        #include <stdlib.h>
        #include <string.h>
        #include "CStrategyABI.h"
        STRATEGY_ABI_NOTE;
        static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                           char *error, size_t size) {
            (void)self; (void)config; (void)error; (void)size;
            return malloc(8);
        }
        static void destroy(strategy_instance_t *instance) { free(instance); }
        static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                              strategy_intents_v1_t *intents) {
            (void)instance; (void)events; (void)intents;
            return count;
        }
        \(body)
        const strategy_entry_v1_t *strategy_entry_v1(uint32_t host) {
            (void)host;
            static const strategy_entry_v1_t entry = \(entry);
            return &entry;
        }
        """
    }
}
