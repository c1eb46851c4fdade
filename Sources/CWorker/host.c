// The host's end: it keeps its own cursors, copies before it looks, and checks every number that the worker wrote.
#define _GNU_SOURCE
#include "page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct worker_link_t {
    worker_page_t *page;
    char *events, *intents, *transfer;
    worker_times_t *times;
    worker_terms_t terms;
    _Atomic uint64_t published; // events given
    uint64_t consumed;          // events done, as far as was believed
    uint64_t taken;             // intent records taken
    uint64_t answered_through;  // events done by the answer taken last
    uint64_t valid_from;        // answers to earlier events are of no interest any more
    _Atomic uint64_t asked;
    _Atomic uint32_t failure;
    _Atomic(const char *) failure_text;
    _Atomic int process, process_descriptor;
};

static const int64_t longest_sleep = 50 * 1000 * 1000;

worker_link_t *worker_link_open(const worker_terms_t *terms, int *memory) {
    int file = memfd_create("strategy-worker", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) {
        return NULL;
    }
    // Sealed: a worker that shrinks it would kill the host at its next access.
    char *map = MAP_FAILED;
    if (ftruncate(file, WORKER_MAP_SIZE) == 0 &&
        fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
        map = mmap(NULL, WORKER_MAP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    worker_link_t *link = map == MAP_FAILED ? NULL : calloc(1, sizeof *link);
    if (link == NULL) {
        int error = errno;
        if (map != MAP_FAILED) {
            munmap(map, WORKER_MAP_SIZE);
        }
        close(file);
        errno = error;
        return NULL;
    }
    link->page = (worker_page_t *)map;
    link->times = (worker_times_t *)(map + WORKER_TIMES_OFFSET);
    link->events = map + WORKER_EVENTS_OFFSET;
    link->intents = map + WORKER_INTENTS_OFFSET;
    link->transfer = map + WORKER_TRANSFER_OFFSET;
    link->terms = *terms;
    worker_link_bind(link, -1, -1);
    link->page->magic = WORKER_MAGIC;
    link->page->slow_nanoseconds = terms->slow_nanoseconds;
    link->page->lock_step = terms->lock_step;
    link->page->spin_nanoseconds = terms->spin_nanoseconds;
    link->page->host = getpid();
    *memory = file;
    return link;
}

void worker_link_close(worker_link_t *link) {
    munmap(link->page, WORKER_MAP_SIZE);
    free(link);
}

void worker_link_bind(worker_link_t *link, int process, int process_descriptor) {
    atomic_store(&link->process, process);
    atomic_store(&link->process_descriptor, process_descriptor);
}

// MARK: Failure

static const char *const failure_texts[] = {
    "", "its process ended", "a call did not come back within the budget",
    "it does not keep up: more events wait than the ring holds", "it wrote what makes no sense", "it was closed",
};

static size_t fail(worker_link_t *link, uint32_t failure, const char *text) {
    uint32_t works = WORKER_WORKS;
    if (atomic_compare_exchange_strong(&link->failure, &works, failure)) {
        atomic_store(&link->failure_text, text);
    }
    int process = atomic_load(&link->process_descriptor);
    if (process >= 0 && failure != WORKER_ENDED && failure != WORKER_CLOSED) {
        worker_kill(process);
    }
    return WORKER_FAILED;
}

static size_t garbage(worker_link_t *link, const char *text) { return fail(link, WORKER_GARBAGE, text); }

void worker_fail(worker_link_t *link, uint32_t failure) {
    fail(link, failure, failure_texts[failure <= WORKER_CLOSED ? failure : WORKER_GARBAGE]);
    atomic_fetch_add(&link->page->host_bell, 1);
    worker_wake(&link->page->host_bell);
}

uint32_t worker_failure(const worker_link_t *link) { return atomic_load(&link->failure); }

const char *worker_failure_text(const worker_link_t *link) {
    const char *text = atomic_load(&link->failure_text);
    return text == NULL ? "" : text;
}

// MARK: Waiting

static void ring(worker_link_t *link) {
    // What was published before and this look are in one order for both sides, or neither would wake the other.
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&link->page->worker_sleeps, memory_order_relaxed)) {
        atomic_fetch_add(&link->page->bell, 1);
        worker_wake(&link->page->bell);
    }
}

/// Until the worker has set `word` to `wanted`; false = it failed or took too long. Asleep only after a while: waking a
/// processor that sleeps takes longer than most calls.
static bool wait_for(worker_link_t *link, _Atomic uint64_t *word, uint64_t wanted, int64_t nanoseconds) {
    int64_t spin = link->terms.spin_nanoseconds, begin = 0, now = 0;
    for (uint32_t turn = 1; now - begin < spin; turn++) {
        if (atomic_load_explicit(word, memory_order_acquire) == wanted) {
            return true;
        }
        worker_pause();
        if (turn % WORKER_SPIN_TURNS == 0) {
            now = worker_clock();
            begin = begin == 0 ? now : begin;
            if (now - begin >= nanoseconds || atomic_load(&link->failure) != WORKER_WORKS) {
                return false;
            }
        }
    }
    int64_t deadline = begin == 0 ? 0 : begin + nanoseconds;
    bool is_there = false;
    while (true) {
        atomic_store(&link->page->host_sleeps, 1);
        uint32_t bell = atomic_load(&link->page->host_bell);
        is_there = atomic_load(word) == wanted;
        if (is_there || atomic_load(&link->failure) != WORKER_WORKS) {
            break;
        }
        now = worker_clock();
        deadline = deadline == 0 ? now + nanoseconds : deadline;
        if (now >= deadline) {
            break;
        }
        worker_sleep(&link->page->host_bell, bell, deadline - now < longest_sleep ? deadline - now : longest_sleep);
    }
    atomic_store(&link->page->host_sleeps, 0);
    return is_there;
}

