// The worker's end: takes blocks, calls the plugin as the engine would, writes down what it answered.
#define _GNU_SOURCE
#include "page.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct worker_desk_t {
    worker_page_t *page;
    char *events, *intents, *transfer;
    worker_times_t *times;
    worker_process_t process;
    strategy_instance_t *instance;
    uint64_t consumed, written, answered;
    uint32_t log_level;
    bool is_done;
    strategy_event_v1_t block[WORKER_BLOCK_MAX];
    strategy_intent_v1_t written_block[WORKER_INTENT_MAX];
};

static const int64_t look_for_host = 1000 * 1000 * 1000;

worker_desk_t *worker_desk_open(int memory) {
    struct stat state;
    if (fstat(memory, &state) != 0 || state.st_size != WORKER_MAP_SIZE) {
        return NULL;
    }
    char *map = mmap(NULL, WORKER_MAP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (map == MAP_FAILED) {
        return NULL;
    }
    worker_desk_t *desk = calloc(1, sizeof *desk);
    if (desk == NULL || ((worker_page_t *)map)->magic != WORKER_MAGIC) {
        free(desk);
        munmap(map, WORKER_MAP_SIZE);
        return NULL;
    }
    desk->page = (worker_page_t *)map;
    desk->times = (worker_times_t *)(map + WORKER_TIMES_OFFSET);
    desk->events = map + WORKER_EVENTS_OFFSET;
    desk->intents = map + WORKER_INTENTS_OFFSET;
    desk->transfer = map + WORKER_TRANSFER_OFFSET;
    return desk;
}

void worker_desk_bind(worker_desk_t *desk, worker_process_t process, strategy_instance_t *instance) {
    desk->process = process;
    desk->instance = instance;
}

void *worker_desk_transfer(worker_desk_t *desk) { return desk->transfer; }

uint64_t worker_desk_consumed(const worker_desk_t *desk) { return desk->consumed; }

static bool is_orphan(const worker_desk_t *desk) { return getppid() != desk->page->host; }

static void ring(worker_desk_t *desk) {
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&desk->page->host_sleeps, memory_order_relaxed)) {
        atomic_fetch_add(&desk->page->host_bell, 1);
        worker_wake(&desk->page->host_bell);
    }
}

void worker_reply(worker_desk_t *desk, uint32_t status, size_t size) {
    desk->page->status = status;
    desk->page->answer_size = size;
    desk->answered++;
    atomic_store_explicit(&desk->page->answered, desk->answered, memory_order_release);
    ring(desk);
}

// MARK: Blocks

/// Writes a batch down; waits while the host has not made room.
static void answer(worker_desk_t *desk, uint64_t consumed, uint64_t count, uint64_t through) {
    worker_batch_t head = {.consumed = consumed, .count = count, .through = through};
    uint64_t records = count <= WORKER_INTENT_MAX ? count : 0;
    while (desk->written + records + 1 - atomic_load_explicit(&desk->page->taken, memory_order_acquire) >
           WORKER_INTENT_CAPACITY) {
        usleep(200);
        if (is_orphan(desk)) {
            _exit(0);
        }
    }
    worker_ring_put(desk->intents, WORKER_INTENT_CAPACITY, desk->written, &head, 1);
    worker_ring_put(desk->intents, WORKER_INTENT_CAPACITY, desk->written + 1, desk->written_block, records);
    desk->written += records + 1;
    atomic_store_explicit(&desk->page->written, desk->written, memory_order_release);
}

static void finish(worker_desk_t *desk, uint64_t consumed) {
    desk->consumed = consumed;
    atomic_store_explicit(&desk->page->consumed, consumed, memory_order_release);
    ring(desk);
}

/// Lock-step: one call, one answer; what the plugin left of the block, the host gives again.
static void exchange(worker_desk_t *desk, size_t count) {
    strategy_intents_v1_t out = {.records = desk->written_block, .capacity = WORKER_INTENT_MAX, .count = 0};
    size_t consumed = desk->process(desk->instance, desk->block, count, &out);
    uint64_t through = desk->consumed + count;
    answer(desk, consumed, out.count, through);
    finish(desk, through);
}

/// One call is counted; nobody else writes these numbers.
static void note_time(worker_desk_t *desk, uint64_t nanoseconds, uint64_t limit) {
    _Atomic uint64_t *count = &desk->times->counts[worker_time_class(nanoseconds)];
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1, memory_order_relaxed);
    if (nanoseconds > atomic_load_explicit(&desk->page->slowest_nanoseconds, memory_order_relaxed)) {
        atomic_store_explicit(&desk->page->slowest_nanoseconds, nanoseconds, memory_order_relaxed);
    }
    if (nanoseconds > limit) {
        atomic_fetch_add_explicit(&desk->page->slow_calls, 1, memory_order_relaxed);
    }
}

