/// The entry of a strategy plugin: a dynamic library that exports `strategy_entry_v1`.
///
/// Rules that hold for every table
/// - `struct_size` comes first. A reader looks only at the first min(struct_size, its own size) bytes, so a table may
///   grow at its end; it never changes otherwise. A missing optional table or function is NULL = unsupported.
/// - Unless a function says otherwise it is called on the host's engine thread, never concurrently for one instance,
///   must not block, and must not let an exception or a longjmp leave it.
/// - Pointers given to the plugin are valid during the call. Pointers that the plugin returns in tables live as long
///   as the library (which the host never unloads).
#ifndef STRATEGY_ABI_H
#define STRATEGY_ABI_H

#include "events.h"
#include "intents.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STRATEGY_ABI_MAJOR 1u
#define STRATEGY_ABI_MINOR 0u
/// What the host passes to the entry: major in the upper half, minor in the lower.
#define STRATEGY_ABI_VERSION ((STRATEGY_ABI_MAJOR << 16) | STRATEGY_ABI_MINOR)

/// An instrument as the strategy may know it.
typedef struct strategy_instrument_v1_t {
    char id[32];             ///< NUL-terminated
    char quote_currency[16]; ///< NUL-terminated
    int64_t tick;            ///< 1e-9
    int64_t lot;             ///< 1e-8
    int64_t min_quantity;    ///< 1e-8
    int64_t max_quantity;    ///< 1e-8
    int64_t multiplier;      ///< whole units
    uint64_t reserved[3];
} strategy_instrument_v1_t;

/// What an instance is created with.
typedef struct strategy_config_v1_t {
    uint32_t struct_size;
    uint32_t instrument_count;
    /// Event records name an instrument by its index here. Entries that the strategy does not trade are there too.
    const strategy_instrument_v1_t *instruments;
    /// Indices of the instruments that the strategy is bound to.
    const uint32_t *bound;
    uint32_t bound_count;
    uint32_t reserved;
    uint64_t seed; ///< for the strategy's own random numbers, the same in a replay
} strategy_config_v1_t;

struct strategy_descriptor_v1_t;
typedef void strategy_instance_t;

/// One strategy kind: what it is, and the functions of its instances.
typedef struct strategy_descriptor_v1_t {
    uint32_t struct_size;
    uint32_t reserved0;
    const char *id;          ///< letters, digits and _, at most 64
    const char *name;
    const char *version;
    const char *description;
    uint64_t events;         ///< bit n set = wants events of type n; verdicts, positions and timers always come
    void *context;           ///< the plugin's own

    /// Makes an instance with default parameters; NULL = cannot (a text goes to `error`, NUL-terminated, at most
    /// `error_size` bytes). The caller owns the instance and ends it with `destroy`.
    strategy_instance_t *(*create)(const struct strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                   char *error, size_t error_size);
    void (*destroy)(strategy_instance_t *instance);

    /// A block of events in, a block of intents out. Returns how many records it consumed: it returns right after the
    /// event in which it wrote intents (the event's MORE records counted too), else `count`. At least one is consumed.
    size_t (*process)(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                      strategy_intents_v1_t *intents);

    /// Optional tables by id: STRATEGY_EXT_PARAMS, STRATEGY_EXT_STATE, … NULL = unsupported. Any thread.
    const void *(*extension)(const struct strategy_descriptor_v1_t *self, const char *id);
} strategy_descriptor_v1_t;

typedef struct strategy_entry_v1_t {
    uint32_t struct_size;
    uint32_t abi_version; ///< STRATEGY_ABI_VERSION that the plugin was compiled with
    const strategy_descriptor_v1_t *descriptor;
} strategy_entry_v1_t;

/// The one exported symbol. `host_abi` is the host's STRATEGY_ABI_VERSION; NULL = the plugin cannot run under it.
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const strategy_entry_v1_t *strategy_entry_v1(uint32_t host_abi);

/// The ELF note lets a host judge a file without running any of its code. Write STRATEGY_ABI_NOTE; once at file scope.
#define STRATEGY_ABI_NOTE_NAME "StratABI"
#define STRATEGY_ABI_NOTE_TYPE 1u
typedef struct strategy_abi_note_v1_t {
    uint32_t name_size, description_size, note_type;
    char name[12]; ///< "StratABI", NUL, padding
    uint32_t abi_major, abi_minor, event_size, intent_size;
} strategy_abi_note_v1_t;
STRATEGY_ASSERT(sizeof(strategy_abi_note_v1_t) == 40, "the note has no padding of its own");

#define STRATEGY_ABI_NOTE                                                                                              \
    __attribute__((section(".note.strategy_abi"), used, aligned(4))) static const strategy_abi_note_v1_t               \
        strategy_abi_note = {9, 16, STRATEGY_ABI_NOTE_TYPE, STRATEGY_ABI_NOTE_NAME,                                    \
                             STRATEGY_ABI_MAJOR, STRATEGY_ABI_MINOR,                                                   \
                             sizeof(strategy_event_v1_t), sizeof(strategy_intent_v1_t)}

#ifdef __cplusplus
}
#endif
#endif
