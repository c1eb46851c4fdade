/* A strategy that behaves until the file TRIGGER is there, and then does what FAULT names. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
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
#define ALLOCATION 12
#define FORK_BOMB 13
#define DESCRIPTORS 14
#define STOP_ITSELF 15
#define GARBAGE 16
#define OVERSIZED 17
#define HEADER 18
#define THREAD 19
#define FORBIDDEN 20

#ifndef SECRET
#define SECRET "/nowhere"
#define JOURNAL "/nowhere"
#endif

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

/// The wall clock's nanoseconds, for whoever reads what a worker wrote before it ended.
static void say(const char *what) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    dprintf(STDERR_FILENO, "%s at %lld\n", what, (long long)time.tv_sec * 1000000000 + time.tv_nsec);
}

/// The host's end of the shared memory, as a worker finds it; NULL = this process has none.
static char *shared_memory(void) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512], *found = NULL;
    while (maps && fgets(line, sizeof line, maps)) {
        if (strstr(line, "memfd:strategy-worker")) { found = (char *)strtoull(line, NULL, 16); }
    }
    if (maps) { fclose(maps); }
    return found;
}

static void *spin(void *nothing) {
    for (;;) { sink++; }
    return nothing;
}

/// What it goes on to tell in its log.
static char told[16][40];
static uint32_t told_count, sent_count;

static void tell(const char *what, int number) {
    if (told_count < 16) { snprintf(told[told_count++], sizeof told[0], "%s %d", what, number); }
}

static void send_log(strategy_intents_v1_t *intents) {
    while (sent_count < told_count) {
        strategy_log_v1_t line = {.type = STRATEGY_INTENT_LOG, .level = STRATEGY_LOG_INFO};
        line.length = (uint32_t)strlen(told[sent_count]);
        memcpy(line.text, told[sent_count++], line.length);
        memcpy(&intents->records[intents->count++], &line, sizeof line);
    }
}

#define TRY(what, call) (errno = 0, tell(what, (call) < 0 ? errno : 0))

/// What a strategy has no right to; it goes on whatever the answers are.
static void try_what_is_forbidden(void) {
    char *words[] = {"/bin/true", NULL}, here[8] = "";
    struct iovec own = {here, 8}, other = {(void *)&sink, 8};
    struct sockaddr address = {.sa_family = AF_INET};
    TRY("read-secret", open(SECRET, O_RDONLY));
    TRY("read-journal", open(JOURNAL, O_RDONLY));
    TRY("write", open("/tmp/stratagem-fault-wrote-this", O_WRONLY | O_CREAT, 0600));
    TRY("socket", socket(AF_INET, SOCK_STREAM, 0));
    TRY("connect", connect(0, &address, sizeof address));
    TRY("fork", fork());
    TRY("exec", execve(words[0], words, words + 1));
    TRY("kill-host", kill(getppid(), SIGKILL));
    TRY("kill-all", kill(-1, SIGKILL));
    TRY("trace-host", ptrace(PTRACE_ATTACH, getppid(), 0, 0));
    TRY("read-host-memory", process_vm_readv(getppid(), &own, 1, &other, 1, 0));
    TRY("write-host-memory", process_vm_writev(getppid(), &own, 1, &other, 1, 0));
}

static void misbehave(void) {
    static int count;
    if (FAULT != SLOW && FAULT != CONTRACT && count++ == 0) { say("fault"); }
#if FAULT == ALLOCATION
    volatile char *much = malloc(10ull << 30);
    for (size_t place = 0; place < 10ull << 30; place += 4096) { much[place] = 1; }
#elif FAULT == FORK_BOMB
    int refused = 0;
    for (int round = 0; round < 1000; round++) {
        pid_t child = fork();
        if (child < 0) { refused++; }
        while (child == 0) { fork(); }
    }
    if (count == 1) { tell("forks refused", refused); }
#elif FAULT == DESCRIPTORS
    int most = 0, last = 0;
    while ((last = dup(STDERR_FILENO)) >= 0) { most = last; }
    if (count == 1) { tell("error", errno), tell("highest descriptor", most); }
#elif FAULT == STOP_ITSELF
    raise(SIGSTOP);
#elif FAULT == HEADER
    char *page = shared_memory();
    memset(page, 0xff, 4096);
#elif FAULT == THREAD
    pthread_t thread;
    if (count == 1) { tell("thread", pthread_create(&thread, NULL, spin, NULL)); }
#elif FAULT == FORBIDDEN
    if (count == 1) { try_what_is_forbidden(); }
#endif
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
    (void)overflow_stack, (void)shared_memory, (void)spin, (void)tell, (void)try_what_is_forbidden;
}

static int is_triggered(void) { return access(TRIGGER, F_OK) == 0; }

typedef struct {
    uint64_t bars;
    int is_called;
} bad_t;

static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                   char *error, size_t size) {
    (void)self; (void)config; (void)error; (void)size;
    if (FAULT == CREATE && is_triggered()) { *(volatile int *)8 = 1; }
    return calloc(1, sizeof(bad_t));
}

static void destroy(strategy_instance_t *instance) { free(instance); }

static void order(strategy_intents_v1_t *intents, const strategy_event_v1_t *bar, uint64_t tag, int64_t price) {
    strategy_submit_v1_t order = {.type = STRATEGY_INTENT_SUBMIT, .instrument = bar->instrument, .tag = tag, .price = price,
        .quantity = STRATEGY_QUANTITY_SCALE / 100, .side = STRATEGY_SIDE_BUY, .time_in_force = STRATEGY_TIF_GTC,
        .kind = price ? STRATEGY_KIND_LIMIT : STRATEGY_KIND_MARKET};
    memcpy(&intents->records[intents->count++], &order, sizeof order);
}

/* Buys a little with every second bar, so that it has a position when it fails, and once so low that the order rests. */
static void trade(bad_t *bad, const strategy_event_v1_t *event, strategy_intents_v1_t *intents) {
    if (++bad->bars % 2 != 0 || bad->bars >= 20) { return; }
    const strategy_bar_v1_t *bar = (const strategy_bar_v1_t *)event;
    int64_t low = bar->close / 2;
    if (bad->bars == 2) { order(intents, event, 1000, low - low % STRATEGY_PRICE_SCALE); }
    order(intents, event, bad->bars, 0);
}

