// Which files a worker may read: with Landlock those that the system's loader needs, from before the plugin is loaded; with
// a second seccomp filter none, from after its instance was made.
#define _GNU_SOURCE
#include "CWorker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The kernel's own headers may be older than the kernel: numbers and layouts as it documents them.
enum { LANDLOCK_CREATE = 444, LANDLOCK_ADD = 445, LANDLOCK_RESTRICT = 446 };
enum { BENEATH_PATH = 1, ASK_VERSION = 1 };
enum { READ_FILE = 1 << 2, READ_FOLDER = 1 << 3 };

typedef struct {
    uint64_t files, network, scopes;
} landlock_ruleset_t;

typedef struct {
    uint64_t allowed;
    int32_t place;
} __attribute__((packed)) landlock_path_t;

/// Everything that this version of Landlock can refuse.
static landlock_ruleset_t everything(int version) {
    landlock_ruleset_t rules = {.files = (1 << 13) - 1, .network = 0, .scopes = 0};
    rules.files |= version >= 2 ? 1 << 13 : 0;   // moving between folders
    rules.files |= version >= 3 ? 1 << 14 : 0;   // truncating
    rules.files |= version >= 5 ? 1 << 15 : 0;   // commands to devices
    rules.network = version >= 4 ? 3 : 0;        // TCP
    rules.scopes = version >= 6 ? 3 : 0;         // nameless sockets, and signals to others
    return rules;
}

int worker_landlock_version(void) {
    long version = syscall(LANDLOCK_CREATE, NULL, 0, ASK_VERSION);
    return version > 0 ? (int)version : 0;
}

typedef struct {
    int rules, error;
    const char *library;
} grant_t;

/// Whether `folder` is above the library: the host's own files lie there, too.
static int is_above(const char *folder, const char *library) {
    size_t size = strlen(folder);
    return size == 1 || (strncmp(folder, library, size) == 0 && library[size] == '/');
}

static void grant(grant_t *grant, const char *path) {
    char real[PATH_MAX];
    struct stat state;
    if (path[0] != '/' || realpath(path, real) == NULL || is_above(real, grant->library)) {
        return;
    }
    int place = open(real, O_PATH | O_CLOEXEC);
    if (place < 0) {
        return;
    }
    if (fstat(place, &state) == 0) {
        landlock_path_t rule = {.allowed = READ_FILE | (S_ISDIR(state.st_mode) ? READ_FOLDER : 0), .place = place};
        if (syscall(LANDLOCK_ADD, grant->rules, BENEATH_PATH, &rule, 0) != 0) {
            grant->error = errno;
        }
    }
    close(place);
}

/// Where a library of this process comes from, more may come from.
static int grant_library(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    char folder[PATH_MAX];
    const char *slash = strrchr(info->dlpi_name, '/');
    if (slash == NULL || slash == info->dlpi_name || (size_t)(slash - info->dlpi_name) >= sizeof folder) {
        return 0;
    }
    memcpy(folder, info->dlpi_name, (size_t)(slash - info->dlpi_name));
    folder[slash - info->dlpi_name] = 0;
    grant(context, folder);
    return 0;
}

static void grant_search_path(grant_t *what) {
    const char *paths = getenv("LD_LIBRARY_PATH");
    char *copy = paths == NULL ? NULL : strdup(paths), *rest = NULL;
    for (char *path = copy == NULL ? NULL : strtok_r(copy, ":;", &rest); path; path = strtok_r(NULL, ":;", &rest)) {
        grant(what, path);
    }
    free(copy);
}

/// Of the system: libraries, zones of time, what a run-time library asks about the machine and about this process.
static const char *const system_places[] = {
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime",
    "/usr/share/zoneinfo", "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/proc/self", "/proc/cpuinfo",
    "/proc/meminfo", "/sys/devices/system/cpu",
};

int worker_close_files(const char *library) {
    char real[PATH_MAX];
    int version = worker_landlock_version();
    if (version == 0) {
        return -ENOSYS;
    }
    if (realpath(library, real) == NULL) {
        return -errno;
    }
    landlock_ruleset_t rules = everything(version);
    grant_t what = {.rules = (int)syscall(LANDLOCK_CREATE, &rules, sizeof rules, 0), .error = 0, .library = real};
    if (what.rules < 0) {
        return -errno;
    }
    grant(&what, real);
    for (size_t index = 0; index < sizeof system_places / sizeof system_places[0]; index++) {
        grant(&what, system_places[index]);
    }
    dl_iterate_phdr(grant_library, &what);
    grant_search_path(&what);
    int error = what.error;
    if (error == 0 &&
        (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(LANDLOCK_RESTRICT, what.rules, 0) != 0)) {
        error = errno;
    }
    close(what.rules);
    return error == 0 ? version : -error;
}

int worker_refuse_opening(void) {
    // The first filter has looked at the architecture and at the other numbering.
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 2, 0),
#ifdef __x86_64__
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_open, 1, 0),
#else
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 1, 0),
#endif
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    long failed = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
    return failed == 0 ? 0 : failed > 0 ? EBUSY : errno;
}
