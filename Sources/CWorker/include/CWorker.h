/// A strategy in a process of its own: memory that host and worker share, the rings in it, how the process is made and
/// what it may do. The host believes nothing that it reads in the shared memory.
#ifndef STRATAGEM_WORKER_H
#define STRATAGEM_WORKER_H

#include "CStrategyABI.h"

#include <stdint.h>

/// Records of each ring; powers of two.
#define WORKER_EVENT_CAPACITY (1u << 15)
#define WORKER_INTENT_CAPACITY (1u << 12)
/// Events of one call of the plugin, and intents that it may write in one.
#define WORKER_BLOCK_MAX 4096u
#define WORKER_INTENT_MAX 1024u
/// Bytes that a request or its answer may have.
#define WORKER_TRANSFER_SIZE 67174400u
/// What the host's functions return instead of a consumed count when the worker is out of service.
#define WORKER_FAILED SIZE_MAX

/// Why a worker is out of service.
enum {
    WORKER_WORKS = 0,
    WORKER_ENDED = 1,   ///< its process is gone
    WORKER_HUNG = 2,    ///< a call did not come back within the budget
    WORKER_BEHIND = 3,  ///< more events wait than the ring holds
    WORKER_GARBAGE = 4, ///< what it wrote into the shared memory makes no sense
    WORKER_CLOSED = 5,  ///< the host has no use for it any more
};

// MARK: The host's side

/// The host's end of the shared memory. One thread at a time gives events, one at a time asks; both may do so beside the
/// other and beside a thread that watches.
typedef struct worker_link_t worker_link_t;

typedef struct worker_terms_t {
    int64_t budget_nanoseconds;      ///< of one call of the plugin
    int64_t slow_nanoseconds;        ///< calls beyond it are counted; 0 = none are
    uint32_t lock_step;              ///< the host waits for the answer to each block
    int64_t spin_nanoseconds;        ///< so long both sides wait in a loop before they sleep; INT64_MAX = never asleep
} worker_terms_t;

/// Makes the memory; its descriptor goes to `memory` and is the caller's. NULL = the system refused (errno).
worker_link_t *worker_link_open(const worker_terms_t *terms, int *memory);
void worker_link_close(worker_link_t *link);
/// The worker's process, so that a breach of the protocol ends it at once. The descriptor stays the caller's; -1 = it has
/// ended.
void worker_link_bind(worker_link_t *link, int process, int process_descriptor);

/// `process` of the ABI in lock-step: gives a block, waits for its answer.
size_t worker_exchange(void *link, const strategy_event_v1_t *events, size_t count, strategy_intents_v1_t *intents);
/// `process` of the ABI without waiting: gives a block, takes what the worker has answered by now.
size_t worker_push(void *link, const strategy_event_v1_t *events, size_t count, strategy_intents_v1_t *intents);
/// Takes the next answer that has come since; 0 = done (there may be none), WORKER_FAILED = out of service.
size_t worker_collect(void *link, strategy_intents_v1_t *intents);
/// Events given; those of them done, whose answers can be taken; those done by the answer that was taken last.
void worker_position(void *link, uint64_t counts[3]);

/// Asks for something, `payload` of at most WORKER_TRANSFER_SIZE bytes; does not wait. One question at a time.
void worker_ask(worker_link_t *link, uint32_t operation, const void *payload, size_t size);
/// Whether the last question has its answer; waits for it at most so long. 0 = no.
int worker_await_answer(worker_link_t *link, int64_t nanoseconds);
/// The answer's status and size, checked against the room that there is; its bytes at `worker_transfer` change under a
/// worker that misbehaves, so copy before looking.
void worker_answer(worker_link_t *link, uint32_t *status, size_t *size);
const void *worker_transfer(const worker_link_t *link);

void worker_set_log_level(worker_link_t *link, uint32_t level);
/// The worker ends by itself, in good order, once it has done what was asked.
void worker_quit(worker_link_t *link);
/// Takes it out of service for this reason (WORKER_*) if it is in service; wakes who waits for it.
void worker_fail(worker_link_t *link, uint32_t failure);
/// The first reason why it is out of service, and what it did.
uint32_t worker_failure(const worker_link_t *link);
const char *worker_failure_text(const worker_link_t *link);

