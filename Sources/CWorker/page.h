#ifndef STRATAGEM_WORKER_PAGE_H
#define STRATAGEM_WORKER_PAGE_H

#include "CWorker.h"

#include <stdatomic.h>
#include <stdbool.h>

#define WORKER_MAGIC 0x5354524147454d31ull
#define LINE _Alignas(64)

/// The first page of the shared memory. Host and worker write to lines of their own.
typedef struct worker_page_t {
    // Written by the host.
    LINE uint64_t magic;
    int64_t slow_nanoseconds, spin_nanoseconds;
    uint32_t lock_step;
    int32_t host;
    LINE _Atomic uint64_t published; ///< events
    LINE _Atomic uint64_t taken;     ///< intent records
    LINE _Atomic uint64_t asked;
    uint64_t ask_size;
    uint32_t operation;
    _Atomic uint32_t log_level;
    _Atomic uint32_t quits;
    LINE _Atomic uint32_t bell; ///< the worker sleeps on it
    _Atomic uint32_t host_sleeps;
    // Written by the worker.
    LINE _Atomic uint64_t consumed; ///< events
    LINE _Atomic uint64_t written;  ///< intent records
    LINE _Atomic uint64_t answered;
    uint64_t answer_size;
    uint32_t status;
    LINE _Atomic uint32_t host_bell; ///< the host sleeps on it
    _Atomic uint32_t worker_sleeps;
    _Atomic uint64_t slow_calls, slowest_nanoseconds;
} worker_page_t;

STRATEGY_ASSERT(sizeof(worker_page_t) <= 4096, "the page is one page");

/// The pages after it: durations of calls, which the worker alone writes.
typedef struct worker_times_t {
    _Atomic uint64_t counts[WORKER_TIME_CLASSES];
} worker_times_t;

STRATEGY_ASSERT(sizeof(worker_times_t) <= 8192, "the times are two pages");

/// What stands before the intents of one call of the plugin: one record of the intent ring.
typedef struct worker_batch_t {
    uint64_t consumed; ///< what the plugin said
    uint64_t count;    ///< intents that it said to have written; as many records follow, none where that cannot be
    uint64_t through;  ///< events that it had seen by then
    uint64_t reserved[5];
} worker_batch_t;

STRATEGY_ASSERT(sizeof(worker_batch_t) == sizeof(strategy_intent_v1_t), "a batch's head takes one record");

enum {
    WORKER_TIMES_OFFSET = 4096,
    WORKER_EVENTS_OFFSET = WORKER_TIMES_OFFSET + 8192,
    WORKER_INTENTS_OFFSET = WORKER_EVENTS_OFFSET + WORKER_EVENT_CAPACITY * sizeof(strategy_event_v1_t),
    WORKER_TRANSFER_OFFSET = WORKER_INTENTS_OFFSET + WORKER_INTENT_CAPACITY * sizeof(strategy_intent_v1_t),
    WORKER_MAP_SIZE = WORKER_TRANSFER_OFFSET + WORKER_TRANSFER_SIZE,
};

/// Sleeps while `word` is `value`, at most so long; may wake early.
void worker_sleep(_Atomic uint32_t *word, uint32_t value, int64_t nanoseconds);
/// Wakes who sleeps on `word`.
void worker_wake(_Atomic uint32_t *word);
int64_t worker_clock(void);

/// Between two looks at the clock while spinning.
enum { WORKER_SPIN_TURNS = 32 };

static inline void worker_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Copies `count` records into a ring at running number `at`, and out of it.
static inline void worker_ring_put(char *ring, uint64_t capacity, uint64_t at, const void *records, size_t count) {
    size_t start = at & (capacity - 1);
    size_t first = count < capacity - start ? count : capacity - start;
    __builtin_memcpy(ring + start * 64, records, first * 64);
    __builtin_memcpy(ring, (const char *)records + first * 64, (count - first) * 64);
}

static inline void worker_ring_get(const char *ring, uint64_t capacity, uint64_t at, void *records, size_t count) {
    size_t start = at & (capacity - 1);
    size_t first = count < capacity - start ? count : capacity - start;
    __builtin_memcpy(records, ring + start * 64, first * 64);
    __builtin_memcpy((char *)records + first * 64, ring, (count - first) * 64);
}

#endif
