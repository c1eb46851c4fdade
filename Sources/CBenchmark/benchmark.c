#include "benchmark.h"

void benchmark_count_bind(benchmark_count_t *state, uint32_t instrument)
{
    if (instrument >= BENCHMARK_INSTRUMENTS)
        return;
    state->tally_of_instrument[instrument] = &state->tallies[instrument];
    if (instrument >= state->instrument_count)
        state->instrument_count = instrument + 1;
}

size_t benchmark_count(void *instance, const strategy_event_v1_t *events, size_t count, strategy_intents_v1_t *intents)
{
    benchmark_count_t *state = instance;
    size_t index = 0;
    while (index < count) {
        const strategy_event_v1_t *event = &events[index++];
        if (event->flags & STRATEGY_FLAG_MORE) {
            while (index < count && events[index].type == STRATEGY_EVENT_MORE)
                index++;
        }
        if (event->instrument >= state->instrument_count)
            continue;
        benchmark_tally_t *tally = state->tally_of_instrument[event->instrument];
        if (!tally)
            continue;
        switch (event->type) {
        case STRATEGY_EVENT_BAR:
            tally->bars += 1;
            tally->sum = (int64_t)((uint64_t)tally->sum + (uint64_t)((const strategy_bar_v1_t *)event)->close);
            break;
        default:
            break;
        }
        if (intents->count)
            break;
    }
    return index;
}

size_t benchmark_flip(void *instance, const strategy_event_v1_t *events, size_t count, strategy_intents_v1_t *intents)
{
    benchmark_flip_t *state = instance;
    for (size_t index = 0; index < count; index++) {
        if (events[index].type != STRATEGY_EVENT_BAR && events[index].type != STRATEGY_EVENT_QUOTE)
            continue;
        strategy_submit_v1_t order = {0};
        order.type = STRATEGY_INTENT_SUBMIT;
        order.instrument = events[index].instrument;
        order.tag = ++state->tag;
        order.quantity = state->quantity;
        order.side = state->side;
        order.kind = STRATEGY_KIND_MARKET;
        order.time_in_force = STRATEGY_TIF_GTC;
        state->side = state->side == STRATEGY_SIDE_BUY ? STRATEGY_SIDE_SELL : STRATEGY_SIDE_BUY;
        *(strategy_submit_v1_t *)&intents->records[intents->count++] = order;
        return index + 1;
    }
    return count;
}

/// Defined by the preloaded library, else absent.
__attribute__((weak)) extern uint64_t allocation_count(void);

uint64_t benchmark_allocations(void) { return allocation_count ? allocation_count() : UINT64_MAX; }