typedef struct worker_progress_t {
    uint64_t given;      ///< events
    uint64_t done;       ///< counts up with each call and each answer
    uint64_t slow_calls; ///< as the worker counts them
    uint64_t slowest_nanoseconds;
    uint32_t is_due;     ///< something waits for the worker
} worker_progress_t;
worker_progress_t worker_progress(const worker_link_t *link);

/// Durations of calls in classes: below 32 ns one for each nanosecond, above 16 for each power of two; the last takes all
/// that is longer.
#define WORKER_TIME_CLASSES 544u
/// How many calls the worker counted in each class since it was made; it may write there what it likes.
void worker_times(const worker_link_t *link, uint64_t counts[WORKER_TIME_CLASSES]);
unsigned worker_time_class(uint64_t nanoseconds);
/// The longest that a class takes.
uint64_t worker_time_class_end(unsigned number);

/// Events that it has not done.
uint64_t worker_waiting(const worker_link_t *link);

// MARK: The worker's side

typedef struct worker_desk_t worker_desk_t;
typedef size_t (*worker_process_t)(strategy_instance_t *, const strategy_event_v1_t *, size_t, strategy_intents_v1_t *);
/// A question of the host; answer it with `worker_reply`.
typedef void (*worker_control_t)(void *context, uint32_t operation, const void *payload, size_t size);

/// Operations that this side makes up itself: the log level changed (`size` is the level), the end.
#define WORKER_LOG_LEVEL 0xfffffffeu
#define WORKER_QUIT 0xffffffffu

/// NULL = the descriptor is not such a memory.
worker_desk_t *worker_desk_open(int memory);
/// The plugin's function and instance, from now on.
void worker_desk_bind(worker_desk_t *desk, worker_process_t process, strategy_instance_t *instance);
/// Where an answer of at most WORKER_TRANSFER_SIZE bytes is written.
void *worker_desk_transfer(worker_desk_t *desk);
void worker_reply(worker_desk_t *desk, uint32_t status, size_t size);
/// Events that the instance has seen.
uint64_t worker_desk_consumed(const worker_desk_t *desk);
/// Serves until the host wants no more of it or is gone.
void worker_serve(worker_desk_t *desk, worker_control_t control, void *context);

// MARK: The process

typedef struct worker_spawn_t {
    const char *executable;
    char *const *arguments;   ///< NULL at the end
    char *const *environment; ///< NULL at the end
    int memory;               ///< becomes descriptor WORKER_MEMORY
    int output;               ///< becomes standard output and error
} worker_spawn_t;

#define WORKER_MEMORY 3

/// A pipe that no other program inherits; reading it never waits, writing it does if `waits`. 0, or the error's number.
int worker_pipe(int *output, int *input, int waits);
/// Starts the process: no other descriptor, no signal handler, a process group of its own, and its end when the thread that
/// called ends. 0, or the error's number.
int worker_spawn(const worker_spawn_t *spawn, int *process, int *process_descriptor);
/// Takes the end of the process if it has come: 1, else 0. Peak memory in kilobytes.
int worker_take_end(int process, int *status, int64_t *peak_kilobytes);
void worker_kill(int process_descriptor);
/// CPU time that the process has used, in nanoseconds; -1 = unknown.
int64_t worker_cpu_time(int process);
/// What it holds of the machine's memory; 0 = unknown.
int64_t worker_resident_bytes(int process);
/// It runs, or waits for a processor only.
int worker_is_runnable(int process);
/// Lets the process use so many more seconds of CPU time.
void worker_grant_cpu(int process, int64_t seconds);

// MARK: What the worker may do

/// Limits memory (beyond what the process has now), files and core dumps. 0, or the error's number.
int worker_limit(uint64_t memory_bytes);
/// No sockets, processes, writes to files, signals to others, for all threads and for good. 0, or the error's number. With
/// `refuses_more` further filters may be added.
int worker_confine(int refuses_more);
/// Landlock: from now on this thread, and every thread that it starts, opens for reading only the library and what the
/// system's loader needs, and nothing for writing. The version of Landlock, or the error's number below 0.
int worker_close_files(const char *library);
/// Where there is no Landlock: no file is opened any more, by any thread. 0, or the error's number.
int worker_refuse_opening(void);

/// What this machine offers: 0 = no Landlock.
int worker_landlock_version(void);
/// 1 = the kernel takes filters of system calls.
int worker_can_filter(void);

#endif
