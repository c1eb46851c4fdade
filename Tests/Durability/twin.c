/// A witness: it counts what it is given and chains it into a hash, writes both down now and then, and trades. Two of
/// them on one market must say the same, however often one of them is loaded anew: its memory is the numbers below.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CStrategyABI.h"

#ifndef LINE_EVERY
#define LINE_EVERY 20000u
#define ORDER_EVERY 5000u
#endif

typedef struct memory_t {
    uint64_t events; ///< market events given
    uint64_t hash;   ///< of all of them, in order
    uint64_t orders; ///< submitted; the next tag is one more
    uint64_t ends;   ///< orders that ended
} memory_t;

typedef struct twin_t {
    memory_t memory;
    int64_t min_quantity[64];
    uint32_t instrument_count;
} twin_t;

static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config, char *error,
                                   size_t error_size) {
    (void)self;
    twin_t *twin = calloc(1, sizeof *twin);
    if (!twin || config->instrument_count > 64) {
        snprintf(error, error_size, "no memory, or more than 64 instruments");
        free(twin);
        return NULL;
    }
    twin->instrument_count = config->instrument_count;
    for (uint32_t index = 0; index < config->instrument_count; index++)
        twin->min_quantity[index] = config->instruments[index].min_quantity;
    twin->memory.hash = 0xcbf29ce484222325u;
    return twin;
}

static void destroy(strategy_instance_t *instance) { free(instance); }

static void write_line(twin_t *twin, strategy_intents_v1_t *intents) {
    strategy_log_v1_t line = {.type = STRATEGY_INTENT_LOG, .level = STRATEGY_LOG_INFO};
    char text[64];
    int length = snprintf(text, sizeof text, "%llu %016llx %llu", (unsigned long long)twin->memory.events,
                          (unsigned long long)twin->memory.hash, (unsigned long long)twin->memory.orders);
    line.length = length < 40 ? (uint32_t)length : 40;
    memcpy(line.text, text, line.length);
    memcpy(&intents->records[intents->count++], &line, sizeof line);
}

static void order(twin_t *twin, const strategy_event_v1_t *event, strategy_intents_v1_t *intents) {
    strategy_submit_v1_t submit = {.type = STRATEGY_INTENT_SUBMIT, .instrument = event->instrument};
    twin->memory.orders++;
    submit.tag = twin->memory.orders;
    submit.quantity = twin->min_quantity[event->instrument];
    submit.side = twin->memory.orders % 2 ? STRATEGY_SIDE_BUY : STRATEGY_SIDE_SELL;
    submit.kind = STRATEGY_KIND_MARKET;
    submit.time_in_force = STRATEGY_TIF_GTC;
    memcpy(&intents->records[intents->count++], &submit, sizeof submit);
}

static void take(twin_t *twin, const strategy_event_v1_t *event, strategy_intents_v1_t *intents) {
    memory_t *memory = &twin->memory;
    if (event->type == STRATEGY_EVENT_ORDER) {
        const strategy_order_update_v1_t *update = (const strategy_order_update_v1_t *)event;
        if (update->state >= STRATEGY_ORDER_FILLED) memory->ends++;
        return;
    }
    if (event->type != STRATEGY_EVENT_QUOTE && event->type != STRATEGY_EVENT_TRADE) return;
    memory->events++;
    const uint64_t words[] = {(uint64_t)event->time, event->instrument, event->type, event->payload[0], event->payload[1]};
    for (size_t index = 0; index < sizeof words / sizeof *words; index++)
        memory->hash = (memory->hash ^ words[index]) * 0x100000001b3u;
    if (memory->events % LINE_EVERY == 0) write_line(twin, intents);
    if (memory->events % ORDER_EVERY == 0 && event->instrument < twin->instrument_count) order(twin, event, intents);
}

static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                      strategy_intents_v1_t *intents) {
    size_t index = 0;
    while (index < count) {
        take(instance, &events[index], intents);
        index++;
        while (index < count && events[index].type == STRATEGY_EVENT_MORE) index++;
        if (intents->count != 0) break;
    }
    return index;
}

static size_t save(strategy_instance_t *instance, uint8_t *bytes, size_t capacity) {
    if (capacity >= sizeof(memory_t)) memcpy(bytes, &((twin_t *)instance)->memory, sizeof(memory_t));
    return sizeof(memory_t);
}

static int32_t restore(strategy_instance_t *instance, uint32_t version, const uint8_t *bytes, size_t count, char *error,
                       size_t error_size) {
    if (version != 1 || count != sizeof(memory_t)) {
        snprintf(error, error_size, "%zu bytes of version %u", count, version);
        return 1;
    }
    memcpy(&((twin_t *)instance)->memory, bytes, count);
    return 0;
}

static const strategy_state_v1_t state_table = {
    .struct_size = sizeof(strategy_state_v1_t), .schema_version = 1, .schema_hash = 1, .save = save, .restore = restore};

static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
    (void)self;
    return strcmp(id, STRATEGY_EXT_STATE) == 0 ? &state_table : NULL;
}

static const strategy_descriptor_v1_t descriptor = {
    .struct_size = sizeof(strategy_descriptor_v1_t),
    .id = "Twin",
    .name = "Twin",
    .version = "1.0.0",
    .description = "Counts what it is given",
    .events = 1u << STRATEGY_EVENT_QUOTE | 1u << STRATEGY_EVENT_TRADE,
    .create = create,
    .destroy = destroy,
    .process = process,
    .extension = extension,
};

static const strategy_entry_v1_t entry = {sizeof(strategy_entry_v1_t), STRATEGY_ABI_VERSION, &descriptor};

const strategy_entry_v1_t *strategy_entry_v1(uint32_t host_abi) {
    return host_abi >> 16 == STRATEGY_ABI_MAJOR ? &entry : NULL;
}

STRATEGY_ABI_NOTE;
