/// Extension "features": numbers about the market that the host keeps (`stratagem features` lists their names), given with
/// every bar. A plugin that turns them into SIGNAL intents is a signal model.
///
///     static const char *const names[] = {"rsi_14", "return_5"};
///     static const strategy_features_ext_v1_t features = {sizeof features, 2, names};
///
///     // extension: return strcmp(id, STRATEGY_EXT_FEATURES) == 0 ? &features : NULL;
///     // events:    1u << STRATEGY_EVENT_FEATURES | 1u << STRATEGY_EVENT_BAR
///     // process:   at STRATEGY_EVENT_FEATURES strategy_features_value(event, 0) is the bar's rsi_14
///
/// The plugin gets a FEATURES event right before each bar, of its instruments and of the bars that it gets; for the contract
/// of `process` the two are two events. Values count from the first bar that the host saw with the plugin at work.
#ifndef STRATEGY_EXT_FEATURES_H
#define STRATEGY_EXT_FEATURES_H

#include "../strategy_abi.h"

#define STRATEGY_EXT_FEATURES "features.v1"

#define STRATEGY_FEATURES_MAX 171u

typedef struct strategy_features_ext_v1_t {
    uint32_t struct_size;
    uint32_t count;           ///< at most STRATEGY_FEATURES_MAX
    const char *const *names; ///< each one once; live as long as the library
} strategy_features_ext_v1_t;

/// Value `index` < count of a FEATURES event; its MORE records lie behind it.
static inline double strategy_features_value(const strategy_event_v1_t *event, uint32_t index) {
    if (index < 5) return ((const strategy_features_v1_t *)event)->values[index];
    return ((const strategy_features_more_v1_t *)(event + 1 + (index - 5) / 6))->values[(index - 5) % 6];
}

#endif
