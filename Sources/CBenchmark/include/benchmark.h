/// Strategies in plain C that `stratagem bench` calls without a plugin around them: the measure that plugins are held to.
#ifndef BENCHMARK_H
#define BENCHMARK_H

#include "CStrategyABI.h"

/// What is counted for one instrument.
typedef struct {
    uint64_t bars;
    int64_t sum;
} benchmark_tally_t;

enum { BENCHMARK_INSTRUMENTS = 8 };
typedef struct {
    uint32_t instrument_count;
    benchmark_tally_t *tally_of_instrument[BENCHMARK_INSTRUMENTS]; ///< NULL = not bound
    benchmark_tally_t tallies[BENCHMARK_INSTRUMENTS];
} benchmark_count_t;

void benchmark_count_bind(benchmark_count_t *state, uint32_t instrument);

/// Counts bars and adds up their closes, instrument by instrument: as little as a strategy can do that reads its events,
/// with all that the contract asks of its loop – MORE records belong to the record before them, other instruments and
/// unknown types are passed over, it returns after the event in which it wrote intents.
size_t benchmark_count(void *instance, const strategy_event_v1_t *events, size_t count, strategy_intents_v1_t *intents);

typedef struct {
    uint64_t tag;
    int64_t quantity;
    uint8_t side;
} benchmark_flip_t;

/// Sends a market order at every bar and quote, buy and sell in turn.
size_t benchmark_flip(void *instance, const strategy_event_v1_t *events, size_t count, strategy_intents_v1_t *intents);

/// Allocations of this process so far, when a library that counts them is preloaded; UINT64_MAX without one.
uint64_t benchmark_allocations(void);

/// Lets a process (0 = the calling thread) run on this processor only; -1 = on all of them. 0 = done.
int benchmark_pin(int process, int processor);

#endif
