/// The files of a strategy in C: nothing but the headers of the host.
enum CScaffold {
    static func source(_ scaffold: Scaffold) -> Scaffold.File {
        Scaffold.File(path: "\(scaffold.stem).c", text: head(scaffold) + state + parameters + rules + tables(scaffold))
    }

    private static func head(_ scaffold: Scaffold) -> String {
        """
        // Follows the trend: long while the fast average of closes is above the slow one, short while it is below.
        // The host compiles this file; `stratagem build \(scaffold.id)` shows what the compiler says, with --test it runs the test.
        // The contract is in the headers: read strategy_abi.h first. Prices are integers of 1e-9, quantities of 1e-8.
        #include "CStrategyABI.h"

        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>

        STRATEGY_ABI_NOTE;


        """
    }

    private static let state = """
        // All that an instance remembers. It is saved as it stands, so it holds no pointers.
        enum { FAST_BARS = 5, SLOW_BARS = 20 };
        typedef struct {
            uint32_t instrument;
            int64_t quantity;      // the parameter
            int64_t position;      // as the host told it last
            int64_t bars;          // seen so far
            double fast, slow;     // exponential averages
            uint64_t last_tag;     // orders are numbered by the strategy
            uint64_t working_tag;  // 0 = no order works
        } trend_t;

        static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                           char *error, size_t error_size) {
            (void)self;
            trend_t *it = config->bound_count > 0 ? calloc(1, sizeof *it) : NULL;
            if (!it) {
                snprintf(error, error_size, config->bound_count > 0 ? "out of memory" : "no instrument is bound");
                return NULL;
            }
            it->instrument = config->bound[0];
            it->quantity = STRATEGY_QUANTITY_SCALE / 100;
            return it;
        }

        static void destroy(strategy_instance_t *instance) { free(instance); }

        static size_t save(strategy_instance_t *instance, uint8_t *bytes, size_t capacity) {
            if (capacity >= sizeof(trend_t)) memcpy(bytes, instance, sizeof(trend_t));
            return sizeof(trend_t);
        }

        // Raise the version with every change of trend_t, and read the older layouts here.
        enum { STATE_VERSION = 1 };
        static int32_t restore(strategy_instance_t *instance, uint32_t version, const uint8_t *bytes, size_t count,
                               char *error, size_t error_size) {
            if (version != STATE_VERSION || count != sizeof(trend_t)) {
                snprintf(error, error_size, "a state of version %u and %zu bytes", version, count);
                return 1;
            }
            // The parameter in force and the instrument's index are the host's to say.
            trend_t *it = instance;
            const trend_t fresh = *it;
            memcpy(it, bytes, sizeof *it);
            it->instrument = fresh.instrument;
            it->quantity = fresh.quantity;
            return 0;
        }


        """

    private static let parameters = """
        // Parameters: declared once, set by strategy.yaml and by operators within the bounds.
        static const strategy_param_info_v1_t quantity_info = {
            .struct_size = sizeof(strategy_param_info_v1_t),
            .kind = STRATEGY_PARAM_QUANTITY,
            .name = "quantity",
            .description = "Position to hold, long or short",
            .unit = "units",
            .minimum = {STRATEGY_PARAM_QUANTITY, 0, STRATEGY_QUANTITY_SCALE / 10000, 0},
            .maximum = {STRATEGY_PARAM_QUANTITY, 0, 1000 * STRATEGY_QUANTITY_SCALE, 0},
            .standard = {STRATEGY_PARAM_QUANTITY, 0, STRATEGY_QUANTITY_SCALE / 100, 0},
        };

        static const strategy_param_info_v1_t *describe(const strategy_descriptor_v1_t *self, uint32_t index) {
            (void)self;
            return index == 0 ? &quantity_info : NULL;
        }

        static int32_t get(strategy_instance_t *instance, uint32_t index, strategy_value_v1_t *value) {
            if (index != 0) return 1;
            *value = (strategy_value_v1_t){STRATEGY_PARAM_QUANTITY, 0, ((trend_t *)instance)->quantity, 0};
            return 0;
        }

        static int32_t set(strategy_instance_t *instance, uint32_t index, const strategy_value_v1_t *value, char *error,
                           size_t error_size) {
            if (index != 0 || value->kind != STRATEGY_PARAM_QUANTITY || value->integer < quantity_info.minimum.integer ||
                value->integer > quantity_info.maximum.integer) {
                snprintf(error, error_size, "outside of its bounds");
                return 1;
            }
            ((trend_t *)instance)->quantity = value->integer;
            return 0;
        }


        """

