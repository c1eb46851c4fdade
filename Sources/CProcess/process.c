#define _GNU_SOURCE
#include "CProcess.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timex.h>
#include <unistd.h>

int process_signal_at_parents_end(int signal) {
    return prctl(PR_SET_PDEATHSIG, (unsigned long)signal) == 0 ? 0 : errno;
}

int system_clock_is_synchronized(void) {
    struct timex state = {0};
    if (adjtimex(&state) < 0) {
        return -1;
    }
    return (state.status & STA_UNSYNC) == 0;
}

int process_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int process_spawn_without_descriptors(void *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int process_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

size_t process_heap_bytes(void) {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static int spawn(const process_aside_t *aside, int output, pid_t *id) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, output, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    posix_spawn_file_actions_addchdir_np(&actions, aside->folder);
    int failure = posix_spawn(id, aside->program, &actions, &attributes, aside->arguments, aside->environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

/// When memory runs out, the system ends this process before others.
static void stand_aside_for_memory(pid_t process) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/oom_score_adj", (int)process);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    ssize_t written = write(file, "1000", 4);
    (void)written;
    close(file);
}

void process_keep_aside(int id, int niceness, unsigned long cpu_seconds, unsigned long file_bytes, unsigned long memory_bytes) {
    setpriority(PRIO_PROCESS, (id_t)id, niceness);
    // The soft bound's signal says what it was; the hard one is for who passes over it.
    const struct rlimit time = {cpu_seconds, cpu_seconds + 1}, size = {file_bytes, file_bytes};
    const struct rlimit memory = {memory_bytes, memory_bytes}, none = {0, 0};
    prlimit(id, RLIMIT_CPU, &time, NULL);
    prlimit(id, RLIMIT_FSIZE, &size, NULL);
    // A crash leaves no core file: it could be as large as the memory.
    prlimit(id, RLIMIT_CORE, &none, NULL);
    if (memory_bytes > 0) prlimit(id, RLIMIT_DATA, &memory, NULL);
    stand_aside_for_memory(id);
}

int process_start_aside(const process_aside_t *aside, int *id, int *output) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    pid_t process = 0;
    int failure = spawn(aside, ends[1], &process);
    close(ends[1]);
    if (failure != 0) {
        close(ends[0]);
        return failure;
    }
    // What it starts inherits all of this; it has done a millisecond's work at most.
    process_keep_aside(process, aside->niceness, aside->cpu_seconds, aside->file_bytes, 0);
    *id = process;
    *output = ends[0];
    return 0;
}

const char *process_library_of(const char *symbol) {
    void *address = dlsym(RTLD_DEFAULT, symbol);
    Dl_info info;
    return address && dladdr(address, &info) != 0 ? info.dli_fname : NULL;
}
