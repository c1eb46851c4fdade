/// Says a signal of some strength, up or down, at every trade: the host keeps one a second of each instrument.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CStrategyABI.h"

typedef struct speaker_t {
    uint64_t state; ///< of its dice; the host's clock starts it, so that no two lives say the same
} speaker_t;

static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config, char *error,
                                   size_t error_size) {
    (void)self, (void)config;
    speaker_t *speaker = calloc(1, sizeof *speaker);
    if (!speaker) snprintf(error, error_size, "no memory");
    return speaker;
}

static void destroy(strategy_instance_t *instance) { free(instance); }

/// −1 … 1, of an xorshift.
static double dice(speaker_t *speaker, int64_t time) {
    uint64_t x = speaker->state ? speaker->state : (uint64_t)time | 1;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    speaker->state = x;
    return (double)(x >> 11) / (double)(1ull << 53) * 2 - 1;
}

static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                      strategy_intents_v1_t *intents) {
    size_t index = 0;
    while (index < count && intents->count == 0) {
        const strategy_event_v1_t *event = &events[index++];
        while (index < count && events[index].type == STRATEGY_EVENT_MORE) index++;
        if (event->type != STRATEGY_EVENT_TRADE) continue;
        strategy_emit_signal_v1_t signal = {.type = STRATEGY_INTENT_SIGNAL, .instrument = event->instrument};
        signal.strength = dice((speaker_t *)instance, event->time);
        memcpy(&intents->records[intents->count++], &signal, sizeof signal);
    }
    return index;
}

static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
    (void)self, (void)id;
    return NULL;
}

static const strategy_descriptor_v1_t descriptor = {
    .struct_size = sizeof(strategy_descriptor_v1_t),
    .id = "Speaker",
    .name = "Speaker",
    .version = "1.0.0",
    .description = "Says signals",
    .events = 1u << STRATEGY_EVENT_TRADE,
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
