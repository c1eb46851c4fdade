#define _GNU_SOURCE
#include "benchmark.h"

#include <sched.h>
#include <unistd.h>

int benchmark_pin(int process, int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    long count = sysconf(_SC_NPROCESSORS_CONF);
    for (int index = 0; index < count && index < CPU_SETSIZE; index++) {
        if (processor < 0 || index == processor) {
            CPU_SET(index, &set);
        }
    }
    return sched_setaffinity(process, sizeof set, &set);
}