/// A call has the budget to come back, and more as long as it has not had half of it on a processor: a busy machine is no
/// fault of a strategy's.
static bool wait_for_block(worker_link_t *link, uint64_t wanted) {
    int process = atomic_load(&link->process);
    int64_t budget = link->terms.budget_nanoseconds;
    if (wait_for(link, &link->page->consumed, wanted, budget / 2)) {
        return true;
    }
    int64_t begin = worker_cpu_time(process);
    for (int round = 0; round < 40; round++) {
        if (wait_for(link, &link->page->consumed, wanted, budget / 2)) {
            return true;
        }
        int64_t used = worker_cpu_time(process);
        if (used < 0 || used - begin > budget / 4 || !worker_is_runnable(process)) {
            return false;
        }
    }
    return false;
}

// MARK: Events

static void publish(worker_link_t *link, const strategy_event_v1_t *events, size_t count) {
    uint64_t at = atomic_load_explicit(&link->published, memory_order_relaxed);
    // It has begun anew: what it answers to the time before counts no more.
    if (events[0].type == STRATEGY_EVENT_SESSION && ((const strategy_status_v1_t *)events)->code == 0) {
        link->valid_from = at;
    }
    worker_ring_put(link->events, WORKER_EVENT_CAPACITY, at, events, count);
    atomic_store_explicit(&link->published, at + count, memory_order_relaxed);
    atomic_store_explicit(&link->page->published, at + count, memory_order_release);
    ring(link);
}

/// As many whole events as a block takes.
static size_t block_size(const strategy_event_v1_t *events, size_t count) {
    if (count <= WORKER_BLOCK_MAX) {
        return count;
    }
    size_t size = WORKER_BLOCK_MAX;
    while (size > 1 && events[size - 1].flags & STRATEGY_FLAG_MORE) {
        size--;
    }
    return size;
}

/// Takes the next batch; `head` says what the plugin did. 0 = taken, or there is none (count and consumed 0).
static size_t take_batch(worker_link_t *link, strategy_intents_v1_t *intents, worker_batch_t *head) {
    memset(head, 0, sizeof *head);
    uint64_t available = atomic_load_explicit(&link->page->written, memory_order_acquire) - link->taken;
    if (available == 0) {
        return 0;
    }
    if (available > WORKER_INTENT_CAPACITY) {
        return garbage(link, "the intent ring's cursor makes no sense");
    }
    worker_ring_get(link->intents, WORKER_INTENT_CAPACITY, link->taken, head, 1);
    uint64_t records = head->count <= WORKER_INTENT_MAX ? head->count : 0;
    if (records + 1 > available || records > intents->capacity) {
        return garbage(link, "a batch of intents is not whole");
    }
    worker_ring_get(link->intents, WORKER_INTENT_CAPACITY, link->taken + 1, intents->records, records);
    link->taken += records + 1;
    atomic_store_explicit(&link->page->taken, link->taken, memory_order_release);
    return 0;
}

size_t worker_exchange(void *opaque, const strategy_event_v1_t *events, size_t count, strategy_intents_v1_t *intents) {
    worker_link_t *link = opaque;
    if (atomic_load_explicit(&link->failure, memory_order_relaxed) != WORKER_WORKS) {
        return WORKER_FAILED;
    }
    if (count == 0) {
        return 0;
    }
    publish(link, events, block_size(events, count));
    uint64_t wanted = atomic_load_explicit(&link->published, memory_order_relaxed);
    if (!wait_for_block(link, wanted)) {
        return fail(link, WORKER_HUNG, failure_texts[WORKER_HUNG]);
    }
    link->consumed = wanted;
    worker_batch_t head;
    if (take_batch(link, intents, &head) == WORKER_FAILED) {
        return WORKER_FAILED;
    }
    if (head.through != wanted) {
        return garbage(link, "it answered to another block");
    }
    intents->count = head.count;
    // A count that cannot be is the engine's to judge; this one value has another meaning.
    return head.consumed == WORKER_FAILED ? 0 : head.consumed;
}

