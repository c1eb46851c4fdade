/* A strategy that behaves until the file TRIGGER is there, and then does what FAULT names. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "CStrategyABI.h"

STRATEGY_ABI_NOTE;

#define SEGFAULT 0
#define ABORT 1
#define EXIT 2
#define SILENT_EXIT 3
#define LOOP 4
#define STACK 5
#define INDEX 6
#define NIL 7
#define CREATE 8
#define CONTRACT 9
#define SLOW 10
#define NOTHING 11

#if FAULT == INDEX || FAULT == NIL
void swift_index_out_of_range(void);
void swift_nil_unwrap(void);
#endif

static volatile int sink;

static int overflow_stack(int depth) {
    volatile char page[4096];
    page[0] = (char)depth;
    return overflow_stack(depth + 1) + page[0];
}

static void misbehave(void) {
#if FAULT == SEGFAULT
    *(volatile int *)8 = 1;
#elif FAULT == ABORT
    abort();
#elif FAULT == EXIT
    exit(0);
#elif FAULT == SILENT_EXIT
    _exit(0);
#elif FAULT == LOOP
    for (;;) { sink++; }
#elif FAULT == STACK
    sink = overflow_stack(0);
#elif FAULT == INDEX
    swift_index_out_of_range();
#elif FAULT == NIL
    swift_nil_unwrap();
#elif FAULT == SLOW
    for (int round = 0; round < 20000000; round++) { sink++; }
#endif
    (void)overflow_stack;
}

static int is_triggered(void) { return access(TRIGGER, F_OK) == 0; }

static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                   char *error, size_t size) {
    (void)self; (void)config; (void)error; (void)size;
    if (FAULT == CREATE && is_triggered()) { *(volatile int *)8 = 1; }
    return calloc(1, 64);
}

static void destroy(strategy_instance_t *instance) { free(instance); }

/* Buys a little with every second block, so that it has a position when it fails. */
static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                      strategy_intents_v1_t *intents) {
    uint64_t *calls = (uint64_t *)instance;
    if (is_triggered()) {
        misbehave();
        if (FAULT == CONTRACT) { return 0; }
    }
    if (events[0].type == STRATEGY_EVENT_BAR && ++*calls % 2 == 0 && *calls < 20) {
        strategy_submit_v1_t order = {.type = STRATEGY_INTENT_SUBMIT, .instrument = events[0].instrument,
            .tag = *calls, .quantity = STRATEGY_QUANTITY_SCALE / 100, .side = STRATEGY_SIDE_BUY,
            .kind = STRATEGY_KIND_MARKET, .time_in_force = STRATEGY_TIF_GTC};
        memcpy(&intents->records[intents->count++], &order, sizeof order);
        return 1;
    }
    return count;
}

static const strategy_descriptor_v1_t descriptor = {
    sizeof descriptor, 0, "Bad", "Bad", "1.0", "Misbehaves on demand",
    1u << STRATEGY_EVENT_TRADE | 1u << STRATEGY_EVENT_BAR, NULL, create, destroy, process, NULL};

const strategy_entry_v1_t *strategy_entry_v1(uint32_t host) {
    static const strategy_entry_v1_t entry = {sizeof entry, STRATEGY_ABI_VERSION, &descriptor};
    return host >> 16 == STRATEGY_ABI_MAJOR ? &entry : NULL;
}
