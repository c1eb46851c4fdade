/// Extension "params": the plugin declares its parameters, the host sets and checks them.
/// Engine thread while the strategy runs; any one thread before it starts.
#ifndef STRATEGY_EXT_PARAMS_H
#define STRATEGY_EXT_PARAMS_H

#include "../strategy_abi.h"

#define STRATEGY_EXT_PARAMS "params.v1"

enum {
    STRATEGY_PARAM_INTEGER = 1,  ///< value.integer
    STRATEGY_PARAM_NUMBER = 2,   ///< value.number (double)
    STRATEGY_PARAM_BOOLEAN = 3,  ///< value.integer, 0 or 1
    STRATEGY_PARAM_QUANTITY = 4, ///< value.integer, 1e-8
    STRATEGY_PARAM_PRICE = 5,    ///< value.integer, 1e-9
    STRATEGY_PARAM_CHOICE = 6,   ///< value.integer, index into `choices`
    STRATEGY_PARAM_DURATION = 7, ///< value.integer, nanoseconds; configuration files give seconds
};

typedef struct strategy_value_v1_t {
    uint32_t kind; ///< STRATEGY_PARAM_*
    uint32_t reserved;
    int64_t integer;
    double number;
} strategy_value_v1_t;

typedef struct strategy_param_info_v1_t {
    uint32_t struct_size;
    uint32_t kind;
    const char *name;
    const char *description;
    const char *unit;             ///< "" = none
    const char *const *choices;   ///< names for CHOICE, else NULL
    uint32_t choice_count;
    uint32_t reserved;
    strategy_value_v1_t minimum, maximum, standard; ///< inclusive bounds and the default
} strategy_param_info_v1_t;

typedef struct strategy_params_v1_t {
    uint32_t struct_size;
    uint32_t count;
    /// Parameter `index` < count; NULL outside. Lives as long as the library.
    const strategy_param_info_v1_t *(*describe)(const strategy_descriptor_v1_t *self, uint32_t index);
    /// 0 = done, else a text is in `error`.
    int32_t (*get)(strategy_instance_t *instance, uint32_t index, strategy_value_v1_t *value);
    int32_t (*set)(strategy_instance_t *instance, uint32_t index, const strategy_value_v1_t *value,
                   char *error, size_t error_size);
    /// Judges all values together (fast < slow, …): 0 = good, else lines of text in `error`.
    int32_t (*validate)(strategy_instance_t *instance, char *error, size_t error_size);
} strategy_params_v1_t;

#endif
