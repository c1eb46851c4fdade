/* Functions that crash, hang, lie about themselves or grasp for what is not theirs, when an operator calls them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "CStrategyABI.h"
#include "ext/functions.h"

STRATEGY_ABI_NOTE;

#ifndef SECRET
#define SECRET "/nowhere"
#endif
#ifndef ID
#define ID "Calls"
#endif
#ifndef HALF
#define HALF "(x: f64) -> f64"
#endif

typedef struct {
    int64_t count;
    uint64_t events;
} calls_t;

static volatile int sink;
/* Not part of what it remembers: a process that tries a call has seen none. */
static uint64_t seen;

static double half(double x) { return x / 2; }
static double mean(const double *values, size_t count) {
    double sum = 0;
    for (size_t index = 0; index < count; index++) { sum += values[index]; }
    return count ? sum / (double)count : 0;
}
static const char *echo(const char *text) { return text; }
static int64_t add(calls_t *calls, int64_t by) { return calls->count += by; }
static int64_t crash(void) { return *(volatile int *)8 = 1; }
static int64_t leave(void) { exit(0); }
static int64_t hang(void) {
    while (sink >= 0) { sink ^= 1; }
    return 0;
}
static const char *garbage(void) { return "\x01\xff"; }
static int64_t same(int64_t by) { return by; }
static const char *nowhere(void) { return (const char *)8; }
static int64_t read_secret(void) { return open(SECRET, O_RDONLY) < 0 ? errno : 0; }
static int64_t connect_out(void) { return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0; }
static int64_t start_process(void) {
    pid_t child = fork();
    if (child == 0) { _exit(0); }
    return child < 0 ? errno : 0;
}
static int64_t crash_later(void) { return seen ? crash() : 1; }
static int64_t hang_later(void) { return seen ? hang() : 1; }

static const strategy_function_v1_t table[] = {
    STRATEGY_FUNCTION("half", "", HALF, half),
    STRATEGY_FUNCTION("mean", "", "(values: [f64]) -> f64", mean),
    STRATEGY_FUNCTION("echo", "", "(text: string) -> string", echo),
    STRATEGY_FUNCTION("add", "", "(instance, by: i64) -> i64", add),
    STRATEGY_FUNCTION("crash", "", "() -> i64", crash),
    STRATEGY_FUNCTION("leave", "", "() -> i64", leave),
    STRATEGY_FUNCTION("hang", "", "() -> i64", hang),
    STRATEGY_FUNCTION("garbage", "", "() -> string", garbage),
    STRATEGY_FUNCTION("nowhere", "", "() -> string", nowhere),
    STRATEGY_FUNCTION("not_a_text", "", "(by: i64) -> string", same),
    STRATEGY_FUNCTION("read_secret", "", "() -> i64", read_secret),
    STRATEGY_FUNCTION("connect_out", "", "() -> i64", connect_out),
    STRATEGY_FUNCTION("start_process", "", "() -> i64", start_process),
    STRATEGY_FUNCTION("crash_later", "", "() -> i64", crash_later),
    STRATEGY_FUNCTION("hang_later", "", "() -> i64", hang_later),
};
enum { COUNT = sizeof table / sizeof *table };

static const strategy_function_v1_t *describe(const strategy_descriptor_v1_t *self, uint32_t index) {
    (void)self;
    return index < COUNT ? &table[index] : NULL;
}
static const strategy_functions_v1_t functions = {sizeof functions, COUNT, describe};

static size_t save(strategy_instance_t *instance, uint8_t *bytes, size_t capacity) {
    if (capacity >= sizeof(int64_t)) { memcpy(bytes, instance, sizeof(int64_t)); }
    return sizeof(int64_t);
}
static int32_t restore(strategy_instance_t *instance, uint32_t version, const uint8_t *bytes, size_t count, char *error,
                       size_t size) {
    (void)version; (void)error; (void)size;
    if (count != sizeof(int64_t)) { return 1; }
    memcpy(instance, bytes, count);
    return 0;
}
static const strategy_state_v1_t state_table = {
    .struct_size = sizeof state_table, .schema_version = 1, .schema_hash = 1, .save = save, .restore = restore};

static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
    (void)self;
    if (strcmp(id, STRATEGY_EXT_STATE) == 0) { return &state_table; }
    return strcmp(id, STRATEGY_EXT_FUNCTIONS) == 0 ? &functions : NULL;
}

static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                   char *error, size_t size) {
    (void)self; (void)config; (void)error; (void)size;
    return calloc(1, sizeof(calls_t));
}
static void destroy(strategy_instance_t *instance) { free(instance); }
static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                      strategy_intents_v1_t *intents) {
    (void)instance; (void)events; (void)intents;
    seen += count;
    return count;
}

static const strategy_descriptor_v1_t descriptor = {
    sizeof descriptor, 0, ID, "Calls", "1.0", "Functions that no plugin should have",
    1u << STRATEGY_EVENT_TRADE, NULL, create, destroy, process, extension};

const strategy_entry_v1_t *strategy_entry_v1(uint32_t host) {
    static const strategy_entry_v1_t entry = {sizeof entry, STRATEGY_ABI_VERSION, &descriptor};
    return host >> 16 == STRATEGY_ABI_MAJOR ? &entry : NULL;
}
