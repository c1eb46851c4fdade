// The layout of the ABI as the C compiler sees it; Tests/ABITests compares it with Swift's and with the contract.
#include "layout.h"

#include <string.h>

static const abi_field_t *find(const char *name, const abi_field_t *fields, size_t count) {
    for (size_t index = 0; index < count; index++)
        if (strcmp(fields[index].name, name) == 0) return &fields[index];
    return NULL;
}

const abi_field_t *abi_field(const char *name) {
    const abi_field_t *field = find(name, event_fields, event_field_count);
    if (!field) field = find(name, intent_fields, intent_field_count);
    return field ? field : find(name, table_fields, table_field_count);
}

const abi_constant_t *abi_constant(const char *name) {
    for (size_t index = 0; index < constant_count; index++)
        if (strcmp(constants[index].name, name) == 0) return &constants[index];
    return NULL;
}

size_t abi_field_count(void) { return event_field_count + intent_field_count + table_field_count; }
size_t abi_constant_count(void) { return constant_count; }
