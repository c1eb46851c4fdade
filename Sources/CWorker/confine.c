// A seccomp filter: what a strategy needs to compute is allowed, everything else answers EPERM.
#define _GNU_SOURCE
#include "CWorker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef THIS_ARCH

/// Calls that are allowed whatever their arguments are: memory, threads, time, and files that are open already or that
/// are only looked at.
static const int allowed[] = {
    SYS_futex, SYS_read, SYS_write, SYS_getppid, SYS_clock_gettime, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_madvise,
    SYS_brk, SYS_mremap, SYS_readv, SYS_writev, SYS_pread64, SYS_close, SYS_fstat, SYS_newfstatat, SYS_statx,
    SYS_lseek, SYS_getdents64, SYS_readlinkat, SYS_faccessat, SYS_faccessat2, SYS_getcwd, SYS_dup, SYS_dup3,
    SYS_pipe2, SYS_eventfd2, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_ppoll, SYS_pselect6,
    SYS_timerfd_create, SYS_timerfd_settime, SYS_timerfd_gettime, SYS_rt_sigaction, SYS_rt_sigprocmask,
    SYS_rt_sigreturn, SYS_rt_sigpending, SYS_rt_sigtimedwait, SYS_rt_sigsuspend, SYS_sigaltstack,
    SYS_restart_syscall, SYS_set_robust_list, SYS_get_robust_list, SYS_rseq, SYS_set_tid_address, SYS_gettid,
    SYS_getpid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_clock_getres, SYS_clock_nanosleep,
    SYS_nanosleep, SYS_gettimeofday, SYS_sched_yield, SYS_sched_getaffinity, SYS_sched_getparam,
    SYS_sched_getscheduler, SYS_sched_get_priority_max, SYS_sched_get_priority_min, SYS_getcpu, SYS_getrandom,
    SYS_membarrier, SYS_exit, SYS_exit_group, SYS_uname, SYS_getrusage, SYS_sysinfo, SYS_times,
    SYS_getitimer, SYS_setitimer, SYS_timer_create, SYS_timer_settime, SYS_timer_delete,
#ifdef SYS_futex_waitv
    SYS_futex_waitv,
#endif
#ifdef __x86_64__
    SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_dup2, SYS_pipe, SYS_eventfd, SYS_epoll_create, SYS_epoll_wait,
    SYS_poll, SYS_select, SYS_pause, SYS_alarm, SYS_time, SYS_getrlimit, SYS_arch_prctl,
#endif
};

typedef struct {
    struct sock_filter code[512];
    unsigned short size;
} filter_t;

static void add(filter_t *filter, unsigned short code, unsigned int value, unsigned char yes, unsigned char no) {
    filter->code[filter->size++] = (struct sock_filter){.code = code, .jt = yes, .jf = no, .k = value};
}

static void load(filter_t *filter, size_t offset) { add(filter, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0); }
static void load_call(filter_t *filter) { load(filter, offsetof(struct seccomp_data, nr)); }
static void answer(filter_t *filter, unsigned int what) { add(filter, BPF_RET | BPF_K, what, 0, 0); }

/// This call gets this answer.
static void answer_call(filter_t *filter, int call, unsigned int what) {
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1);
    answer(filter, what);
}

/// This call is allowed where its argument's lower half has these bits under this mask, and its upper half none.
static void allow_where(filter_t *filter, int call, unsigned argument, unsigned mask, unsigned bits) {
    size_t place = offsetof(struct seccomp_data, args) + argument * sizeof(__u64);
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 7);
    load(filter, place + 4);
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 4);
    load(filter, place);
    add(filter, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, bits, 0, 1);
    answer(filter, SECCOMP_RET_ALLOW);
    load_call(filter);
}

static void add_conditions(filter_t *filter, int refuses_more) {
    const unsigned any = ~0u, self = (unsigned)getpid();
    // Opening is reading. The bit alone of what makes a nameless file: the whole constant holds that of folders, too.
    const unsigned writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (__O_TMPFILE & ~O_DIRECTORY);
    allow_where(filter, SYS_openat, 2, writing, O_RDONLY);
    // Threads, and no processes.
    allow_where(filter, SYS_clone, 0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM);
    // Signals to itself.
    allow_where(filter, SYS_kill, 0, any, self);
    allow_where(filter, SYS_tgkill, 0, any, self);
    allow_where(filter, SYS_prctl, 0, any, PR_SET_NAME);
    allow_where(filter, SYS_prctl, 0, any, PR_GET_NAME);
    allow_where(filter, SYS_prctl, 0, any, PR_SET_VMA);
    // A further filter only takes away.
    if (refuses_more) {
        allow_where(filter, SYS_seccomp, 0, any, SECCOMP_SET_MODE_FILTER);
    }
    // Limits are read, not set.
    allow_where(filter, SYS_prlimit64, 2, any, 0);
    // No owner: it would be sent signals.
    const unsigned commands[] = {F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC};
    for (size_t index = 0; index < sizeof commands / sizeof commands[0]; index++) {
        allow_where(filter, SYS_fcntl, 1, any, commands[index]);
    }
#ifdef __x86_64__
    allow_where(filter, SYS_open, 1, writing, O_RDONLY);
#endif
}

static void build(filter_t *filter, int refuses_more) {
    load(filter, offsetof(struct seccomp_data, arch));
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0);
    answer(filter, SECCOMP_RET_KILL_PROCESS);
    load_call(filter);
#ifdef __x86_64__
    // The other numbering of the same machine.
    add(filter, BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1);
    answer(filter, SECCOMP_RET_ERRNO | EPERM);
#endif
    for (size_t index = 0; index < sizeof allowed / sizeof allowed[0]; index++) {
        answer_call(filter, allowed[index], SECCOMP_RET_ALLOW);
    }
    // Its flags lie in memory, where a filter cannot look: the caller falls back to clone.
    answer_call(filter, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
    answer_call(filter, SYS_ioctl, SECCOMP_RET_ERRNO | ENOTTY);
    add_conditions(filter, refuses_more);
    answer(filter, SECCOMP_RET_ERRNO | EPERM);
}

int worker_confine(int refuses_more) {
    static filter_t filter;
    filter.size = 0;
    build(&filter, refuses_more);
    struct sock_fprog program = {.len = filter.size, .filter = filter.code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return errno;
    }
    long failed = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
    return failed == 0 ? 0 : failed > 0 ? EBUSY : errno;
}

#else

int worker_confine(int refuses_more) {
    (void)refuses_more;
    return ENOSYS;
}

#endif

int worker_can_filter(void) {
#ifdef THIS_ARCH
    unsigned int action = SECCOMP_RET_ERRNO;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
#else
    return 0;
#endif
}