/// Takes the next batch that is of interest; those that are not, a few at a time.
static size_t collect(worker_link_t *link, strategy_intents_v1_t *intents) {
    worker_batch_t head;
    for (int turn = 0; turn < 64; turn++) {
        if (take_batch(link, intents, &head) == WORKER_FAILED) {
            return WORKER_FAILED;
        }
        if (head.consumed == 0 && head.count == 0) {
            return 0;
        }
        if (head.consumed == 0 || head.consumed > WORKER_BLOCK_MAX) {
            return garbage(link, "it says that the plugin consumed 0 events, or more than there were");
        }
        if (head.through > link->valid_from) {
            link->answered_through = head.through;
            intents->count = head.count;
            return 0;
        }
    }
    return 0;
}

size_t worker_push(void *opaque, const strategy_event_v1_t *events, size_t count, strategy_intents_v1_t *intents) {
    worker_link_t *link = opaque;
    if (atomic_load_explicit(&link->failure, memory_order_relaxed) != WORKER_WORKS) {
        return WORKER_FAILED;
    }
    if (count == 0) {
        return 0;
    }
    uint64_t published = atomic_load_explicit(&link->published, memory_order_relaxed);
    uint64_t consumed = atomic_load_explicit(&link->page->consumed, memory_order_acquire);
    if (published - consumed > published - link->consumed) {
        return garbage(link, "its count of events makes no sense");
    }
    link->consumed = consumed;
    size_t size = block_size(events, count);
    if (published - consumed + size > WORKER_EVENT_CAPACITY) {
        return fail(link, WORKER_BEHIND, failure_texts[WORKER_BEHIND]);
    }
    publish(link, events, size);
    return collect(link, intents) == WORKER_FAILED ? WORKER_FAILED : size;
}

size_t worker_collect(void *opaque, strategy_intents_v1_t *intents) {
    worker_link_t *link = opaque;
    if (atomic_load_explicit(&link->failure, memory_order_relaxed) != WORKER_WORKS) {
        return WORKER_FAILED;
    }
    return collect(link, intents);
}

void worker_position(void *opaque, uint64_t counts[3]) {
    worker_link_t *link = opaque;
    counts[0] = atomic_load_explicit(&link->published, memory_order_relaxed);
    uint64_t consumed = atomic_load_explicit(&link->page->consumed, memory_order_acquire);
    counts[1] = consumed < counts[0] ? consumed : counts[0];
    counts[2] = link->answered_through < counts[0] ? link->answered_through : counts[0];
}

// MARK: Questions

void worker_ask(worker_link_t *link, uint32_t operation, const void *payload, size_t size) {
    size = size <= WORKER_TRANSFER_SIZE ? size : WORKER_TRANSFER_SIZE;
    if (size > 0) {
        memcpy(link->transfer, payload, size);
    }
    link->page->operation = operation;
    link->page->ask_size = size;
    uint64_t number = atomic_fetch_add(&link->asked, 1) + 1;
    atomic_store_explicit(&link->page->asked, number, memory_order_release);
    ring(link);
}

int worker_await_answer(worker_link_t *link, int64_t nanoseconds) {
    uint64_t wanted = atomic_load(&link->asked);
    if (nanoseconds <= 0 || atomic_load_explicit(&link->page->answered, memory_order_acquire) == wanted) {
        return atomic_load_explicit(&link->page->answered, memory_order_acquire) == wanted;
    }
    return wait_for(link, &link->page->answered, wanted, nanoseconds);
}

void worker_answer(worker_link_t *link, uint32_t *status, size_t *size) {
    uint64_t claimed = *(volatile uint64_t *)&link->page->answer_size;
    *status = *(volatile uint32_t *)&link->page->status;
    *size = claimed <= WORKER_TRANSFER_SIZE ? (size_t)claimed : 0;
}

const void *worker_transfer(const worker_link_t *link) { return link->transfer; }

void worker_set_log_level(worker_link_t *link, uint32_t level) {
    atomic_store(&link->page->log_level, level);
    ring(link);
}

void worker_quit(worker_link_t *link) {
    atomic_store(&link->page->quits, 1);
    ring(link);
}

uint64_t worker_waiting(const worker_link_t *link) {
    uint64_t waiting = atomic_load(&link->published) - atomic_load_explicit(&link->page->consumed, memory_order_acquire);
    return waiting < WORKER_EVENT_CAPACITY ? waiting : WORKER_EVENT_CAPACITY;
}

worker_progress_t worker_progress(const worker_link_t *link) {
    worker_progress_t progress;
    uint64_t consumed = atomic_load(&link->page->consumed);
    uint64_t answered = atomic_load(&link->page->answered);
    progress.given = atomic_load(&link->published);
    progress.done = consumed + answered;
    // It cannot have been called more often than it was given events.
    uint64_t slow_calls = atomic_load(&link->page->slow_calls);
    progress.slow_calls = slow_calls < progress.given ? slow_calls : progress.given;
    progress.slowest_nanoseconds = atomic_load(&link->page->slowest_nanoseconds);
    progress.is_due = consumed != progress.given || answered != atomic_load(&link->asked);
    return progress;
}

void worker_times(const worker_link_t *link, uint64_t counts[WORKER_TIME_CLASSES]) {
    for (size_t number = 0; number < WORKER_TIME_CLASSES; number++) {
        counts[number] = atomic_load_explicit(&link->times->counts[number], memory_order_relaxed);
    }
}
