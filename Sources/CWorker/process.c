#define _GNU_SOURCE
#include "CWorker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int worker_pipe(int *output, int *input, int waits) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return errno;
    }
    if (waits) {
        fcntl(ends[1], F_SETFL, 0);
    }
    *output = ends[0];
    *input = ends[1];
    return 0;
}

typedef struct {
    const worker_spawn_t *spawn;
    int null, error;
} start_t;

enum { STACK_SIZE = 64 << 10, FIRST_FREE = WORKER_MEMORY + 1 };

/// Runs in the new process, on the memory of the one that waits for it: system calls only.
static int start(void *opaque) {
    start_t *start = opaque;
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) {
        sigaction(number, &standard, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // Ctrl-C of a terminal is not for it.
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL);
    // Away from the numbers that they get, so that none overwrites another.
    int null = fcntl(start->null, F_DUPFD, FIRST_FREE);
    int memory = fcntl(start->spawn->memory, F_DUPFD, FIRST_FREE);
    int output = fcntl(start->spawn->output, F_DUPFD, FIRST_FREE);
    if (dup2(null, 0) == 0 && dup2(output, 1) == 1 && dup2(output, 2) == 2 &&
        dup2(memory, WORKER_MEMORY) == WORKER_MEMORY && close_range(FIRST_FREE, ~0u, 0) == 0) {
        execve(start->spawn->executable, start->spawn->arguments, start->spawn->environment);
    }
    start->error = errno;
    _exit(127);
}

int worker_spawn(const worker_spawn_t *spawn, int *process, int *process_descriptor) {
    start_t what = {.spawn = spawn, .null = open("/dev/null", O_RDONLY | O_CLOEXEC), .error = 0};
    char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (what.null < 0 || stack == MAP_FAILED) {
        int error = errno;
        if (what.null >= 0) {
            close(what.null);
        }
        return error;
    }
    // No handler of this process may run in the child.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    *process = clone(start, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &what,
                     process_descriptor);
    int error = *process < 0 ? errno : what.error;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    munmap(stack, STACK_SIZE);
    close(what.null);
    if (*process >= 0 && error != 0) {
        waitpid(*process, NULL, 0);
        close(*process_descriptor);
    }
    return error;
}

int worker_take_end(int process, int *status, int64_t *peak_kilobytes) {
    struct rusage usage = {0};
    pid_t taken = wait4(process, status, WNOHANG, &usage);
    if (taken == 0 || (taken < 0 && errno == EINTR)) {
        return 0;
    }
    if (taken < 0) {
        *status = 0;
    }
    *peak_kilobytes = usage.ru_maxrss;
    return 1;
}

void worker_kill(int process_descriptor) { syscall(SYS_pidfd_send_signal, process_descriptor, SIGKILL, NULL, 0); }

int64_t worker_cpu_time(int process) {
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) {
        return -1;
    }
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/// A small file of /proc as a text; "" = it cannot be read.
static void read_process_file(int process, const char *name, char *text, size_t size) {
    char path[48];
    snprintf(path, sizeof path, "/proc/%d/%s", process, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = file < 0 ? 0 : read(file, text, size - 1);
    if (file >= 0) {
        close(file);
    }
    text[count > 0 ? count : 0] = 0;
}

int64_t worker_resident_bytes(int process) {
    char text[128];
    long long pages = 0;
    read_process_file(process, "statm", text, sizeof text);
    return sscanf(text, "%*s %lld", &pages) == 1 ? pages * sysconf(_SC_PAGESIZE) : 0;
}

int worker_is_runnable(int process) {
    char text[512];
    read_process_file(process, "stat", text, sizeof text);
    // The state stands behind the name, which may hold anything but ends with the last bracket.
    const char *name = strrchr(text, ')');
    return name != NULL && strncmp(name, ") R", 3) == 0;
}

void worker_grant_cpu(int process, int64_t seconds) {
    int64_t used = worker_cpu_time(process);
    if (used < 0) {
        return;
    }
    struct rlimit64 limit = {.rlim_cur = (rlim64_t)(used / 1000000000 + seconds), .rlim_max = RLIM64_INFINITY};
    prlimit64(process, RLIMIT_CPU, &limit, NULL);
}

// MARK: Limits, set by the worker itself

static int limit(int what, uint64_t most) {
    struct rlimit64 limit = {.rlim_cur = most, .rlim_max = most};
    return prlimit64(0, what, &limit, NULL) == 0 ? 0 : errno;
}

int worker_limit(uint64_t memory_bytes) {
    unsigned long long pages = 0, data = 0, skipped = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL) {
        return errno;
    }
    // Size, resident, shared, text, library, data.
    int found = fscanf(file, "%llu %llu %llu %llu %llu %llu", &pages, &skipped, &skipped, &skipped, &skipped, &data);
    fclose(file);
    if (found != 6) {
        return EINVAL;
    }
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    int errors[] = {
        limit(RLIMIT_DATA, data * page + memory_bytes),
        // Address space costs nothing, and shared mappings count here only.
        limit(RLIMIT_AS, pages * page + memory_bytes + (256ull << 20)),
        limit(RLIMIT_NOFILE, 64),
        limit(RLIMIT_FSIZE, 0),
        limit(RLIMIT_CORE, 0),
        limit(RLIMIT_MEMLOCK, 0),
        limit(RLIMIT_MSGQUEUE, 0),
    };
    for (size_t index = 0; index < sizeof errors / sizeof errors[0]; index++) {
        if (errors[index] != 0) {
            return errors[index];
        }
    }
    // Where memory runs out, it is the first to go.
    file = fopen("/proc/self/oom_score_adj", "w");
    if (file != NULL) {
        fputs("1000", file);
        fclose(file);
    }
    return 0;
}
