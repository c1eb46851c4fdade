/// Extension "functions": functions of the plugin that an operator lists and calls by name while the strategy runs, to ask
/// an instance something, or to tell it something.
///
/// A function says what it takes and gives in its signature, a text that the host reads when it loads the plugin:
///
///     (instance) -> f64
///     (instance, window: i64, prices: [f64], note: string?) -> string
///     (left: f64, right: f64) -> bool
///
/// `instance`, where it comes first, is the strategy_instance_t *; a function without it asks the library alone. Each
/// further argument has a name (letters, digits and _) and a type:
///
///     f64       double             finite
///     i64       int64_t
///     u64       uint64_t
///     bool      bool
///     string    const char *       UTF-8, NUL-terminated, never NULL
///     string?   const char *       the same, NULL where the caller gave none
///     [f64]     const double *, size_t: two C parameters; finite numbers, at most STRATEGY_FUNCTION_ELEMENTS_MAX
///
/// The result is f64 (not finite = the caller sees null), i64, u64, bool or string. A string is NUL-terminated UTF-8 without
/// control characters but line breaks, or NULL (= null), and stays the plugin's: the host copies it at once, and the plugin may use its memory again in the next call
/// of a function of the same instance, or, where the function takes none, of the library.
///
/// Functions are called on the thread that the instance's events come on, between two events, never concurrently for one
/// instance. They must not block, and must not let an exception or a longjmp leave them. The host tries each call in
/// another process first, on an instance with the same parameters and memory.
#ifndef STRATEGY_EXT_FUNCTIONS_H
#define STRATEGY_EXT_FUNCTIONS_H

#include "../strategy_abi.h"

#define STRATEGY_EXT_FUNCTIONS "functions.v1"

#define STRATEGY_FUNCTIONS_MAX 64u
#define STRATEGY_FUNCTION_ARGUMENTS_MAX 16u   ///< `instance` not counted
#define STRATEGY_FUNCTION_ELEMENTS_MAX 65536u ///< of a list
#define STRATEGY_FUNCTION_TEXT_MAX 65536u     ///< bytes of a string without its NUL, both ways

/// A value of `packed`: which field holds is said by the signature.
typedef struct strategy_function_value_v1_t {
    double number;         ///< f64
    int64_t integer;       ///< i64, and u64 with the same bits; bool as 0 or 1
    const char *text;      ///< string and string?
    const double *numbers; ///< [f64]
    size_t count;          ///< of `numbers`
} strategy_function_value_v1_t;

typedef struct strategy_function_v1_t {
    uint32_t struct_size;
    uint32_t reserved;
    const char *name;        ///< letters, digits and _, at most 64
    const char *description;
    const char *signature;

    /// The function itself, called as its signature says. NULL where `packed` is there.
    void (*function)(void);

    /// The other way, for languages that cannot make a C function for each signature: all arguments (without the instance)
    /// in the order of the signature. 0 = done; a string result is written into `text` with its NUL. Else the call is
    /// refused, with the reason in `text`. `text_size` is at least STRATEGY_FUNCTION_TEXT_MAX + 1.
    int32_t (*packed)(const struct strategy_function_v1_t *self, strategy_instance_t *instance,
                      const strategy_function_value_v1_t *arguments, size_t count,
                      strategy_function_value_v1_t *result, char *text, size_t text_size);
    void *context; ///< the plugin's own
} strategy_function_v1_t;

typedef struct strategy_functions_v1_t {
    uint32_t struct_size;
    uint32_t count; ///< at most STRATEGY_FUNCTIONS_MAX
    /// Function `index` < count; NULL outside. Lives as long as the library. Any thread.
    const strategy_function_v1_t *(*describe)(const strategy_descriptor_v1_t *self, uint32_t index);
} strategy_functions_v1_t;

/// An entry of a table of functions: STRATEGY_FUNCTION("spread", "High less low", "(instance) -> f64", spread).
#define STRATEGY_FUNCTION(function_name, text, function_signature, c_function)                                         \
    {sizeof(strategy_function_v1_t), 0, function_name, text, function_signature, (void (*)(void))(c_function), NULL, NULL}

#endif
