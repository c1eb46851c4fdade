#ifndef STRATAGEM_CFFI_H
#define STRATAGEM_CFFI_H

#include <ffi.h>

/// libffi's types are mutable globals, which Swift 6 does not let anyone point to; these are their addresses.
static inline ffi_type *ffi_double_type(void) { return &ffi_type_double; }
static inline ffi_type *ffi_sint64_type(void) { return &ffi_type_sint64; }
static inline ffi_type *ffi_uint64_type(void) { return &ffi_type_uint64; }
static inline ffi_type *ffi_uint8_type(void) { return &ffi_type_uint8; }
static inline ffi_type *ffi_pointer_type(void) { return &ffi_type_pointer; }

#endif
