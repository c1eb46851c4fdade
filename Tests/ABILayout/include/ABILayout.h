/// Offsets, sizes and constants of the ABI as the C compiler sees them.
#ifndef ABI_LAYOUT_H
#define ABI_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

typedef struct abi_field_t {
    const char *name; ///< "record.field", or "record" for a whole record
    size_t offset, size;
} abi_field_t;

typedef struct abi_constant_t {
    const char *name;
    int64_t value;
} abi_constant_t;

/// NULL for an unknown name.
const abi_field_t *abi_field(const char *name);
const abi_constant_t *abi_constant(const char *name);
size_t abi_field_count(void);
size_t abi_constant_count(void);

#endif
