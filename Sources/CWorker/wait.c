#define _GNU_SOURCE
#include "page.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void worker_sleep(_Atomic uint32_t *word, uint32_t value, int64_t nanoseconds) {
    struct timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    syscall(SYS_futex, word, FUTEX_WAIT, value, &limit, NULL, 0);
}

void worker_wake(_Atomic uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0); }

int64_t worker_clock(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

// MARK: Durations in classes

enum { EXACT = 32, PER_DOUBLING = 16 };

unsigned worker_time_class(uint64_t nanoseconds) {
    if (nanoseconds < EXACT) {
        return (unsigned)nanoseconds;
    }
    unsigned exponent = 63u - (unsigned)__builtin_clzll(nanoseconds);
    unsigned part = (unsigned)(nanoseconds >> (exponent - 4)) & (PER_DOUBLING - 1);
    unsigned number = EXACT + (exponent - 5) * PER_DOUBLING + part;
    return number < WORKER_TIME_CLASSES ? number : WORKER_TIME_CLASSES - 1;
}

uint64_t worker_time_class_end(unsigned number) {
    if (number < EXACT) {
        return number;
    }
    unsigned exponent = 5 + (number - EXACT) / PER_DOUBLING;
    uint64_t part = (number - EXACT) % PER_DOUBLING;
    return ((PER_DOUBLING + part + 1) << (exponent - 4)) - 1;
}
