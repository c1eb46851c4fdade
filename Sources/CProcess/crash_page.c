#define _GNU_SOURCE
#include "crash_page.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static crash_page_t *watched;
static int keeps_backtraces;

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS};
static struct sigaction former_actions[NSIG];

static uint64_t current_thread(void) { return (uint64_t)syscall(SYS_gettid); }

/// The lane in which the calling thread runs code of a strategy; −1 = it runs the host's. The last one counts: it was
/// begun last.
static int32_t lane_in_call(const crash_page_t *page) {
    uint64_t thread = current_thread();
    for (int32_t number = CRASH_PAGE_LANES - 1; number >= 0; number--) {
        const crash_lane_t *lane = &page->lanes[number];
        if (__atomic_load_n(&lane->thread, __ATOMIC_RELAXED) == thread && lane->call != 0) {
            return number;
        }
    }
    return -1;
}

/// Keeps the first end; nonzero = the calling thread is in a call.
static int keep_end(int32_t kind, int32_t value) {
    crash_page_t *page = watched;
    int32_t lane = page == NULL ? -1 : lane_in_call(page);
    if (lane < 0) {
        return 0;
    }
    int32_t none = CRASH_PAGE_NOTHING;
    if (__atomic_compare_exchange_n(&page->crash_kind, &none, kind, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        page->crash_value = value;
        page->crash_lane = lane;
    }
    return 1;
}

static void on_fatal_signal(int number, siginfo_t *info, void *context) {
    (void)context;
    // A fault of this thread, or a signal that this process sent itself: `abort`. Another process's says nothing about us.
    int is_sent = info->si_code <= 0;
    int is_strategys = 0;
    if (!is_sent || info->si_pid == getpid()) {
        is_strategys = keep_end(CRASH_PAGE_SIGNAL, number);
    }
    // A backtrace takes seconds, in which nobody trades; whose fault it is stands in the page.
    if (is_strategys && !keeps_backtraces) {
        signal(number, SIG_DFL);
    } else {
        sigaction(number, &former_actions[number], NULL);
    }
    // A fault comes again by itself when the instruction is repeated; a sent signal has to be sent again.
    if (is_sent) {
        syscall(SYS_tgkill, getpid(), (pid_t)current_thread(), number);
    }
}

static void on_exit_within_call(int code, void *context) {
    (void)context;
    if (keep_end(CRASH_PAGE_EXIT, code)) {
        _exit(70);
    }
}

void crash_page_watch(crash_page_t *page, int keep_backtraces) {
    watched = page;
    keeps_backtraces = keep_backtraces;
    struct sigaction action = {0};
    action.sa_sigaction = on_fatal_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (size_t index = 0; index < sizeof fatal_signals / sizeof fatal_signals[0]; index++) {
        sigaction(fatal_signals[index], &action, &former_actions[fatal_signals[index]]);
    }
    on_exit(on_exit_within_call, NULL);
}

void crash_page_own_engine_lane(void) {
    if (watched == NULL) {
        return;
    }
    size_t size = 1 << 16;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory != MAP_FAILED) {
        stack_t stack = {.ss_sp = memory, .ss_size = size};
        sigaltstack(&stack, NULL);
    }
    __atomic_store_n(&watched->lanes[0].thread, current_thread(), __ATOMIC_RELAXED);
}

int32_t crash_page_begin(const char *strategy) {
    crash_page_t *page = watched;
    if (page == NULL) {
        return -1;
    }
    uint64_t thread = current_thread();
    for (int32_t number = 1; number < CRASH_PAGE_LANES; number++) {
        crash_lane_t *lane = &page->lanes[number];
        uint64_t nobody = 0;
        if (__atomic_compare_exchange_n(&lane->thread, &nobody, thread, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            strncpy(lane->strategy, strategy, sizeof lane->strategy - 1);
            lane->strategy[sizeof lane->strategy - 1] = 0;
            __atomic_store_n(&lane->call, 1, __ATOMIC_RELEASE);
            return number;
        }
    }
    return -1;
}

void crash_page_end(int32_t number) {
    if (number < 1 || number >= CRASH_PAGE_LANES || watched == NULL) {
        return;
    }
    crash_lane_t *lane = &watched->lanes[number];
    __atomic_store_n(&lane->call, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&lane->thread, 0, __ATOMIC_RELEASE);
}
