#ifndef STRATAGEM_CRASH_PAGE_H
#define STRATAGEM_CRASH_PAGE_H

#include <stdint.h>

/// A page in a file that outlives its process: which strategy's code runs now, and how it ended the process. The threads of
/// the host write what they call, the handler of fatal signals what has happened, the supervisor how the host has ended.

#define CRASH_PAGE_MAGIC 0x3147504853415243ULL /* "CRASHPG1" */
#define CRASH_PAGE_LANES 16

/// What ended the process from within a call.
enum { CRASH_PAGE_NOTHING = 0, CRASH_PAGE_SIGNAL = 1, CRASH_PAGE_EXIT = 2 };
/// How the supervisor saw the host end. ASKED: somebody had asked it to.
enum { CRASH_PAGE_END_UNKNOWN = 0, CRASH_PAGE_END_EXIT = 1, CRASH_PAGE_END_SIGNAL = 2, CRASH_PAGE_END_ASKED = 3 };

/// A thread and what it calls.
typedef struct {
    /// 0 = nothing. In lane 0 what the engine writes, else 1.
    uint64_t call;
    /// The kernel's number; 0 = the lane is free.
    uint64_t thread;
    /// The strategy's id; empty in lane 0.
    char strategy[112];
} crash_lane_t;

typedef struct {
    uint64_t magic;
    /// The first end from within a call: what it was, its signal or exit code, and a copy of the lane.
    int32_t crash_kind;
    int32_t crash_value;
    int32_t crash_lane;
    int32_t end_kind;
    int32_t end_value;
    int32_t unused;
    /// The engine's call that did not come back, and after how long.
    uint64_t hung_call;
    uint64_t hung_milliseconds;
    uint64_t reserved[10];
    crash_lane_t lanes[CRASH_PAGE_LANES];
} crash_page_t;

/// The lane with this number, 0 … CRASH_PAGE_LANES − 1.
static inline crash_lane_t *crash_page_lane(crash_page_t *page, int32_t number) { return &page->lanes[number]; }

/// What lane 0 calls now, from another thread.
static inline uint64_t crash_page_call(const crash_page_t *page) {
    return __atomic_load_n(&page->lanes[0].call, __ATOMIC_RELAXED);
}

/// From now on fatal signals and `exit` are written into `page` when they come from a thread that is in a call; then they
/// take their course. An `exit` from within a call ends the process with 70, so that it counts as a crash. Swift's
/// backtrace of a strategy's crash takes seconds and is left out unless `keep_backtraces`. Once a process.
void crash_page_watch(crash_page_t *page, int keep_backtraces);

/// Lane 0 is the calling thread's, which gets a signal stack of its own: a strategy may use up the usual one.
void crash_page_own_engine_lane(void);

/// The calling thread begins to run code of `strategy`. The lane that it got; −1 = none is free or no page is watched.
int32_t crash_page_begin(const char *strategy);

/// The code that `lane` stands for has come back.
void crash_page_end(int32_t lane);

#endif