    private static let rules = """
        // One market order of what is missing to the wanted position; the answer comes as an ORDER or a DENIAL event.
        static void move_to(trend_t *it, int64_t wanted, strategy_intents_v1_t *out) {
            const int64_t missing = wanted - it->position;
            if (missing == 0 || it->working_tag != 0 || out->count >= out->capacity) return;
            const strategy_submit_v1_t order = {
                .type = STRATEGY_INTENT_SUBMIT,
                .instrument = it->instrument,
                .tag = ++it->last_tag,
                .quantity = missing > 0 ? missing : -missing,
                .side = missing > 0 ? STRATEGY_SIDE_BUY : STRATEGY_SIDE_SELL,
                .kind = STRATEGY_KIND_MARKET,
                .time_in_force = STRATEGY_TIF_GTC,
            };
            memcpy(&out->records[out->count++], &order, sizeof order);
            it->working_tag = order.tag;
        }

        static void on_bar(trend_t *it, const strategy_bar_v1_t *bar, strategy_intents_v1_t *out) {
            const double close = (double)bar->close / STRATEGY_PRICE_SCALE;
            if (it->bars == 0) it->fast = it->slow = close;
            it->fast += (close - it->fast) * 2 / (FAST_BARS + 1);
            it->slow += (close - it->slow) * 2 / (SLOW_BARS + 1);
            if (++it->bars < SLOW_BARS) return;
            move_to(it, it->fast > it->slow ? it->quantity : -it->quantity, out);
        }

        static void on_event(trend_t *it, const strategy_event_v1_t *event, strategy_intents_v1_t *out) {
            if (event->instrument != it->instrument) return;
            switch (event->type) {
            case STRATEGY_EVENT_BAR: on_bar(it, (const strategy_bar_v1_t *)event, out); break;
            case STRATEGY_EVENT_POSITION: it->position = ((const strategy_position_v1_t *)event)->quantity; break;
            case STRATEGY_EVENT_ORDER: {
                const strategy_order_update_v1_t *update = (const strategy_order_update_v1_t *)event;
                if (update->tag == it->working_tag && update->state >= STRATEGY_ORDER_FILLED) it->working_tag = 0;
                break;
            }
            case STRATEGY_EVENT_DENIAL:
                if (((const strategy_denial_v1_t *)event)->tag == it->working_tag) it->working_tag = 0;
                break;
            default: break;  // types that came after this file was written
            }
        }

        // Returns right after the event in which intents were written; records of type MORE belong to the one before.
        static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                              strategy_intents_v1_t *intents) {
            size_t index = 0;
            while (index < count && intents->count == 0) {
                on_event(instance, &events[index++], intents);
                while (index < count && events[index].type == STRATEGY_EVENT_MORE) index++;
            }
            return index;
        }


        """

    private static func tables(_ scaffold: Scaffold) -> String {
        """
        // The tables that lead the host to all of this.
        static const strategy_params_v1_t params_table = {sizeof params_table, 1, describe, get, set, NULL};
        static const strategy_state_v1_t state_table = {sizeof state_table, STATE_VERSION, sizeof(trend_t), save, restore};

        static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
            (void)self;
            if (strcmp(id, STRATEGY_EXT_PARAMS) == 0) return &params_table;
            if (strcmp(id, STRATEGY_EXT_STATE) == 0) return &state_table;
            return NULL;
        }

        static const strategy_descriptor_v1_t descriptor = {
            .struct_size = sizeof descriptor,
            .id = "\(scaffold.pluginID)",
            .name = "\(scaffold.title)",
            .version = "1.0.0",
            .description = "Long while the fast average of closes is above the slow one, short while it is below",
            .events = 1u << STRATEGY_EVENT_BAR,
            .create = create,
            .destroy = destroy,
            .process = process,
            .extension = extension,
        };

        static const strategy_entry_v1_t entry = {sizeof entry, STRATEGY_ABI_VERSION, &descriptor};

        const strategy_entry_v1_t *strategy_entry_v1(uint32_t host_abi) {
            return host_abi >> 16 == STRATEGY_ABI_MAJOR ? &entry : NULL;
        }

        """
    }

    static func test(_ scaffold: Scaffold) -> Scaffold.File {
        Scaffold.File(
            path: "Tests/\(scaffold.stem)_test.c",
            text: """
                // Run by `stratagem build \(scaffold.id) --test`. Plays bars to the strategy and looks at what it wants.
                #include "../\(scaffold.stem).c"

                #define EXPECT(condition)                                                             \\
                    do {                                                                              \\
                        if (!(condition)) {                                                           \\
                            printf("%s:%d: error: expected %s\\n", __FILE__, __LINE__, #condition); \\
                            failures++;                                                               \\
                        }                                                                             \\
                    } while (0)
                static int failures = 0;

                // Gives a bar of this close to the strategy; the order it sent, its tag 0 = none.
                static strategy_submit_v1_t play(strategy_instance_t *it, double close) {
                    const strategy_bar_v1_t bar = {
                        .type = STRATEGY_EVENT_BAR, .close = (int64_t)(close * STRATEGY_PRICE_SCALE)};
                    strategy_event_v1_t event;
                    memcpy(&event, &bar, sizeof event);
                    strategy_intent_v1_t records[STRATEGY_INTENTS_MIN];
                    strategy_intents_v1_t out = {records, STRATEGY_INTENTS_MIN, 0};
                    EXPECT(descriptor.process(it, &event, 1, &out) == 1);
                    strategy_submit_v1_t order = {0};
                    if (out.count > 0) memcpy(&order, &records[0], sizeof order);
                    return order;
                }

                int main(void) {
                    const uint32_t bound = 0;
                    const strategy_config_v1_t config = {
                        .struct_size = sizeof config, .instrument_count = 1, .bound = &bound, .bound_count = 1};
                    char error[256] = "";
                    strategy_instance_t *it = descriptor.create(&descriptor, &config, error, sizeof error);
                    EXPECT(it != NULL);

                    for (int bar = 0; bar < SLOW_BARS - 1; bar++) EXPECT(play(it, 100 + bar).tag == 0);
                    const strategy_submit_v1_t order = play(it, 200);
                    EXPECT(order.side == STRATEGY_SIDE_BUY && order.quantity == STRATEGY_QUANTITY_SCALE / 100);
                    EXPECT(play(it, 201).tag == 0);  // the order works: no second one

                    uint8_t bytes[sizeof(trend_t)];
                    EXPECT(save(it, bytes, sizeof bytes) == sizeof bytes);
                    EXPECT(restore(it, STATE_VERSION, bytes, sizeof bytes, error, sizeof error) == 0);
                    EXPECT(restore(it, STATE_VERSION + 1, bytes, sizeof bytes, error, sizeof error) != 0);

                    descriptor.destroy(it);
                    printf("%d expectations failed\\n", failures);
                    return failures != 0;
                }

                """)
    }
}
