// The bar count of CountSwift, in C: the host's own benchmark function behind a plugin's entry.
#include "benchmark.h"

#include <stdlib.h>

static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config, char *error,
                                   size_t error_size)
{
    (void)self, (void)error, (void)error_size;
    benchmark_count_t *state = calloc(1, sizeof *state);
    for (uint32_t index = 0; state && index < config->bound_count; index++)
        benchmark_count_bind(state, config->bound[index]);
    return state;
}

static void destroy(strategy_instance_t *instance) { free(instance); }

static const void *extension(const strategy_descriptor_v1_t *self, const char *id)
{
    (void)self, (void)id;
    return NULL;
}

static const strategy_descriptor_v1_t descriptor = {
    .struct_size = sizeof(strategy_descriptor_v1_t),
    .id = "CountC",
    .name = "Bar count in C",
    .version = "1.0.0",
    .description = "Counts bars and adds up their closes",
    .events = 1u << STRATEGY_EVENT_BAR,
    .create = create,
    .destroy = destroy,
    .process = benchmark_count,
    .extension = extension,
};

static const strategy_entry_v1_t entry = {sizeof(strategy_entry_v1_t), STRATEGY_ABI_VERSION, &descriptor};

const strategy_entry_v1_t *strategy_entry_v1(uint32_t host_abi)
{
    return host_abi >> 16 == STRATEGY_ABI_MAJOR ? &entry : NULL;
}
