/// Extension "log": which log lines an instance writes. Lines themselves are LOG intents, so that a worker process and
/// a replay carry them in order.
#ifndef STRATEGY_EXT_LOG_H
#define STRATEGY_EXT_LOG_H

#include "../strategy_abi.h"

#define STRATEGY_EXT_LOG "log.v1"

typedef struct strategy_log_ext_v1_t {
    uint32_t struct_size;
    uint32_t reserved;
    /// Lines below `level` (STRATEGY_LOG_*) are not written from now on.
    void (*set_level)(strategy_instance_t *instance, uint32_t level);
} strategy_log_ext_v1_t;

#endif