static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                      strategy_intents_v1_t *intents) {
    bad_t *bad = (bad_t *)instance;
    if (!bad->is_called++) { say("called"); }
    if (is_triggered()) {
        misbehave();
        if (FAULT == CONTRACT) { return 0; }
        if (FAULT == GARBAGE) {
            memset(intents->records, 0xab, 64 * 64);
            intents->count = 64;
            return 1;
        }
        if (FAULT == OVERSIZED) { intents->count = 5000; return 1; }
        send_log(intents);
    }
    if (events[0].type != STRATEGY_EVENT_BAR) { return intents->count > 0 ? 1 : count; }
    trade(bad, &events[0], intents);
    size_t taken = 1;
    while (taken < count && events[taken].type == STRATEGY_EVENT_MORE) { taken++; }
    return taken;
}

static size_t save(strategy_instance_t *instance, uint8_t *bytes, size_t capacity) {
    if (capacity >= sizeof(uint64_t)) { memcpy(bytes, &((bad_t *)instance)->bars, sizeof(uint64_t)); }
    return sizeof(uint64_t);
}

static int32_t restore(strategy_instance_t *instance, uint32_t version, const uint8_t *bytes, size_t count, char *error,
                       size_t size) {
    (void)version; (void)error; (void)size;
    if (count != sizeof(uint64_t)) { return 1; }
    memcpy(&((bad_t *)instance)->bars, bytes, count);
    dprintf(STDERR_FILENO, "restored %llu\n", (unsigned long long)((bad_t *)instance)->bars);
    return 0;
}

static const strategy_state_v1_t state_table = {
    .struct_size = sizeof state_table, .schema_version = 1, .schema_hash = 1, .save = save, .restore = restore};

static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
    (void)self;
    return strcmp(id, STRATEGY_EXT_STATE) == 0 ? &state_table : NULL;
}

static const strategy_descriptor_v1_t descriptor = {
    sizeof descriptor, 0, "Bad", "Bad", "1.0", "Misbehaves on demand",
    1u << STRATEGY_EVENT_TRADE | 1u << STRATEGY_EVENT_BAR, NULL, create, destroy, process, extension};

const strategy_entry_v1_t *strategy_entry_v1(uint32_t host) {
    static const strategy_entry_v1_t entry = {sizeof entry, STRATEGY_ABI_VERSION, &descriptor};
    return host >> 16 == STRATEGY_ABI_MAJOR ? &entry : NULL;
}
