/// The lists that the lookups go through; one file each.
#include "ABILayout.h"

#define FIELD(record, field) {#record "." #field, offsetof(record, field), sizeof(((record *)0)->field)},
#define SIZE(record) {#record, 0, sizeof(record)},

extern const abi_field_t event_fields[], intent_fields[], table_fields[];
extern const size_t event_field_count, intent_field_count, table_field_count;
extern const abi_constant_t constants[];
extern const size_t constant_count;
