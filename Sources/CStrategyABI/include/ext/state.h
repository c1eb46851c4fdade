/// Extension "state": an instance's memory as bytes, so that it outlives a restart or a reload.
#ifndef STRATEGY_EXT_STATE_H
#define STRATEGY_EXT_STATE_H

#include "../strategy_abi.h"

#define STRATEGY_EXT_STATE "state.v1"

typedef struct strategy_state_v1_t {
    uint32_t struct_size;
    uint32_t schema_version; ///< of the bytes that `save` writes
    uint64_t schema_hash;    ///< of the state's shape; equal hashes need no migration
    /// Writes at most `capacity` bytes and returns how many the state has; call again when that is more. Engine thread.
    size_t (*save)(strategy_instance_t *instance, uint8_t *bytes, size_t capacity);
    /// Takes bytes that `save` of `schema_version` wrote. 0 = done; else a text is in `error` and the instance is as before.
    int32_t (*restore)(strategy_instance_t *instance, uint32_t schema_version, const uint8_t *bytes, size_t count,
                       char *error, size_t error_size);

    // Optional, all three or none: memory that takes long to write is taken apart in two steps, so that the engine stands
    // for the first one only.
    /// The memory as it is now, for `write`; NULL = it cannot be had, and nothing has to be discarded. Engine thread.
    void *(*snapshot)(strategy_instance_t *instance);
    /// As `save`, with what `snapshot` returned, on any one thread, while the instance goes on.
    size_t (*write)(void *snapshot, uint8_t *bytes, size_t capacity);
    /// Ends a snapshot; the same thread as `write`, also after the instance has ended.
    void (*discard)(void *snapshot);
} strategy_state_v1_t;

#endif