static size_t call(worker_desk_t *desk, const strategy_event_v1_t *events, size_t count, strategy_intents_v1_t *out) {
    int64_t limit = desk->page->slow_nanoseconds;
    if (limit <= 0) {
        return desk->process(desk->instance, events, count, out);
    }
    int64_t begin = worker_clock();
    size_t consumed = desk->process(desk->instance, events, count, out);
    note_time(desk, (uint64_t)(worker_clock() - begin), (uint64_t)limit);
    return consumed;
}

/// Without waiting for the host: all events of the block, call by call.
static void run(worker_desk_t *desk, size_t count) {
    size_t done = 0;
    while (done < count) {
        strategy_intents_v1_t out = {.records = desk->written_block, .capacity = WORKER_INTENT_MAX, .count = 0};
        size_t consumed = call(desk, desk->block + done, count - done, &out);
        bool is_good = consumed > 0 && consumed <= count - done;
        size_t end = is_good ? done + consumed : count;
        // A record and its MORE records are one event, whatever the plugin says.
        while (end < count && desk->block[end - 1].flags & STRATEGY_FLAG_MORE) {
            end++;
        }
        uint64_t through = desk->consumed + (end - done);
        if (!is_good || out.count > 0) {
            // A count that cannot be takes the strategy out of service: 0 of 1 says so.
            answer(desk, is_good ? consumed : 0, is_good ? out.count : WORKER_INTENT_MAX + 1, through);
        }
        finish(desk, through);
        done = end;
    }
}

static void take_block(worker_desk_t *desk, uint64_t available) {
    size_t count = available < WORKER_BLOCK_MAX ? (size_t)available : WORKER_BLOCK_MAX;
    worker_ring_get(desk->events, WORKER_EVENT_CAPACITY, desk->consumed, desk->block, count);
    while (count < available && count > 1 && desk->block[count - 1].flags & STRATEGY_FLAG_MORE) {
        count--;
    }
    if (desk->process == NULL) {
        finish(desk, desk->consumed + count);
    } else if (desk->page->lock_step) {
        exchange(desk, count);
    } else {
        run(desk, count);
    }
}

// MARK: The loop

/// Does what waits; false = nothing did.
static bool work(worker_desk_t *desk, worker_control_t control, void *context) {
    worker_page_t *page = desk->page;
    if (atomic_load(&page->asked) != desk->answered) {
        control(context, page->operation, desk->transfer, page->ask_size);
        return true;
    }
    uint32_t level = atomic_load(&page->log_level);
    if (level != desk->log_level) {
        desk->log_level = level;
        control(context, WORKER_LOG_LEVEL, NULL, level);
        return true;
    }
    uint64_t available = atomic_load(&page->published) - desk->consumed;
    if (available > 0) {
        take_block(desk, available);
        return true;
    }
    if (atomic_load(&page->quits)) {
        desk->is_done = true;
        return true;
    }
    return false;
}

/// Waits a moment in a loop; false = it has done so long enough.
static bool spins(const worker_desk_t *desk, uint32_t turn, int64_t *idle_since) {
    int64_t spin = desk->page->spin_nanoseconds;
    if (spin <= 0) {
        return false;
    }
    worker_pause();
    if (turn % WORKER_SPIN_TURNS != 0) {
        return true;
    }
    if (turn % (1u << 20) == 0 && is_orphan(desk)) {
        _exit(0);
    }
    int64_t now = worker_clock();
    *idle_since = *idle_since == 0 ? now : *idle_since;
    return now - *idle_since < spin;
}

void worker_serve(worker_desk_t *desk, worker_control_t control, void *context) {
    worker_page_t *page = desk->page;
    uint32_t turn = 0;
    int64_t idle_since = 0;
    while (!desk->is_done) {
        if (work(desk, control, context)) {
            turn = 0;
            idle_since = 0;
            continue;
        }
        if (spins(desk, ++turn, &idle_since)) {
            continue;
        }
        turn = 0;
        idle_since = 0;
        atomic_store(&page->worker_sleeps, 1);
        uint32_t bell = atomic_load(&page->bell);
        if (!work(desk, control, context)) {
            worker_sleep(&page->bell, bell, look_for_host);
        }
        atomic_store(&page->worker_sleeps, 0);
        if (is_orphan(desk)) {
            _exit(0);
        }
    }
    control(context, WORKER_QUIT, NULL, 0);
}
