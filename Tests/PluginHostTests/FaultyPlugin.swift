/// A plugin that does what no plugin may do, at its fifth event; its parameter says what.
enum FaultyPlugin {
    /// Numbers of the parameter `fault`.
    enum Fault: Int64, CaseIterable, Sendable {
        case nothing, segmentationFault, abort, exit, endlessLoop, allocation, stop, sleep, stackOverflow, trap
        case consumesNothing, oversizedIntents, garbageIntents, scribbledPage, scribbledRing
        case fork, socket, exec, writeFile, killParent, descriptors, trace, truncate, thread, flood
        case swiftIndex, swiftNil, swiftOverflow
        case readSecret, readSecretEarly, listFolder, readUser, readParent, peekParent, pokeParent, killAll, openProcess
        case replaceItself, readSystem, readItself
    }

    /// What it tries and what is refused: the number of the error stands in an intent's tag, 999 = it succeeded.
    static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <pthread.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/ptrace.h>
        #include <sys/socket.h>
        #include <sys/syscall.h>
        #include <sys/uio.h>
        #include <unistd.h>
        #include "CStrategyABI.h"
        STRATEGY_ABI_NOTE;
        typedef struct { uint64_t seen; int64_t fault; } faulty_t;
        #ifdef HAS_SWIFT
        void swift_fault(int64_t kind);
        #else
        static void swift_fault(int64_t kind) { (void)kind; }
        #endif
        static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                           char *error, size_t size) {
            (void)self; (void)config; (void)error; (void)size;
            return calloc(1, sizeof(faulty_t));
        }
        static void destroy(strategy_instance_t *instance) { free(instance); }
        static void write_intent(strategy_intents_v1_t *intents, uint64_t tag) {
            strategy_metric_v1_t metric = {.type = STRATEGY_INTENT_METRIC, .tag = tag};
            memcpy(&intents->records[intents->count++], &metric, sizeof metric);
        }
        static int result(long outcome) { return outcome < 0 ? errno : 999; }
        static int grow(volatile char *before) {
            volatile char here[4096];
            here[0] = before[0];
            return grow(here) + here[0];
        }
        static void *spin(void *nothing) { for (volatile long i = 0;; i++) {} return nothing; }
        static void scribble(int wanted) {
            FILE *maps = fopen("/proc/self/maps", "r");
            char line[512];
            while (maps && fgets(line, sizeof line, maps)) {
                char *start, *end;
                if (!strstr(line, "memfd:strategy-worker")) continue;
                start = (char *)strtoull(line, &end, 16);
                if (wanted == 0) memset(start, 0xff, 4096);
                else memset(start + 4096 + (1 << 15) * 64, 0xab, (1 << 12) * 64);
                fclose(maps);
                return;
            }
        }
        static int at_load;
        // Beside the folder that this library lies in.
        static const char *beside(const char *name) {
            static char path[4200];
            Dl_info info;
            if (!dladdr(&at_load, &info)) return "";
            snprintf(path, sizeof path, "%s", info.dli_fname);
            *strrchr(path, '/') = 0;
            *strrchr(path, '/') = 0;
            return strcat(strcat(path, "/"), name);
        }
        __attribute__((constructor)) static void load(void) { at_load = result(open(beside("secret.key"), O_RDONLY)); }
        static int touch_parent(int writes) {
            char here[8] = "";
            struct iovec own = {here, 8}, other = {(void *)&at_load, 8};
            return result(writes ? process_vm_writev(getppid(), &own, 1, &other, 1, 0)
                                 : process_vm_readv(getppid(), &own, 1, &other, 1, 0));
        }
        static int read_parent(void) {
            char path[64];
            snprintf(path, sizeof path, "/proc/%d/environ", getppid());
            return result(open(path, O_RDONLY));
        }
        static int replace_itself(void) {
            Dl_info info;
            return dladdr(&at_load, &info) ? result(unlink(info.dli_fname)) : 0;
        }
        static int read_itself(void) {
            Dl_info info;
            return dladdr(&at_load, &info) ? result(open(info.dli_fname, O_RDONLY)) : 0;
        }
        static int try_it(int64_t fault) {
            switch (fault) {
            case 28: return result(open(beside("secret.key"), O_RDONLY));
            case 29: return at_load;
            case 30: return result(open(beside(""), O_RDONLY | O_DIRECTORY));
            case 31: return result(open("/etc/passwd", O_RDONLY));
            case 32: return read_parent();
            case 33: return touch_parent(0);
            case 34: return touch_parent(1);
            case 35: return result(kill(-1, 0));
            case 36: return result(syscall(434, getppid(), 0));
            case 37: return replace_itself();
            case 38: return result(open("/usr/share/zoneinfo", O_RDONLY | O_DIRECTORY));
            case 39: return read_itself();
            case 15: { long last = 0; for (int i = 0; i < 100 && last >= 0; i++) { last = fork(); if (last == 0) for (;;) fork(); } return result(last); }
            case 16: return result(socket(AF_INET, SOCK_STREAM, 0));
            case 17: { char *words[] = {"/bin/true", 0}; return result(execve(words[0], words, words + 1)); }
            case 18: return result(open("/tmp/stratagem-worker-wrote-this", O_WRONLY | O_CREAT, 0600));
            case 19: return result(kill(getppid(), SIGKILL));
            case 20: { int last = 0; for (int i = 0; i < 100000 && last >= 0; i++) last = dup(0); return result(last); }
            case 21: return result(ptrace(PTRACE_ATTACH, getppid(), 0, 0));
            case 22: return result(truncate("/tmp", 0));
            case 23: { pthread_t thread; return pthread_create(&thread, NULL, spin, NULL) ? errno : 999; }
            case 24: { for (int i = 0; i < 200000; i++) { puts("a line that nobody wants to read, again and again"); } fflush(stdout); return 999; }
            }
            return 0;
        }
        static void break_down(faulty_t *it) {
            switch (it->fault) {
            case 1: *(volatile int *)8 = 1; break;
            case 2: abort();
            case 3: exit(0);
            case 4: for (volatile long i = 0;; i++) {}
            case 5: { volatile char *much = malloc(10ull << 30); for (size_t i = 0; i < 10ull << 30; i += 4096) much[i] = 1; break; }
            case 6: raise(SIGSTOP); break;
            case 7: for (;;) sleep(60);
            case 8: { char start = 0; it->fault = grow(&start); break; }
            case 9: __builtin_trap();
            case 13: scribble(0); break;
            case 14: scribble(1); break;
            default: if (it->fault >= 25 && it->fault < 28) swift_fault(it->fault - 25);
            }
        }
        static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                              strategy_intents_v1_t *intents) {
            faulty_t *it = instance;
            (void)events;
            for (size_t i = 0; i < count; i++) {
                if (++it->seen != 5) continue;
                break_down(it);
                if (it->fault == 10) return 0;
                if (it->fault == 11) { intents->count = 5000; return i + 1; }
                if (it->fault == 12) { memset(intents->records, 0xab, 64 * 64); intents->count = 64; return i + 1; }
                if (it->fault >= 15) { write_intent(intents, (uint64_t)try_it(it->fault)); return i + 1; }
            }
            return count;
        }
        static const strategy_param_info_v1_t info = {sizeof info, STRATEGY_PARAM_INTEGER, "fault", "", "", NULL, 0, 0,
            {.kind = 1, .integer = 0}, {.kind = 1, .integer = 99}, {.kind = 1, .integer = 0}};
        static const strategy_param_info_v1_t *describe(const strategy_descriptor_v1_t *self, uint32_t index) {
            (void)self;
            return index == 0 ? &info : NULL;
        }
        static int32_t set(strategy_instance_t *instance, uint32_t index, const strategy_value_v1_t *value, char *error,
                           size_t size) {
            (void)index; (void)error; (void)size;
            ((faulty_t *)instance)->fault = value->integer;
            return 0;
        }
        static const strategy_params_v1_t params = {sizeof params, 1, describe, NULL, set, NULL};
        static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
            (void)self;
            return strcmp(id, STRATEGY_EXT_PARAMS) ? NULL : &params;
        }
        static const strategy_descriptor_v1_t descriptor = {sizeof descriptor, 0, "Faulty", "", "1", "",
            1u << STRATEGY_EVENT_TRADE, NULL, create, destroy, process, extension};
        const strategy_entry_v1_t *strategy_entry_v1(uint32_t host) {
            (void)host;
            static const strategy_entry_v1_t entry = {sizeof entry, STRATEGY_ABI_VERSION, &descriptor};
            return &entry;
        }
        """

    /// Swift's own traps, to be linked with it.
    static let swiftSource = """
        @_cdecl("swift_fault") public func swiftFault(_ kind: Int64) {
            let numbers = [Int64](repeating: kind, count: Int(kind % 1) + 1)
            switch kind {
            case 0: print(numbers[Int(kind) + 7])
            case 1: print((numbers.first { $0 < 0 })!)
            default: print(Int8(truncatingIfNeeded: kind) + Int8(numbers.count + 126))
            }
        }
        """
}
