/// A library to preload (LD_PRELOAD): it counts the process's allocations.
#ifndef ALLOCATION_COUNT_H
#define ALLOCATION_COUNT_H

#include <stdint.h>

/// Calls of malloc, calloc, realloc, aligned_alloc and posix_memalign so far, over all threads.
uint64_t allocation_count(void);

#endif
